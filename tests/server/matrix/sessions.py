"""What the dialect sessions promises.

Ann owns the session, Bob is a member, Fay was one, wrote there and was removed. Eve is a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.server.matrix.acts import (
    CURSORS,
    MEMBER_DOES,
    MEMBERS_ARE,
    NOBODY_IS,
    OWNER_DOES,
    ROW,
    TAKEN,
    absent,
    cursors_watched,
    first_row,
    inner,
    personas,
    provoked,
    shut,
    signed_up,
    unwritable,
)
from tests.server.matrix.table import (
    DENIED,
    DONE,
    FALSE,
    MEMBERS_DO,
    MEMBERS_SEE,
    NOBODY,
    NOTHING,
    SIGNED_IN,
    TRUE,
    Act,
    Persona,
    Promises,
    Room,
    Watched,
    Who,
    verdicts,
)

if TYPE_CHECKING:
    from tests.server.matrix.stage import Stage


def _prepare(stage: Stage) -> Mapping[Who, Persona]:
    ids, tokens = signed_up(stage)
    who = {name: Persona(token, {}) for name, token in tokens.items()}

    def session(*people: str) -> str:
        made = stage.call(who["ann"], "supachat_create_thread", _title="Plans")
        made_id = str(first_row(made)["session_id"])
        for name in people:
            stage.call(who["ann"], "supachat_invite", _session_id=made_id, _user_id=ids[name])
        return made_id

    def say(name: str) -> str:
        said = stage.call(who[name], "supachat_send", _session_id=thread, _content="hello")
        return str(first_row(said)["id"])

    thread, spare = session("bob", "fay"), session("bob")
    messages = {"first": say("ann"), "old": say("fay"), "bobs": say("bob")}
    # one each for the tests that delete: they run in any order
    messages |= {name: say(name[:3]) for name in ("fay1", "fay2", "bob1", "bob2")}
    stage.call(who["bob"], "supachat_set_presence", _session_id=thread, _status="online")
    stage.call(who["ann"], "supachat_remove", _session_id=thread, _user_id=ids["fay"])
    stage.sql("insert into sessions.crypto_prices (symbol, price) values ('BTC', 1)")
    return personas(ids, tokens, thread=thread, spare=spare, **messages)


_HERE = {"session_id": "eq.{thread}"}
_ROW = {"id": "{uuid}", "session_id": "{thread}", "user_id": "{uid}", "role": "user", "content": "hello"}
_CURSOR = {"user_id": "{uid}", "session_id": "{thread}", "read_message_id": "{first}"}
_THREAD = {"_session_id": "{thread}"}
_SEND = {**_THREAD, "_content": "hello"}
_BOBS = verdicts(DENIED, NOTHING, NOTHING, DONE, NOTHING)
_ANNS = verdicts(DENIED, NOTHING, NOTHING, NOTHING, DONE)

_TABLES = (
    Act("chat_messages", "read", MEMBERS_SEE, query=_HERE),
    Act("chat_messages", "read", MEMBERS_SEE, query={"id": "eq.{old}"}, note="that a former member wrote"),
    Act("chat_messages", "write", MEMBERS_DO, _ROW),
    Act("chat_messages", "write", OWNER_DOES, {**_ROW, "user_id": "{ann}"}, note="in the owner's name"),
    Act("chat_messages", "write", MEMBER_DOES, {**_ROW, "user_id": "{bob}"}, note="in the member's name"),
    Act("chat_messages", "write", NOBODY, {**_ROW, "role": "assistant"}, note="as the assistant"),
    Act("chat_messages", "write", NOBODY, {**_ROW, "message_type": "adapter_action"}, note="as an action"),
    Act("chat_messages", "write", NOBODY, {**_ROW, "status": "failed"}, note="with a status"),
    Act("chat_messages", "write", NOBODY, {**_ROW, "created_at": "2020-01-01"}, note="with a time"),
    Act("chat_messages", "update", _BOBS, {"content": "{uuid}"}, {"id": "eq.{bobs}"}),
    Act("chat_messages", "update", verdicts(DENIED, NOTHING, NOTHING, NOTHING, NOTHING),
        {"content": "{uuid}"}, {"id": "eq.{old}"}, note="of a former member"),
    Act("chat_messages", "update", NOBODY, {"role": "system"}, {"id": "eq.{bobs}"}, note="of its role"),
    Act("chat_messages", "delete", _BOBS, query={"id": "eq.{bob1}"}),
    Act("chat_messages", "delete", _ANNS, query={"id": "eq.{fay1}"}, note="of somebody else"),
    Act("chat_sessions", "read", MEMBERS_SEE, query={"id": "eq.{thread}"}),
    *unwritable("chat_sessions", {"id": "{uuid}"}, {"user_id": "{uid}"}, id="eq.{thread}"),
    Act("user_presence", "read", MEMBERS_SEE, query=_HERE),
    *unwritable("user_presence", {"user_id": "{uid}", "session_id": "x"}, {"status": "away"}, **_HERE),
    Act("crypto_prices", "read", SIGNED_IN),
    *unwritable("crypto_prices", {"symbol": "BTC", "price": 0}, {"price": 0}, symbol="eq.BTC"),
    *shut("supachat_members", {"session_id": "{thread}", "user_id": "{uid}"},
          {"session_id": "{spare}"}, **_HERE),
    *shut("supachat_profiles", {"user_id": "{uid}"}, {"display_name": "x"}, user_id="eq.{uid}"),
    *shut(CURSORS, _CURSOR, {"read_at": "2020-01-01"}, **_HERE),
)  # fmt: skip

_FUNCTIONS = (
    Act("supachat_send", "call", MEMBERS_DO, _SEND),
    Act("supachat_send", "call", verdicts(DENIED, DENIED, DENIED, TAKEN, DONE),
        {**_SEND, "_id": "{first}"}, note="under the id of the owner's message"),
    Act("supachat_edit", "call", MEMBER_DOES, {"_message_id": "{bobs}", "_content": "{uuid}"}),
    Act("supachat_edit", "call", NOBODY, {"_message_id": "{old}", "_content": "x"},
        note="a former member's"),
    Act("supachat_delete", "call", verdicts(DENIED, DENIED, DENIED, DONE, FALSE),
        {"_message_id": "{bob2}"}),
    Act("supachat_delete", "call", OWNER_DOES, {"_message_id": "{fay2}"}, note="of somebody else"),
    Act("supachat_threads", "call", MEMBERS_SEE, _THREAD),
    Act("supachat_create_thread", "call", SIGNED_IN, {"_title": "New"}),
    Act("supachat_create_thread", "call", verdicts(DENIED, TAKEN, TAKEN, TAKEN, DONE),
        {"_id": "{thread}"}, note="under the id of the session"),
    Act("supachat_ensure_thread", "call", SIGNED_IN, {"_user_id": "{other}"}),
    Act("supachat_rename", "call", OWNER_DOES, {**_THREAD, "_title": "Plans"}),
    Act("supachat_set_status", "call", OWNER_DOES, {**_THREAD, "_status": "active"}),
    Act("supachat_touch", "call", MEMBERS_DO, _THREAD),
    Act("supachat_invite", "call", OWNER_DOES, {**_THREAD, "_user_id": "{zoe}"}),
    Act("supachat_remove", "call", OWNER_DOES, {**_THREAD, "_user_id": "{zoe}"}),
    Act("supachat_leave", "call", verdicts(DENIED, FALSE, FALSE, DONE, FALSE), {"_session_id": "{spare}"}),
    Act("supachat_set_presence", "call", MEMBERS_DO, {**_THREAD, "_status": "away"}),
    Act("supachat_prices", "call", SIGNED_IN),
    Act("supachat_mark_read", "call", MEMBERS_DO, {**_THREAD, "_message_id": "{first}"}),
    Act("supachat_find_people", "call", verdicts(DENIED, DONE, DONE, NOTHING, DONE), {"_text": "bob"}),
    Act("supachat_describe", "call", SIGNED_IN),
    Act("supachat_whoami", "call", SIGNED_IN),
    Act("supachat_uid", "call", SIGNED_IN),
    Act("supachat_is_member", "call", MEMBERS_ARE, _THREAD),
    Act("supachat_is_owner", "call", verdicts(DENIED, FALSE, FALSE, FALSE, TRUE), _THREAD),
    Act("supachat_may_listen", "call", MEMBERS_ARE,
        {"_topic": "sessions:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", MEMBERS_ARE,
        {"_topic": "sessions-typing:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", NOBODY_IS,
        {"_topic": "sessions:{thread}", "_extension": "broadcast"}, note="on a sealed topic"),
    inner("supachat_add_profile", _user_id="{uid}", _said={}),
    inner("supachat_check_owner", _session_id="{thread}"),
    inner("supachat_check_content", _content="x"),
    inner("supachat_add_member", _session_id="{thread}", _user_id="{uid}"),
    inner("supachat_tell_moved", _topic="sessions:{thread}"),
    *absent("supachat_on_user", "supachat_on_change", "supachat_before_message", "supachat_on_message",
            "supachat_on_member"),
)  # fmt: skip

_ROOMS = (
    Room("sessions:{thread}", MEMBERS_DO, broadcast=NOBODY, presence=NOBODY, stored=True),
    Room("sessions-typing:{thread}", MEMBERS_DO, broadcast=MEMBERS_DO, presence=MEMBERS_DO, stored=False),
    Room("sessions-user:{user}", OWNER_DOES, broadcast=NOBODY, presence=NOBODY, stored=False),
)


def _watched(table: str, insert: str, change: str, where: str, *key: str) -> Watched:
    statements = provoked(f"sessions.{table}", insert, change, where)
    return Watched(table, statements, _SEES.get(table, NOBODY), frozenset(key))


_SEES = {
    "chat_messages": MEMBERS_SEE,
    "chat_sessions": _ANNS,
    "user_presence": MEMBERS_SEE,
    "crypto_prices": SIGNED_IN,
}
_WATCHED = (
    _watched(
        "chat_messages",
        f"(id, session_id, role, content) values ({ROW}, '{{thread}}', 'assistant', '')",
        "content = 'Well'",
        f"id = {ROW}",
        "id",
    ),
    _watched("chat_sessions", "(id, user_id) values ('x', '{ann}')", "title = 'x'", "id = 'x'", "id"),
    _watched(
        "user_presence",
        "(user_id, session_id) values ('x', '{thread}')",
        "status = 'away'",
        "user_id = 'x'",
        "user_id",
    ),
    _watched(
        "crypto_prices", f"(id, symbol, price) values ({ROW}, 'SEI', 1)", "price = 2", f"id = {ROW}", "id"
    ),
    _watched(
        "supachat_members",
        "values ('{thread}', 'x')",
        "joined_at = now()",
        "user_id = 'x'",
        "session_id",
        "user_id",
    ),
    _watched("supachat_profiles", "values ('x', 'X')", "display_name = 'Y'", "user_id = 'x'", "user_id"),
    cursors_watched("sessions", "session_id", who="x"),
)

PROMISES = Promises(_prepare, (*_TABLES, *_FUNCTIONS), _ROOMS, _WATCHED, published=frozenset(_SEES))
