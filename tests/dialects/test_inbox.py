"""The dialect inbox as tables: rows and changes of tables become nouns and events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.recorded import changed, sent

from supachat.dialects import catalog
from supachat.dialects.calls import Binding, Rpc, Topic
from supachat.domain.events import ListStale, MessageArrived, MessageGone, MessageHinted
from supachat.domain.model import Draft, Feature, Micros, Person, PersonKey, PersonKind, ThreadKey
from supachat.domain.text import Safe

INBOX = catalog.load("inbox")
ME = "5f6b1d3e-0000-4000-8000-000000000001"
TALK = "0d9c3ed2-6a0e-4c9f-9c35-1d0a35c7a111"
THREAD = ThreadKey("inbox", TALK)
ID = "f56fff50-72ac-4fb4-b71f-e886c4442c7b"

# captured from a hosted-compatible server on 2026-11-21
ROW = {
    "id": ID,
    "conversation_id": TALK,
    "sender_type": "customer",
    "sender_id": f"customer:{TALK}",
    "sender_name": "Zoe",
    "body": "where is it?",
    "metadata": {},
    "created_at": "2026-11-21T06:06:56.511003+00:00",
    "updated_at": "2026-11-21T06:06:56.511003+00:00",
}
LISTED: dict[str, Any] = {
    "conversation_id": TALK,
    "status": "open",
    "assigned_to": None,
    "assigned_name": None,
    "channel": "web",
    "customer_id": f"customer:{TALK}",
    "customer_name": "Zoe",
    "customer_contact": "",
    "subject": "A parcel",
    "priority": "",
    "chatbot_enabled": True,
    "metadata": {},
    "created_at": "2026-11-21T06:06:56.4+00:00",
    "updated_at": "2026-11-21T06:06:56.5+00:00",
    "members": [{"user_id": ME, "display_name": "Ann", "role": "agent"}],
    "last_message_id": ID,
    "last_message_at": "2026-11-21T06:06:56.511003+00:00",
    "last_message_author": f"customer:{TALK}",
    "last_message_sender_type": "customer",
    "last_message_preview": "where is it?",
    "unread": 1,
    "read_message_id": None,
    "read_at": None,
}
ALL, OPEN = f"inbox-agent:{ME}", f"inbox:{TALK}"


def told(topic: str, kind: str, record: Any, *, table: str = "messages", **more: Any) -> tuple[object, ...]:
    private = more.pop("private", True)
    data = changed(kind, record, table=table, schema="inbox", **more)
    return INBOX.told(topic, data, private=private, me=ME)


def test_what_it_can_do() -> None:
    assert INBOX.features >= {Feature.SEND, Feature.STATUS, Feature.ASSIGN, Feature.BOT, Feature.SEARCH}
    assert INBOX.features >= {Feature.CANNED, Feature.TYPING, Feature.PRESENCE, Feature.READ_CURSOR}
    assert not INBOX.features & {Feature.EDIT, Feature.DELETE, Feature.START, Feature.RENAME}


# ---------------------------------------------------------------- rows


def test_a_conversation() -> None:
    (thread,), people = INBOX.threads([LISTED], ME)
    assert (thread.title, thread.status, thread.assignee, thread.bot) == ("Zoe", "open", "", True)
    assert thread.facts == ("web", "A parcel")
    assert (thread.members, thread.other) == ((ME, f"customer:{TALK}"), f"customer:{TALK}")
    assert [(one.name, one.kind) for one in people] == [("Zoe", PersonKind.CUSTOMER)]


def test_somebody_has_it() -> None:
    (thread,), _ = INBOX.threads([{**LISTED, "assigned_to": ME, "chatbot_enabled": False}], ME)
    assert (thread.assignee, thread.bot) == (ME, False)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("customer", PersonKind.CUSTOMER),
        ("agent", PersonKind.AGENT),
        ("chatbot", PersonKind.BOT),
        ("system", PersonKind.SYSTEM),
    ],
)
def test_a_row_says_what_its_author_is(word: str, kind: PersonKind) -> None:
    (message,) = INBOX.messages([{**ROW, "sender_type": word}], THREAD, ME)
    assert message.extra is not None
    assert message.extra.role is kind
    assert message.edited is None, "what is new was not edited"


def test_metadata_are_facts() -> None:
    (message,) = INBOX.messages([{**ROW, "metadata": {"order": 7, "tags": ["a"]}}], THREAD, ME)
    assert message.extra is not None
    assert message.extra.facts == (("order", "7"), ("tags", '["a"]'))


def test_a_draft_is_sent_by_the_function() -> None:
    call = INBOX.acts.send_call(Draft(ID, THREAD, "hello", Micros(1)), None, ME)
    assert call == Rpc("insert_message", {"_conversation_id": TALK, "_body": "hello", "_id": ID}, "inbox")


# ---------------------------------------------------------------- topics and changes


def test_one_subscription_for_all_and_one_for_what_is_open() -> None:
    assert INBOX.user_topics(ME, ME) == (
        Topic(
            ALL, bindings=(Binding("*", "messages", "inbox"), Binding("*", "conversations", "inbox"))
        ),
    )  # fmt: skip
    rows, typing = INBOX.thread_topics(TALK, ME)
    wanted = f"conversation_id=eq.{TALK}"
    assert rows == Topic(
        OPEN,
        bindings=(
            Binding("INSERT", "messages", "inbox", wanted),
            Binding("UPDATE", "messages", "inbox", wanted),
        ),
    )
    assert (typing.name, typing.presence_key) == (f"inbox-typing:{TALK}", ME)


@pytest.mark.parametrize("topic", [ALL, OPEN])
def test_a_new_row_is_the_same_row_whichever_brings_it(topic: str) -> None:
    (event,) = told(topic, "INSERT", ROW)
    assert isinstance(event, MessageArrived)
    assert (event.message.thread, event.message.raw, event.changed) == (THREAD, "where is it?", False)


def test_a_row_that_names_its_author_names_them_when_it_arrives() -> None:
    row = {**ROW, "sender_type": "chatbot", "sender_id": "bot-1", "sender_name": "Helper"}
    (event,) = told(OPEN, "INSERT", row)
    assert isinstance(event, MessageArrived)
    assert event.author == Person(
        PersonKey("inbox", "bot-1"), Safe("Helper"), Safe("bot-1"), PersonKind.BOT
    )


def test_an_update_has_changed() -> None:
    later = {**ROW, "body": "found it", "updated_at": "2026-11-21T06:07:00+00:00"}
    (event,) = told(ALL, "UPDATE", later, old={"id": ID})
    assert isinstance(event, MessageArrived)
    assert (event.changed, event.message.raw) == (True, "found it")
    assert event.message.edited is not None


def test_of_a_deleted_row_the_key_is_told() -> None:
    assert told(ALL, "DELETE", None, old={"id": ID}) == (MessageGone("inbox", ID),)


@pytest.mark.parametrize("kind", ["INSERT", "UPDATE", "DELETE"])
def test_a_conversation_that_moves_moves_the_list(kind: str) -> None:
    row = {"id": TALK, "status": "closed"}
    assert told(ALL, kind, row, table="conversations", old={"id": TALK}) == (ListStale("inbox"),)


@pytest.mark.parametrize(
    "missing", [{"errors": ["Error 413: Payload Too Large"]}, {"private": False}], ids=["cut", "public"]
)
def test_what_is_not_whole_or_not_private_is_read(missing: dict[str, Any]) -> None:
    assert told(OPEN, "INSERT", ROW, **missing) == (MessageHinted(THREAD),)


def test_a_text_that_was_left_out_is_read() -> None:
    row = {name: value for name, value in ROW.items() if name != "body"}
    assert told(OPEN, "UPDATE", row, old={"id": ID}) == (MessageHinted(THREAD, changed=True),)


@pytest.mark.parametrize(
    ("topic", "event", "heard"),
    [(OPEN, "moved", (ListStale("inbox"),)), (ALL, "moved", ()), (OPEN, "else", ())],
)
def test_whoever_sees_a_conversation_no_longer_reads_the_list(
    topic: str, event: str, heard: tuple[object, ...]
) -> None:
    said = INBOX.hear(topic, *sent(event, {}), sealed=False, me=ME, members=lambda _: ())
    assert said == heard
    assert [one.name for one in INBOX.thread_topics(TALK, ME)] == [OPEN, f"inbox-typing:{TALK}"]


@pytest.mark.parametrize(
    ("topic", "record", "more"),
    [
        (OPEN, {**ROW, "conversation_id": "another"}, {}),
        (OPEN, ROW, {"table": "agents"}),
        ("inbox-typing:" + TALK, ROW, {}),
        ("inbox-agent:", ROW, {}),
        (ALL, None, {}),
        (ALL, {"id": 3}, {}),
    ],
)
def test_what_does_not_fit_is_nothing(topic: str, record: Any, more: dict[str, Any]) -> None:
    assert told(topic, "INSERT", record, **more) == ()


def test_another_schemas_rows_are_not_ours() -> None:
    data = changed("INSERT", ROW, table="messages", schema="public")
    assert INBOX.told(ALL, data, private=True, me=ME) == ()


def test_a_threads_id_cannot_end_its_filter() -> None:
    (rows, _) = INBOX.thread_topics('a,b="', ME)
    assert rows.bindings[0].filter == 'conversation_id=eq."a,b=\\""'
