"""What the dialect inbox promises.

Ann is an admin, Bob an agent to whom the conversation is assigned, Fay an agent who answered in it and is
gone. Eve has an account and is no agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.server.matrix.acts import (
    CURSORS,
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
    roles = {"ann": "admin", "bob": "agent", "fay": "agent"}
    ids, tokens = signed_up(stage, **{name: {"inbox_role": "none"} for name in (*roles, "eve", "zoe")})
    for name, role in roles.items():
        stage.sql("insert into inbox.agents (user_id, display_name, role) values (%s, %s, %s)",
                  ids[name], name, role)  # fmt: skip

    def conversation(holder: str | None) -> str:
        made = (
            "insert into inbox.conversations (assigned_to, customer_name) values (%s, 'Zoe') returning id"
        )
        return str(stage.sql(made, ids[holder] if holder else None)[0][0])

    def answer(name: str) -> str:
        call = stage.call(
            Persona(tokens[name], {}), "insert_message", _conversation_id=thread, _body="hello"
        )
        return str(first_row(call)["id"])

    thread, others = conversation(None), conversation("ann")
    old, first = answer("fay"), answer("bob")
    stage.sql("update inbox.conversations set assigned_to = %s where id = %s", ids["bob"], thread)
    hello = "insert into inbox.messages (conversation_id, sender_type, body) values (%s, 'customer', 'hi')"
    stage.sql(hello, thread)
    stage.sql("update inbox.agents set active = false where user_id = %s", ids["fay"])
    stage.sql("insert into inbox.canned_replies (shortcut, body) values ('first', 'hello'), ('spare', 'x')")
    return personas(ids, tokens, thread=thread, others=others, first=first, old=old)


_HERE = {"conversation_id": "eq.{thread}"}
_OTHERS = {"_conversation_id": "{others}"}
_THREAD = {"_conversation_id": "{thread}"}
_ROW = {"conversation_id": "{thread}", "sender_type": "agent", "sender_id": "{uid}", "body": "hello"}
_CURSOR = {"user_id": "{uid}", "conversation_id": "{thread}", "read_message_id": "{first}"}
_ADMIN_SEES = verdicts(DENIED, NOTHING, NOTHING, NOTHING, DONE)
_AGENTS_SEE = MEMBERS_SEE

_TABLES = (
    Act("conversations", "read", MEMBERS_SEE, query={"id": "eq.{thread}"}),
    Act("conversations", "read", _ADMIN_SEES, query={"id": "eq.{others}"}, note="of another agent"),
    *unwritable("conversations", {"id": "{uuid}"}, {"assigned_to": "{uid}"}, id="eq.{thread}"),
    Act("messages", "read", MEMBERS_SEE, query=_HERE),
    Act("messages", "read", MEMBERS_SEE, query={"id": "eq.{old}"}, note="that a former agent wrote"),
    *unwritable("messages", _ROW, {"body": "changed"}, **_HERE),
    Act("messages", "write", NOBODY, {**_ROW, "sender_type": "customer"}, note="in the customer's name"),
    Act("canned_replies", "read", _AGENTS_SEE),
    Act("canned_replies", "write", OWNER_DOES, {"shortcut": "new", "body": "hello"}),
    Act("canned_replies", "update", _ADMIN_SEES, {"title": "x"}, {"shortcut": "eq.first"}),
    Act("canned_replies", "delete", _ADMIN_SEES, query={"shortcut": "eq.spare"}),
    *shut("agents", {"user_id": "{uid}", "role": "admin"}, {"role": "admin"}, user_id="eq.{uid}"),
    *shut(CURSORS, _CURSOR, {"read_at": "2020-01-01"}, **_HERE),
)

_FUNCTIONS = (
    Act("insert_message", "call", MEMBERS_DO, {**_THREAD, "_body": "hello"}),
    Act("insert_message", "call", OWNER_DOES, {**_OTHERS, "_body": "hello"}, note="to another agent's"),
    Act("insert_message", "call", verdicts(DENIED, DENIED, DENIED, DONE, TAKEN),
        {**_THREAD, "_body": "hello", "_id": "{first}"}, note="under the id of the member's message"),
    Act("supachat_threads", "call", MEMBERS_SEE, _THREAD),
    Act("supachat_threads", "call", _ADMIN_SEES, _OTHERS, note="of another agent"),
    Act("supachat_set_status", "call", MEMBERS_DO, {**_THREAD, "_status": "pending"}),
    Act("supachat_set_status", "call", OWNER_DOES, {**_OTHERS, "_status": "open"}, note="of another's"),
    Act("supachat_assign", "call", MEMBERS_DO, {**_THREAD, "_agent_id": "{bob}"}),
    Act("supachat_assign", "call", OWNER_DOES, {**_OTHERS, "_agent_id": "{ann}"}, note="another's"),
    Act("supachat_set_chatbot", "call", MEMBERS_DO, {**_THREAD, "_on": False}),
    Act("supachat_mark_read", "call", MEMBERS_DO, {**_THREAD, "_message_id": "{first}"}),
    Act("supachat_search", "call", MEMBERS_SEE, {"_text": "hello"}),
    Act("supachat_agents", "call", _AGENTS_SEE),
    Act("supachat_find_people", "call", _AGENTS_SEE, {"_text": "bob"}),
    Act("supachat_set_agent", "call", OWNER_DOES,
        {"_user_id": "{zoe}", "_role": "agent", "_active": False}),
    Act("supachat_describe", "call", SIGNED_IN),
    Act("supachat_whoami", "call", _AGENTS_SEE),
    Act("supachat_uid", "call", SIGNED_IN),
    Act("supachat_role", "call", _AGENTS_SEE),
    Act("supachat_sees", "call", MEMBERS_ARE, _THREAD),
    Act("supachat_sees", "call", verdicts(DENIED, FALSE, FALSE, FALSE, TRUE), _OTHERS, note="another's"),
    Act("supachat_may_listen", "call", MEMBERS_ARE,
        {"_topic": "inbox:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", MEMBERS_ARE,
        {"_topic": "inbox-typing:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", NOBODY_IS,
        {"_topic": "inbox:{thread}", "_extension": "broadcast"}, note="on a sealed topic"),
    inner("supachat_topic_key", _topic="inbox:{thread}", _head="inbox:"),
    inner("supachat_add_agent", _user_id="{uid}", _app={"inbox_role": "admin"}, _said={}),
    inner("supachat_hold", _conversation_id="{thread}"),
    inner("supachat_tell_moved", _topic="inbox:{thread}"),
    *absent("supachat_on_new_user", "supachat_on_change", "supachat_before_message", "supachat_on_message",
            "supachat_on_assigned"),
)  # fmt: skip

_ROOMS = (
    Room("inbox:{thread}", MEMBERS_DO, broadcast=NOBODY, presence=NOBODY, stored=True),
    Room("inbox-typing:{thread}", MEMBERS_DO, broadcast=MEMBERS_DO, presence=MEMBERS_DO, stored=False),
    Room("inbox-agent:{user}", OWNER_DOES, broadcast=NOBODY, presence=NOBODY, stored=False),
)

_WATCHED = (
    Watched(
        "conversations",
        provoked("inbox.conversations", f"(id) values ({ROW})", "subject = 'x'", f"id = {ROW}"),
        MEMBERS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "messages",
        provoked(
            "inbox.messages",
            f"(id, conversation_id, sender_type, body) values ({ROW}, '{{thread}}', 'customer', 'hi')",
            "body = 'ho'",
            f"id = {ROW}",
        ),
        MEMBERS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "canned_replies",
        provoked(
            "inbox.canned_replies",
            f"(id, shortcut, body) values ({ROW}, 'w', 'x')",
            "body = 'y'",
            f"id = {ROW}",
        ),
        _AGENTS_SEE,
        frozenset({"id"}),
    ),
    Watched(
        "agents",
        provoked(
            "inbox.agents",
            "(user_id, active) values ('{zoe}', false) on conflict (user_id) do update set active = false",
            "display_name = 'x'",
            "user_id = '{zoe}'",
        ),
        NOBODY,
        frozenset({"user_id"}),
    ),
    cursors_watched("inbox", "conversation_id"),
)

PROMISES = Promises(
    _prepare,
    (*_TABLES, *_FUNCTIONS),
    _ROOMS,
    _WATCHED,
    published=frozenset({"conversations", "messages"}),
)
