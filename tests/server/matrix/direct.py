"""What the dialect direct promises.

Ann made the thread and is its owner, Bob is in it. Fay had Bob's id in the app before him: she wrote in
the thread, has a read cursor there, and was replaced by the project's operator. Eve is a stranger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.server.matrix.table import (
    ABSENT,
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
    same,
    verdicts,
)

if TYPE_CHECKING:
    from tests.server.matrix.stage import Stage

THREAD = "ann__bob"


def _prepare(stage: Stage) -> Mapping[Who, Persona]:
    ids: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for name, app in (("ann", "ann"), ("fay", "bob"), ("eve", "eve")):
        ids[name], tokens[name] = stage.sign_up(name, app_user_id=app)
    first = _say(stage, tokens["ann"], "ann", "bob", "hello")
    old = _say(stage, tokens["fay"], "bob", "ann", "I was here")
    stage.call(Persona(tokens["fay"], {}), "supachat_mark_read", _thread_id=THREAD, _message_id=first)
    stage.sql("update supachat_profiles set app_user_id = 'fay' where user_id = %s", ids["fay"])
    ids["bob"], tokens["bob"] = stage.sign_up("bob", app_user_id="bob")
    stage.sql("update chat_threads set user_b_supabase_id = %s where thread_id = %s", ids["bob"], THREAD)
    scene = {"thread": THREAD, "first": first, "old": old, "ann": ids["ann"], "bob": ids["bob"]}
    scene |= {"user": ids["ann"], "stranger": ids["eve"]}
    who = {Who.STRANGER: "eve", Who.FORMER: "fay", Who.MEMBER: "bob", Who.OWNER: "ann"}
    people = {
        kind: Persona(
            tokens[name],
            {**scene, "uid": ids[name], "me": name, "other": "bob" if name != "bob" else "ann"},
        )
        for kind, name in who.items()
    }
    nobody = {**scene, "uid": "00000000-0000-4000-8000-000000000000", "me": "nobody", "other": "bob"}
    return {Who.ANON: Persona(None, nobody), **people}


def _say(stage: Stage, token: str, me: str, other: str, body: str) -> str:
    params = {"_thread_id": THREAD, "_sender_mongo_id": me, "_recipient_mongo_id": other, "_body": body}
    row = stage.call(Persona(token, {}), "insert_chat_message", **params)
    return str((row[0] if isinstance(row, list) else row)["id"])


_OWN_ROW = {
    "id": "{uuid}", "thread_id": "{thread}", "sender_supabase_id": "{uid}", "sender_mongo_id": "{me}",
    "recipient_mongo_id": "{other}", "body": "hello",
}  # fmt: skip
_IN_ANNS_NAME = {
    **_OWN_ROW,
    "sender_supabase_id": "{ann}",
    "sender_mongo_id": "ann",
    "recipient_mongo_id": "bob",
}
_IN_BOBS_NAME = {
    **_OWN_ROW,
    "sender_supabase_id": "{bob}",
    "sender_mongo_id": "bob",
    "recipient_mongo_id": "ann",
}
_HERE = {"thread_id": "eq.{thread}"}
_SEND = {
    "_thread_id": "{thread}", "_sender_mongo_id": "{me}", "_recipient_mongo_id": "{other}",
    "_body": "hello",
}  # fmt: skip
_ANN_ONLY = verdicts(DENIED, DENIED, DENIED, DENIED, DONE)
_BOB_ONLY = verdicts(DENIED, DENIED, DENIED, DONE, DENIED)
_MEMBERS_ARE = verdicts(DENIED, FALSE, FALSE, TRUE, TRUE)

_TABLES = (
    Act("chat_messages", "read", MEMBERS_SEE, query=_HERE),
    Act("chat_messages", "read", MEMBERS_SEE, query={"id": "eq.{old}"}, note="that a former member wrote"),
    Act("chat_messages", "write", MEMBERS_DO, _OWN_ROW),
    Act("chat_messages", "write", _ANN_ONLY, _IN_ANNS_NAME, note="in the owner's name"),
    Act("chat_messages", "write", _BOB_ONLY, _IN_BOBS_NAME, note="in the member's name"),
    Act("chat_messages", "write", NOBODY, {**_OWN_ROW, "created_at": "2020-01-01"}, note="with a time"),
    Act("chat_messages", "update", NOBODY, {"body": "changed"}, _HERE),
    Act("chat_messages", "update", NOBODY, {"body": "changed"}, {"id": "eq.{old}"}, note="of one's own"),
    Act("chat_messages", "delete", NOBODY, query=_HERE),
    Act("chat_threads", "read", MEMBERS_SEE, query=_HERE),
    Act("chat_threads", "write", NOBODY, {"thread_id": "{me}__zoe", "user_a_supabase_id": "{uid}"}),
    Act("chat_threads", "update", NOBODY, {"user_b_supabase_id": "{uid}"}, _HERE),
    Act("chat_threads", "delete", NOBODY, query=_HERE),
    Act("supachat_profiles", "read", NOBODY),
    Act("supachat_profiles", "write", NOBODY, {"user_id": "{uid}", "app_user_id": "ann"}),
    Act("supachat_profiles", "update", NOBODY, {"app_user_id": "bob"}, {"user_id": "eq.{uid}"}),
    Act("supachat_profiles", "delete", NOBODY, query={"user_id": "eq.{uid}"}),
    Act("supachat_read_cursors", "read", NOBODY),
    Act("supachat_read_cursors", "write", NOBODY, {"user_id": "{uid}", "thread_id": "{thread}"}),
    Act("supachat_read_cursors", "update", NOBODY, {"read_at": "2020-01-01"}, _HERE),
    Act("supachat_read_cursors", "delete", NOBODY, query=_HERE),
)  # fmt: skip

_FUNCTIONS = (
    Act("insert_chat_message", "call", MEMBERS_DO, _SEND),
    Act("insert_chat_message", "call", _ANN_ONLY,
        {**_SEND, "_sender_mongo_id": "ann", "_recipient_mongo_id": "bob"}, note="in the owner's name"),
    Act("insert_chat_message", "call", verdicts(DENIED, DENIED, DENIED, "409 23505", DONE),
        {**_SEND, "_id": "{first}"}, note="under the id of the owner's message"),
    Act("supachat_threads", "call", MEMBERS_SEE, {"_thread_id": "{thread}"}),
    Act("supachat_mark_read", "call", MEMBERS_DO, {"_thread_id": "{thread}", "_message_id": "{first}"}),
    Act("supachat_ensure_thread", "call", SIGNED_IN, {"_app_user_id": "{other}"}),
    Act("supachat_find_people", "call", verdicts(DENIED, DONE, DONE, NOTHING, DONE), {"_text": "bob"}),
    Act("supachat_describe", "call", SIGNED_IN),
    Act("supachat_whoami", "call", SIGNED_IN),
    Act("supachat_uid", "call", SIGNED_IN),
    Act("supachat_is_member", "call", _MEMBERS_ARE, {"_thread_id": "{thread}"}),
    Act("supachat_may_write", "call", _MEMBERS_ARE,
        {"_thread_id": "{thread}", "_sender": "{me}", "_recipient": "{other}"}),
    Act("supachat_may_listen", "call", _MEMBERS_ARE,
        {"_topic": "chat:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", _MEMBERS_ARE,
        {"_topic": "typing:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", verdicts(DENIED, FALSE, FALSE, FALSE, FALSE),
        {"_topic": "chat:{thread}", "_extension": "broadcast"}, note="on a sealed topic"),
    Act("supachat_app_id", "call", NOBODY),
    Act("supachat_add_profile", "call", NOBODY,
        {"_user_id": "{uid}", "_app": {"app_user_id": "zoe"}, "_said": {}}),
    Act("supachat_make_thread", "call", NOBODY, {"_person": "bob"}),
    Act("supachat_thread_id", "call", NOBODY, {"_one": "ann", "_two": "bob"}),
    Act("supachat_on_message", "call", same(ABSENT)),
    Act("supachat_on_read", "call", same(ABSENT)),
    Act("supachat_on_message_time", "call", same(ABSENT)),
    Act("supachat_on_new_user", "call", same(ABSENT)),
)  # fmt: skip

_ROOMS = (
    Room("chat:{thread}", MEMBERS_DO, broadcast=NOBODY, presence=NOBODY, stored=True),
    Room("typing:{thread}", MEMBERS_DO, broadcast=MEMBERS_DO, presence=MEMBERS_DO, stored=False),
    Room("user:{user}", _ANN_ONLY, broadcast=NOBODY, presence=NOBODY, stored=True),
)

_MESSAGE = "'11111111-1111-4111-8111-111111111111'"
_WATCHED = (
    Watched(
        "chat_messages",
        (
            f"insert into chat_messages values"
            f" ({_MESSAGE}, '{{thread}}', '{{ann}}', 'ann', 'bob', 'hi', now())",
            f"update chat_messages set body = 'ho' where id = {_MESSAGE}",
            f"delete from chat_messages where id = {_MESSAGE}",
        ),
        MEMBERS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "chat_threads",
        (
            "insert into chat_threads select 'x__y', user_a_mongo_id, user_b_mongo_id, user_a_supabase_id,"
            " user_b_supabase_id from chat_threads where thread_id = '{thread}'",
            "update chat_threads set last_message_at = now() where thread_id = 'x__y'",
            "delete from chat_threads where thread_id = 'x__y'",
        ),
        MEMBERS_SEE,
        frozenset({"thread_id"}),
    ),
    Watched(
        "supachat_profiles",
        (
            "delete from supachat_profiles where user_id = '{stranger}'",
            "insert into supachat_profiles values ('{stranger}', 'eve', 'Eve')",
            "update supachat_profiles set display_name = 'eve' where user_id = '{stranger}'",
        ),
        NOBODY,
        frozenset({"user_id"}),
    ),
    Watched(
        "supachat_read_cursors",
        (
            "insert into supachat_read_cursors values ('{bob}', '{thread}', '{first}', now())"
            " on conflict (user_id, thread_id) do update set read_at = now()",
            "update supachat_read_cursors set read_at = now() where user_id = '{bob}'",
            "delete from supachat_read_cursors where user_id = '{bob}'",
        ),
        NOBODY,
        frozenset({"user_id", "thread_id"}),
    ),
)

PROMISES = Promises(_prepare, (*_TABLES, *_FUNCTIONS), _ROOMS, _WATCHED, published=frozenset())
