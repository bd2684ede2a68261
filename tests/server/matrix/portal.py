"""What the dialect portal promises.

Ann is the client, whose the thread is; Bob is her clinician; Fay was, wrote to her and was replaced, and is
still a clinician. Eve has an account and no part in the portal.
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
    ids, tokens = signed_up(
        stage, **{n: {"portal_role": "none"} for n in ("ann", "bob", "fay", "eve", "zoe")}
    )
    who = {name: Persona(token, {}) for name, token in tokens.items()}
    for name in ("bob", "fay"):
        stage.sql("insert into portal.clinicians (user_id, display_name) values (%s, %s)", ids[name], name)
    made = "insert into portal.clients (portal_user_id, display_name) values (%s, 'ann') returning id"
    thread = str(stage.sql(made, ids["ann"])[0][0])
    stage.call(who["ann"], "supachat_ensure_thread", _user_id=ids["fay"])
    stage.sql("delete from portal.portal_notifications")  # of being chosen: who sees which is asked below

    def say(name: str) -> str:
        said = stage.call(who[name], "supachat_send", _client_id=thread, _message="hello")
        return str(first_row(said)["id"])

    def feed(table: str, column: str, value: str) -> str:
        made = f"insert into portal.{table} ({column}, title) values (%s, 'x') returning id"
        return str(stage.sql(made, value)[0][0])

    old, first = say("fay"), say("ann")
    stage.call(who["fay"], "supachat_mark_read", _client_id=thread, _message_id=first)
    stage.sql("update portal.clients set clinician_id = %s", ids["bob"])
    stage.sql("insert into portal.appointments (client_id, starts_at) values (%s, now())", thread)
    feed("notification_logs", "user_id", ids["ann"])
    rows = {
        "first": first,
        "old": old,
        "note": feed("portal_notifications", "user_id", ids["ann"]),
        "alert": feed("assessment_critical_alerts", "client_id", thread),
    }
    return personas(ids, tokens, thread=thread, **rows)


_HERE = {"client_id": "eq.{thread}"}
_LETTERS = "client_portal_messages"
_ROW = {
    "id": "{uuid}", "client_id": "{thread}", "clinician_id": "{bob}", "sender_id": "{uid}",
    "subject": "Hello", "message": "hello",
}  # fmt: skip
_CURSOR = {"user_id": "{uid}", "client_id": "{thread}", "read_message_id": "{first}"}
_THREAD = {"_client_id": "{thread}"}
_SEND = {**_THREAD, "_message": "hello", "_subject": "Hello"}
_ANN_SEES = verdicts(DENIED, NOTHING, NOTHING, NOTHING, DONE)
_BOB_SEES = verdicts(DENIED, NOTHING, NOTHING, DONE, NOTHING)
_NOBODY_SEES = verdicts(DENIED, NOTHING, NOTHING, NOTHING, NOTHING)
_HAS_PART = verdicts(DENIED, NOTHING, DONE, DONE, DONE)
_MAY_LOG = verdicts(DENIED, DENIED, DONE, DONE, DONE)
_SEEN = {"acknowledged_by": "{uid}"}

_TABLES = (
    Act(_LETTERS, "read", MEMBERS_SEE, query=_HERE),
    Act(_LETTERS, "read", MEMBERS_SEE, query={"id": "eq.{old}"}, note="that a former clinician wrote"),
    Act(_LETTERS, "write", MEMBERS_DO, _ROW),
    Act(_LETTERS, "write", OWNER_DOES, {**_ROW, "sender_id": "{ann}"}, note="in the client's name"),
    Act(_LETTERS, "write", MEMBER_DOES, {**_ROW, "sender_id": "{bob}"}, note="in the clinician's name"),
    Act(_LETTERS, "write", NOBODY, {**_ROW, "clinician_id": "{fay}"}, note="to somebody else"),
    Act(_LETTERS, "write", NOBODY, {**_ROW, "sent_date": "2020-01-01"}, note="with a time"),
    Act(_LETTERS, "update", NOBODY, {"message": "changed"}, _HERE),
    Act(_LETTERS, "delete", NOBODY, query=_HERE),
    Act("clients", "read", MEMBERS_SEE, query={"id": "eq.{thread}"}),
    *unwritable("clients", {"portal_user_id": "{uid}"}, {"clinician_id": "{uid}"}, id="eq.{thread}"),
    Act("portal_notifications", "read", _ANN_SEES),
    *unwritable("portal_notifications", {"user_id": "{uid}", "title": "x"}, _SEEN, id="eq.{note}"),
    Act("appointments", "read", MEMBERS_SEE),
    *unwritable("appointments", {"client_id": "{thread}"}, {"status": "missed"}, **_HERE),
    Act("assessment_critical_alerts", "read", _BOB_SEES),
    *unwritable("assessment_critical_alerts", {"client_id": "{thread}"}, _SEEN, **_HERE),
    Act("notification_logs", "read", _ANN_SEES),
    *unwritable("notification_logs", {"title": "x"}, {"title": "x"}, user_id="eq.{uid}"),
    Act("audit_logs", "read", _NOBODY_SEES),
    *unwritable("audit_logs", {"action_type": "x"}, {"action_type": "x"}, user_id="eq.{uid}"),
    *shut("clinicians", {"user_id": "{uid}", "role": "admin"}, {"role": "admin"}, user_id="eq.{uid}"),
    *shut(CURSORS, _CURSOR, {"read_at": "2020-01-01"}, **_HERE),
)

_FUNCTIONS = (
    Act("supachat_send", "call", MEMBERS_DO, _SEND),
    Act("supachat_send", "call", verdicts(DENIED, DENIED, DENIED, TAKEN, DONE),
        {**_SEND, "_id": "{first}"}, note="under the id of the client's letter"),
    Act("supachat_threads", "call", MEMBERS_SEE, _THREAD),
    Act("supachat_mark_read", "call", MEMBERS_DO, {**_THREAD, "_message_id": "{first}"}),
    Act("supachat_ensure_thread", "call", MEMBERS_DO, {"_user_id": "{other}"}),
    Act("supachat_assign", "call", NOBODY, {**_THREAD, "_clinician_id": "{fay}"}),
    Act("supachat_find_people", "call", _ANN_SEES, {"_text": "bob"}),
    Act("supachat_describe", "call", SIGNED_IN),
    Act("supachat_whoami", "call", _HAS_PART),
    Act("supachat_feed", "call", MEMBERS_SEE),
    Act("supachat_acknowledge", "call", OWNER_DOES, {"_feed": "portal_notifications", "_id": "{note}"}),
    Act("supachat_acknowledge", "call", MEMBER_DOES,
        {"_feed": "assessment_critical_alerts", "_id": "{alert}"}, note="an alert"),
    Act("supachat_close", "call", MEMBER_DOES, {"_id": "{alert}"}),
    Act("supachat_log_subscription", "call", _MAY_LOG, {"_resource": "appointments"}),
    Act("supachat_uid", "call", SIGNED_IN),
    Act("supachat_role", "call", _HAS_PART),
    Act("supachat_treats", "call", verdicts(DENIED, FALSE, FALSE, TRUE, FALSE), _THREAD),
    Act("supachat_is_member", "call", MEMBERS_ARE, _THREAD),
    Act("supachat_clinician", "call", MEMBERS_SEE, _THREAD),
    Act("supachat_may_listen", "call", MEMBERS_ARE,
        {"_topic": "portal:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", MEMBERS_ARE,
        {"_topic": "portal-typing:{thread}", "_extension": "broadcast"}),
    Act("supachat_may_speak", "call", NOBODY_IS,
        {"_topic": "portal:{thread}", "_extension": "broadcast"}, note="on a sealed topic"),
    inner("supachat_topic_key", _topic="portal:{thread}", _head="portal:"),
    inner("supachat_add_person", _user_id="{uid}", _app={"portal_role": "admin"}, _said={}),
    inner("supachat_tell_moved", _topic="portal:{thread}"),
    *absent("supachat_on_new_user", "supachat_on_change", "supachat_on_assigned"),
)  # fmt: skip

_ROOMS = (
    Room("portal:{thread}", MEMBERS_DO, broadcast=NOBODY, presence=NOBODY, stored=True),
    Room("portal-typing:{thread}", MEMBERS_DO, broadcast=MEMBERS_DO, presence=MEMBERS_DO, stored=False),
    Room("portal-user:{user}", OWNER_DOES, broadcast=NOBODY, presence=NOBODY, stored=False),
)

_SEES = {
    _LETTERS: MEMBERS_SEE,
    "portal_notifications": _ANN_SEES,
    "appointments": MEMBERS_SEE,
    "assessment_critical_alerts": _BOB_SEES,
    "notification_logs": _ANN_SEES,
    "audit_logs": _NOBODY_SEES,
}


def _watched(table: str, insert: str, change: str, where: str = f"id = {ROW}", *key: str) -> Watched:
    statements = provoked(f"portal.{table}", insert, change, where)
    sees = {**_SEES, "clients": _BOB_SEES}.get(table, NOBODY)
    return Watched(table, statements, sees, frozenset(key or ("id",)))


_WATCHED = (
    _watched(
        _LETTERS,
        f"(id, client_id, sender_id, message) values ({ROW}, '{{thread}}', '{{ann}}', 'x')",
        "subject = 'x'",
    ),
    _watched("clients", f"(id, clinician_id) values ({ROW}, '{{bob}}')", "display_name = 'x'"),
    _watched("portal_notifications", f"(id, user_id, title) values ({ROW}, '{{ann}}', 'x')", "body = 'y'"),
    _watched(
        "appointments",
        f"(id, client_id, starts_at) values ({ROW}, '{{thread}}', now())",
        "status = 'missed'",
    ),
    _watched(
        "assessment_critical_alerts",
        f"(id, client_id, title) values ({ROW}, '{{thread}}', 'x')",
        "acknowledged_at = now()",
    ),
    _watched("notification_logs", f"(id, user_id, title) values ({ROW}, '{{ann}}', 'x')", "body = 'y'"),
    _watched("audit_logs", f"(id, action_type) values ({ROW}, 'x')", "action_type = 'y'"),
    _watched("clinicians", "(user_id) values ('{zoe}')", "active = false", "user_id = '{zoe}'", "user_id"),
    cursors_watched("portal", "client_id"),
)

PROMISES = Promises(_prepare, (*_TABLES, *_FUNCTIONS), _ROOMS, _WATCHED, published=frozenset(_SEES))
