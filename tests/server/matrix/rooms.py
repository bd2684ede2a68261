"""What the dialect rooms promises.

Ann made the room, Bob collaborates in it, Fay did and wrote there and was removed. Eve is a stranger.
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
    ann, fay = Persona(tokens["ann"], {}), Persona(tokens["fay"], {})

    def room(*people: str) -> str:
        made = stage.call(ann, "supachat_create_thread", _title="Plans", _people=[ids[p] for p in people])
        return str(first_row(made)["session_id"])

    def say(who: Persona, text: str) -> str:
        return str(first_row(stage.call(who, "supachat_send", _session_id=thread, _body=text))["id"])

    thread, spare = room("bob", "fay"), room("bob")
    first, old = say(ann, "hello"), say(fay, "I was here")
    stage.call(fay, "supachat_mark_read", _session_id=thread, _message_id=first)
    stage.call(ann, "supachat_remove", _session_id=thread, _user_id=ids["fay"])
    return personas(ids, tokens, thread=thread, spare=spare, first=first, old=old)


_HERE = {"session_id": "eq.{thread}"}
_ROW = {"id": "{uuid}", "session_id": "{thread}", "sender_id": "{uid}", "body": "hello"}
_CURSOR = {
    "user_id": "{uid}",
    "session_id": "{thread}",
    "read_message_id": "{first}",
    "read_at": "2020-01-01",
}
_SEND = {"_session_id": "{thread}", "_body": "hello"}

_TABLES = (
    Act("chat_messages", "read", MEMBERS_SEE, query=_HERE),
    Act("chat_messages", "read", MEMBERS_SEE, query={"id": "eq.{old}"}, note="that a former member wrote"),
    Act("chat_messages", "write", MEMBERS_DO, _ROW),
    Act("chat_messages", "write", OWNER_DOES, {**_ROW, "sender_id": "{ann}"}, note="in the owner's name"),
    Act("chat_messages", "write", MEMBER_DOES, {**_ROW, "sender_id": "{bob}"}, note="in the member's name"),
    Act("chat_messages", "write", NOBODY, {**_ROW, "created_at": "2020-01-01"}, note="with a time"),
    Act("chat_messages", "update", NOBODY, {"body": "changed"}, _HERE),
    Act("chat_messages", "update", NOBODY, {"body": "changed"}, {"id": "eq.{old}"}, note="of one's own"),
    Act("chat_messages", "delete", NOBODY, query=_HERE),
    Act("chat_sessions", "read", MEMBERS_SEE, query={"id": "eq.{thread}"}),
    *unwritable("chat_sessions", {"id": "{uuid}"}, {"title": "mine"}, id="eq.{thread}"),
    Act("members", "read", MEMBERS_SEE, query=_HERE),
    *unwritable("members", {"session_id": "{thread}", "user_id": "{uid}"}, {"role": "owner"}, **_HERE),
    *shut("supachat_profiles", {"user_id": "{uid}"}, {"display_name": "x"}, user_id="eq.{uid}"),
    *shut(CURSORS, _CURSOR, {"read_at": "2020-01-01"}, **_HERE),
)

_FUNCTIONS = (
    Act("supachat_send", "call", MEMBERS_DO, _SEND),
    Act("supachat_send", "call", verdicts(DENIED, DENIED, DENIED, TAKEN, DONE),
        {**_SEND, "_id": "{first}"}, note="under the id of the owner's message"),
    Act("supachat_threads", "call", MEMBERS_SEE, {"_session_id": "{thread}"}),
    Act("supachat_create_thread", "call", SIGNED_IN, {"_title": "New"}),
    Act("supachat_create_thread", "call", verdicts(DENIED, TAKEN, TAKEN, TAKEN, DONE),
        {"_id": "{thread}"}, note="under the id of the room"),
    Act("supachat_ensure_thread", "call", SIGNED_IN, {"_user_id": "{other}"}),
    Act("supachat_rename", "call", OWNER_DOES, {"_session_id": "{thread}", "_title": "Plans"}),
    Act("supachat_invite", "call", OWNER_DOES, {"_session_id": "{thread}", "_user_id": "{zoe}"}),
    Act("supachat_remove", "call", OWNER_DOES, {"_session_id": "{thread}", "_user_id": "{zoe}"}),
    Act("supachat_leave", "call", verdicts(DENIED, FALSE, FALSE, DONE, DONE), {"_session_id": "{spare}"}),
    Act("supachat_mark_read", "call", MEMBERS_DO, {"_session_id": "{thread}", "_message_id": "{first}"}),
    Act("supachat_find_people", "call", verdicts(DENIED, DONE, DONE, NOTHING, DONE), {"_text": "bob"}),
    Act("supachat_describe", "call", SIGNED_IN),
    Act("supachat_whoami", "call", SIGNED_IN),
    Act("supachat_uid", "call", SIGNED_IN),
    Act("supachat_is_member", "call", MEMBERS_ARE, {"_session_id": "{thread}"}),
    Act("supachat_may_listen", "call", MEMBERS_ARE,
        {"_topic": "session:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", MEMBERS_ARE,
        {"_topic": "session-typing:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", NOBODY_IS,
        {"_topic": "session:{thread}", "_extension": "broadcast"}, note="on a sealed topic"),
    inner("supachat_topic_key", _topic="session:{thread}", _head="session:"),
    inner("supachat_add_profile", _user_id="{uid}", _said={}),
    inner("supachat_tell", _session_id="{thread}", _event="x", _payload={}, _except="{uid}"),
    inner("supachat_membership_words", _session_id="{thread}", _in=True),
    inner("supachat_tell_member", _session_id="{thread}", _user_id="{uid}", _in=True),
    inner("supachat_check_owner", _session_id="{thread}"),
    inner("supachat_add_member", _session_id="{thread}", _user_id="{uid}", _role="owner"),
    *absent("supachat_on_new_user", "supachat_on_message", "supachat_on_member", "supachat_on_session"),
)  # fmt: skip

_ROOMS = (
    Room("session:{thread}", MEMBERS_DO, broadcast=NOBODY, presence=NOBODY, stored=True),
    Room("session-typing:{thread}", MEMBERS_DO, broadcast=MEMBERS_DO, presence=MEMBERS_DO, stored=False),
    Room("user:{user}", OWNER_DOES, broadcast=NOBODY, presence=NOBODY, stored=True),
)

_WATCHED = (
    Watched(
        "chat_messages",
        provoked(
            "rooms.chat_messages",
            f"values ({ROW}, '{{thread}}', '{{ann}}', 'hi', now())",
            "body = 'ho'",
            f"id = {ROW}",
        ),
        MEMBERS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "chat_sessions",
        (
            f"with s as (insert into rooms.chat_sessions (id) values ({ROW}) returning id)"
            " insert into rooms.members (session_id, user_id)"
            " select id, p from s, unnest(array['{ann}', '{bob}']::uuid[]) p",
            f"update rooms.chat_sessions set title = 'x' where id = {ROW}",
            f"delete from rooms.chat_sessions where id = {ROW}",
        ),
        MEMBERS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "members",
        provoked(
            "rooms.members",
            "(session_id, user_id) values ('{thread}', '{zoe}')"
            " on conflict (session_id, user_id) do update set joined_at = now()",
            "joined_at = now()",
            "user_id = '{zoe}'",
        ),
        MEMBERS_SEE,
        frozenset({"session_id", "user_id"}),
    ),
    Watched(
        "supachat_profiles",
        (
            "delete from rooms.supachat_profiles where user_id = '{zoe}'",
            "insert into rooms.supachat_profiles values ('{zoe}', 'Zoe')",
            "update rooms.supachat_profiles set display_name = 'zoe' where user_id = '{zoe}'",
        ),
        NOBODY,
        frozenset({"user_id"}),
    ),
    cursors_watched("rooms", "session_id"),
)

PROMISES = Promises(_prepare, (*_TABLES, *_FUNCTIONS), _ROOMS, _WATCHED, published=frozenset())
