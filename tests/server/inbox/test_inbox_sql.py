"""inbox.sql on a real PostgreSQL: who works which conversation, and what a message sets off."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.server.direct.world import Account
from tests.server.sql_world import Inbox, at_once

THREADS = "select * from supachat_threads(%s, %s, %s)"
SEND = "select * from insert_message(%s, %s, %s)"
ASSIGN = "select * from supachat_assign(%s, %s)"
STATUS = "select * from supachat_set_status(%s, %s)"
FROM_CUSTOMER = "insert into messages (conversation_id, sender_type, body) values (%s, 'customer', %s)"


@pytest.fixture
def people(world: Inbox) -> tuple[Account, Account, Account, Account]:
    """An admin, two agents, and somebody with an account who is none."""
    ann = world.someone("ann", inbox_role="admin")
    bob, cat = world.someone("bob", inbox_role="agent"), world.someone("cat", inbox_role="agent")
    return ann, bob, cat, world.someone("eve")


def a_conversation(world: Inbox, customer: str = "Zoe", holder: Account | None = None) -> uuid.UUID:
    """As the backend makes one when a customer writes."""
    (row,) = world.backend(
        "insert into conversations (customer_name, subject, channel, assigned_to)"
        " values (%s, 'A parcel', 'mail', %s) returning id",
        customer,
        holder.uid if holder else None,
    )
    made: uuid.UUID = row["id"]
    return made


def ids(world: Inbox, who: Account, *filters: str | None) -> set[uuid.UUID]:
    return {row["conversation_id"] for row in world.ask(who, THREADS, None, *(filters or (None, None)))}


def test_roles_decide_what_is_seen(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, eve = people
    free, bobs = a_conversation(world), a_conversation(world, holder=bob)
    for conversation in (free, bobs):
        world.backend(FROM_CUSTOMER, conversation, "hello")
    for who, seen in ((ann, {free, bobs}), (bob, {free, bobs}), (cat, {free}), (eve, set())):
        assert ids(world, who) == seen
        assert {row["id"] for row in world.ask(who, "select id from conversations")} == seen
        told = world.ask(who, "select conversation_id from messages")
        assert {row["conversation_id"] for row in told} == seen
    world.ask(ann, "select * from supachat_set_agent(%s, 'agent', false)", bob.uid)
    assert ids(world, bob) == set()
    assert ids(world, cat) == {free, bobs}  # what he held went back to everybody


def test_what_the_list_says(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, _ = people
    made = a_conversation(world)
    world.backend(FROM_CUSTOMER, made, "hello")
    answer = world.one(bob, SEND, made, "How can I help?", None)
    world.backend(FROM_CUSTOMER, made, "y" * 300)
    row = world.one(bob, THREADS, made, None, None)
    assert (row["status"], row["assigned_to"], row["channel"], row["subject"]) == (
        "open", None, "mail", "A parcel",
    )  # fmt: skip
    assert (row["customer_name"], row["chatbot_enabled"], row["metadata"]) == ("Zoe", True, {})
    assert (row["last_message_sender_type"], row["last_message_author"]) == ("customer", f"customer:{made}")
    assert (row["last_message_preview"], row["unread"]) == ("y" * 200, 2)
    assert {member["user_id"] for member in row["members"]} == {ann.id, bob.id, cat.id}
    assert (answer["sender_type"], answer["sender_id"], answer["sender_name"]) == ("agent", bob.id, "Bob")
    world.ask(bob, "select * from supachat_mark_read(%s, %s)", made, row["last_message_id"])
    assert world.one(bob, THREADS, made, None, None)["unread"] == 0
    names = world.ask(bob, "select sender_name from messages order by created_at, id")
    assert [row["sender_name"] for row in names] == ["Zoe", "Bob", "Zoe"]


def test_the_list_is_narrowed_by_the_server(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, _ = people
    free, bobs, cats = (a_conversation(world, holder=who) for who in (None, bob, cat))
    world.ask(ann, STATUS, free, "pending")
    assert ids(world, ann, "pending", None) == {free}
    assert ids(world, ann, None, "nobody") == {free}
    assert ids(world, ann, None, "somebody") == {bobs, cats}
    assert ids(world, bob, None, "me") == {bobs}
    assert ids(world, bob, "open", "me") == {bobs}
    assert ids(world, bob, None, "nonsense") == set()


def test_a_retry_changes_nothing(world: Inbox, people: tuple[Account, ...]) -> None:
    _, bob, cat, _ = people
    made, id_ = a_conversation(world), uuid.uuid4()
    rows = at_once(world, [(bob, SEND, (made, "once", id_))] * 6)
    assert all(row == rows[0] for row in rows)
    assert len(world.ask(bob, "select id from messages")) == 1
    with pytest.raises(errors.UniqueViolation, match="taken"):
        world.ask(cat, SEND, made, "theirs", id_)


def test_of_two_who_take_it_at_once_one_has_it(world: Inbox, people: tuple[Account, ...]) -> None:
    _, bob, cat, _ = people
    for _ in range(5):
        made = a_conversation(world)
        found = at_once(world, [(who, ASSIGN, (made, who.uid)) for who in (bob, cat)])
        refused = [one for one in found if isinstance(one, psycopg.Error)]
        assert [error.sqlstate for error in refused] == ["42501"]
        (row,) = (one for one in found if not isinstance(one, psycopg.Error))
        assert row["assigned_to"] in (bob.uid, cat.uid)


def test_status_assignment_and_bot(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, eve = people
    made = a_conversation(world)
    row = world.one(bob, STATUS, made, "pending")
    assert row["status"] == "pending"
    assert row["updated_at"] > row["created_at"]
    assert world.one(bob, "select * from supachat_set_chatbot(%s, false)", made)["chatbot_enabled"] is False
    assert world.one(bob, ASSIGN, made, bob.uid)["assigned_name"] == "Bob"
    for query, value in ((STATUS, "closed"), (ASSIGN, cat.uid), (SEND.replace(", %s)", ")"), "hi")):
        for who in (cat, eve):
            with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
                world.ask(who, query, made, value)
    assert world.ask(bob, ASSIGN, made, cat.uid) == []  # handed over: no longer his
    assert world.one(ann, ASSIGN, made, None)["assigned_to"] is None
    with pytest.raises(errors.ForeignKeyViolation, match="no agent"):
        world.ask(ann, ASSIGN, made, eve.uid)
    with pytest.raises(errors.InvalidParameterValue, match="open, pending or closed"):
        world.ask(ann, STATUS, made, "solved")


def test_a_customer_opens_it_again(world: Inbox, people: tuple[Account, ...]) -> None:
    _, bob, _, _ = people
    made = a_conversation(world)
    world.ask(bob, STATUS, made, "closed")
    world.ask(bob, SEND, made, "Anything else?", None)
    assert world.one(bob, THREADS, made, None, None)["status"] == "closed"
    world.backend(FROM_CUSTOMER, made, "yes")
    row = world.one(bob, THREADS, made, None, None)
    assert row["status"] == "open"
    moved = world.one(bob, "select last_message_at from conversations where id = %s", made)
    assert moved["last_message_at"] == row["last_message_at"]


def test_nobody_writes_as_somebody_else(world: Inbox, people: tuple[Account, ...]) -> None:
    """Not even an admin is the customer, the bot or the system."""
    made = a_conversation(world)
    for who in people:
        for kind in ("customer", "chatbot", "system", "agent"):
            with pytest.raises(errors.InsufficientPrivilege):
                world.ask(
                    who,
                    "insert into messages (conversation_id, sender_type, sender_id, body)"
                    " values (%s, %s, %s, 'hi')",
                    made, kind, who.id,
                )  # fmt: skip


def test_whoever_listens_in_sql_is_told_ids(world: Inbox, people: tuple[Account, ...]) -> None:
    _, bob, _, _ = people
    made = a_conversation(world)
    with world.connect("postgres") as listener:
        listener.execute("listen supachat_inbox_message")
        row = world.one(bob, SEND, made, "x" * 60_000, None)
        (heard,) = listener.notifies(timeout=30, stop_after=1)
    assert json.loads(heard.payload) == {"conversation_id": str(made), "message_id": str(row["id"])}


def test_search(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, eve = people
    free, bobs = a_conversation(world, "Zoë 100%"), a_conversation(world, "Max", bob)
    world.backend(FROM_CUSTOMER, free, "where is my parcel_7?")
    world.backend(FROM_CUSTOMER, bobs, "荷物はどこですか")

    def found(who: Account, text: str) -> list[tuple[Any, ...]]:
        rows = world.ask(who, "select * from supachat_search(%s)", text)
        return sorted((row["sender_name"], row["body"]) for row in rows)

    assert found(ann, "PARCEL_7") == [("Zoë 100%", "where is my parcel_7?")]
    assert found(ann, "0%") == [("Zoë 100%", "where is my parcel_7?")], "a name's newest message"
    assert found(bob, "どこ") == [("Max", "荷物はどこですか")]
    assert found(cat, "どこ") == found(eve, "parcel") == found(ann, "p") == found(ann, "x_7") == []
    assert len(world.ask(ann, "select * from supachat_search('parcel', 1)")) == 1


def test_canned_replies_are_the_admins(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, _, eve = people
    add = "insert into canned_replies (shortcut, body) values ('hi', 'Hello {customer_name}')"
    for who in (bob, eve):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(who, add + " returning id")
    world.ask(ann, add + " returning id")
    read = "select shortcut, body from canned_replies"
    assert world.ask(bob, read) == [{"shortcut": "hi", "body": "Hello {customer_name}"}]
    assert world.ask(eve, read) == []
    assert world.ask(bob, "update canned_replies set body = 'x' returning id") == []
    assert world.ask(bob, "delete from canned_replies returning id") == []
    assert len(world.ask(ann, "update canned_replies set body = 'Hi' returning id")) == 1


def test_who_is_an_agent(world: Inbox, people: tuple[Account, ...]) -> None:
    ann, bob, cat, eve = people
    whoami = "select * from supachat_whoami()"
    assert world.ask(bob, whoami) == [{"user_id": bob.uid, "display_name": "Bob", "role": "agent"}]
    assert world.ask(eve, whoami) == []
    with pytest.raises(errors.InsufficientPrivilege, match="only an admin"):
        world.ask(bob, "select * from supachat_set_agent(%s, 'admin')", bob.uid)
    made = world.one(ann, "select * from supachat_set_agent(%s, 'agent')", eve.uid)
    assert (made["user_id"], made["display_name"], made["active"]) == (eve.uid, "Eve", True)
    with pytest.raises(errors.ForeignKeyViolation, match="no account"):
        world.ask(ann, "select * from supachat_set_agent(%s, 'agent')", uuid.uuid4())
    names = [row["display_name"] for row in world.ask(cat, "select * from supachat_agents()")]
    assert names == ["Ann", "Bob", "Cat", "Eve"]
    assert [row["user_id"] for row in world.ask(cat, "select * from supachat_find_people('bo')")] == [
        bob.uid
    ]
    bad = world.someone("max", inbox_role="owner")
    said = world.sign_up({}, {"inbox_role": "admin"})
    assert world.ask(bad, whoami) == world.ask(Account(said, str(said)), whoami) == []


def test_edits_move_the_cursor_that_follows_them(world: Inbox, people: tuple[Account, ...]) -> None:
    _, bob, _, _ = people
    made = a_conversation(world)
    row = world.one(bob, SEND, made, "hello", None)
    world.backend("update messages set updated_at = '2001-01-01', metadata = '{\"seen\": true}'")
    after = world.one(bob, "select updated_at, metadata from messages")
    assert after["updated_at"] > row["updated_at"]
    assert after["metadata"] == {"seen": True}
