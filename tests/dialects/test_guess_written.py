"""The map that a guess writes: what it embeds, what may be changed, who is in a thread, what is asked."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.dialects.guessed import MESSAGES, ROOMS, TIME, UUID, unsure, with_columns

from supachat.cli.dialect_guess import settle
from supachat.dialects.calls import Inner, Select
from supachat.dialects.grammar import parse
from supachat.dialects.guess import seen, written
from supachat.dialects.guess.proposal import propose
from supachat.dialects.guess.seen import Column, Table
from supachat.dialects.guess.views import viewed, wanted
from supachat.domain.errors import DialectError
from supachat.domain.events import MessageGone, MessageHinted
from supachat.domain.model import Draft, Feature, Micros, PersonKind, ThreadKey
from supachat.domain.requests import FetchPage


def test_the_newest_message_and_the_authors_name_are_embedded() -> None:
    people = Table("profiles", (Column("id", UUID, True, key=True), Column("username", "text", True)))
    author = Column("user_id", UUID, True, refers=("profiles", "id"))
    found = propose((ROOMS, people, with_columns(MESSAGES, author, without="user_id")))
    dialect = parse(written.toml(found, "mine", "public"), "mine.toml")
    asked = dialect.list_call()
    assert isinstance(asked, Select)
    assert asked.columns == "id,name,newest:messages(id,created_at,user_id,content)"
    assert asked.inner == Inner("newest", (("created_at", True), ("id", True)))
    newest = {"id": "m1", "created_at": "2026-01-01T00:00:00+00:00", "user_id": "ana", "content": "hello"}
    rows: list[dict[str, Any]] = [
        {"id": "r1", "name": "Harbour", "newest": [newest]},
        {"id": "r2", "name": "Pier", "newest": []},
    ]
    (harbour, pier), _ = dialect.threads(rows, "me")
    assert (harbour.preview, harbour.preview_author) == ("hello", "ana")
    assert (pier.preview, pier.last) == ("", None)
    page = dialect.page_call(FetchPage(harbour.key))
    assert isinstance(page, Select)
    assert page.columns.endswith(",...profiles(author_name:username)")
    (ana,) = dialect.authors([{**newest, "room_id": "r1", "author_name": "Ana"}])
    assert (ana.key.id, ana.name) == ("ana", "Ana")


@pytest.mark.parametrize("newest", [None, {}, "x", [1]])
def test_a_newest_message_that_is_no_row_is_refused(newest: Any) -> None:
    dialect = parse(written.toml(propose((ROOMS, MESSAGES)), "mine", "public"), "mine.toml")
    with pytest.raises(DialectError, match="array of objects in newest"):
        dialect.threads([{"id": "r1", "name": "Harbour", "newest": newest}], "me")


def test_where_two_references_lie_between_tables_the_map_says_which() -> None:
    people = Table("profiles", (Column("id", UUID, True, key=True), Column("username", "text", True)))
    author = Column("user_id", UUID, True, refers=("profiles", "id"))
    editor = Column("edited_by", UUID, refers=("profiles", "id"))
    rooms = with_columns(ROOMS, Column("pinned_id", UUID, refers=("messages", "id")))
    text = written.toml(
        propose((rooms, people, with_columns(MESSAGES, author, editor, without="user_id"))),
        "mine",
        "public",
    )
    assert '"newest:messages!room_id(' in text
    assert '"...profiles!user_id(author_name:username)"' in text


def test_a_part_of_a_key_may_lead_to_the_thread() -> None:
    leads = Column("room_id", UUID, True, key=True, refers=("rooms", "id"))
    found = propose((ROOMS, with_columns(MESSAGES, leads, without="room_id")))
    assert (found.value("messages.thread"), found.value("messages.key")) == ("room_id", "id")
    whole = with_columns(MESSAGES, Column("id", UUID, True, key=True, refers=("rooms", "id")), without="id")
    assert propose((ROOMS, whole)).value("messages.thread") == "room_id", "a key is what it is the key of"


def test_without_a_reference_nothing_is_embedded() -> None:
    loose = with_columns(MESSAGES, Column("room_id", UUID, True), without="room_id")
    text = written.toml(propose((ROOMS, loose)), "mine", "public")
    assert "embed" not in text


def test_a_function_embeds_nothing() -> None:
    text = written.toml(propose((ROOMS, MESSAGES)), "mine", "public")
    wrong = text.replace('table = "rooms"', 'rpc = "rooms"\nother = "a"\nother_name = "b"', 1)
    with pytest.raises(DialectError, match=r"expected last\.embed with a table"):
        parse(wrong, "mine.toml")


def test_a_row_that_can_be_marked_is_edited_and_deleted_by_marking() -> None:
    marked = with_columns(MESSAGES, Column("edited_at", TIME), Column("is_deleted", "boolean", True, True))
    text = written.toml(propose((ROOMS, marked)), "mine", "public")
    assert parse(text, "mine.toml").features >= {Feature.EDIT, Feature.DELETE}
    assert "is_deleted = true" in text


def test_no_rights_to_write_make_a_map_that_reads() -> None:
    read_only = dataclasses.replace(MESSAGES, verbs=frozenset())
    dialect = parse(written.toml(propose((ROOMS, read_only)), "mine", "public"), "mine.toml")
    assert Feature.SEND not in dialect.features


def test_two_that_fit_alike_are_asked_about_and_an_answer_is_taken() -> None:
    both = with_columns(MESSAGES, Column("sender_id", UUID, True), Column("author_id", UUID, True))
    question = unsure(propose((ROOMS, both)))[0]
    assert question.role == "messages.author"
    assert (question.value, *question.others) == ("sender_id", "author_id", "user_id")
    answered = propose((ROOMS, both), {"messages.author": "author_id"})
    assert answered.value("messages.author") == "author_id"
    assert [one.role for one in answered.choices if one.unsure] == []
    assert answered.value("send.sender_id") == "$me"


def test_another_table_has_other_columns() -> None:
    letters = Table("letters", (*MESSAGES.columns[:3], Column("text", "text"), MESSAGES.columns[4]))
    found = propose((ROOMS, MESSAGES, letters), {"messages.table": "letters"})
    assert found.value("messages.body") == "text"


def test_what_must_be_given_and_nobody_knows_is_asked() -> None:
    odd = with_columns(MESSAGES, Column("shard", "text", True), Column("role", "text", True))
    unsure = {one.role: one.value for one in propose((ROOMS, odd)).choices if one.unsure}
    assert unsure == {"send.shard": "", "send.role": "user"}


def test_a_time_that_must_be_given_is_now() -> None:
    without = with_columns(MESSAGES, Column("createdAt", TIME, True), without="created_at")
    found = propose((ROOMS, with_columns(without, Column("updatedAt", TIME, True))))
    assert (found.value("messages.order"), found.value("messages.edited")) == ("createdAt", "updatedAt")
    assert (found.value("send.createdAt"), found.value("send.updatedAt")) == ("now", "now")


def test_who_is_in_a_thread_of_two_stands_in_it_as_people_or_as_ids() -> None:
    account = Column("id", UUID, True, key=True)
    people = Table("profiles", (account, Column("username", "text", True)))
    author = Column("user_id", UUID, True, refers=("profiles", "id"))
    messages = with_columns(MESSAGES, author, without="user_id")
    led = [Column(name, UUID, True, refers=("profiles", "id")) for name in ("buyer_id", "seller_id")]
    found = propose((with_columns(ROOMS, *led, without="name"), people, messages))
    dialect = parse(written.toml(found, "mine", "public"), "mine.toml")
    asked = dialect.list_call()
    assert isinstance(asked, Select)
    assert "one:profiles!buyer_id(id:id,name:username),two:profiles!seller_id(" in asked.columns
    ben = {"id": "ben", "name": "Ben"}
    row = {"id": "r1", "one": {"id": "ana", "name": "Ana"}, "two": ben, "newest": []}
    hidden = {**row, "id": "r2", "one": None}
    (pair, alone), _ = dialect.threads([row, hidden], "ana")
    assert (pair.title, pair.other, alone.members) == ("Ben", "ben", ("ana", "ben"))
    ids = [Column(name, UUID, True) for name in ("user_a_id", "user_b_id")]
    dialect = parse(
        written.toml(propose((with_columns(ROOMS, *ids), MESSAGES)), "mine", "public"), "mine.toml"
    )
    row = {"id": "r1", "name": "Pier", "user_a_id": "ana", "user_b_id": "ben", "newest": []}
    assert dialect.threads([row], "ana")[0][0].members == ("ana", "ben")


def test_who_is_in_a_thread_may_be_an_array_of_ids() -> None:
    rooms = with_columns(ROOMS, Column("member_ids", "uuid[]"))
    dialect = parse(written.toml(propose((rooms, MESSAGES)), "mine", "public"), "mine.toml")
    rows = [{"id": "r1", "name": "Pier", "member_ids": ["ana", "ben"], "newest": []}]
    assert dialect.threads(rows, "ana")[0][0].members == ("ana", "ben")
    with pytest.raises(DialectError, match="expected an array in member_ids"):
        dialect.threads([{**rows[0], "member_ids": "ana"}], "ana")


def test_a_chat_with_an_assistant_tells_the_two_apart_by_their_role() -> None:
    role = Column("role", "text", True)
    found = propose((ROOMS, with_columns(MESSAGES, role, without="user_id")))
    assert (found.missing, [one.role for one in unsure(found)]) == ((), ["send.role"])
    dialect = parse(written.toml(found, "mine", "public"), "mine.toml")
    call = dialect.acts.send_call(Draft("d1", ThreadKey("mine", "r1"), "hello", Micros(0)), None, "ana")
    assert getattr(call, "row", None) == {"room_id": "r1", "role": "user", "content": "hello", "id": "d1"}
    said = {
        "id": "m1",
        "room_id": "r1",
        "role": "assistant",
        "content": "hi",
        "created_at": "2026-01-01T00:00:00Z",
    }
    (message,) = dialect.any_messages([said], "ana")
    assert message.extra is not None
    assert message.extra.role is PersonKind.ASSISTANT


def test_where_nobody_knows_to_whom_a_message_goes_it_is_read_only() -> None:
    to = Column("receiver_id", UUID, True)
    text = written.toml(propose((ROOMS, with_columns(MESSAGES, to))), "mine", "public")
    assert "# No [send]: receiver_id" in text
    assert Feature.SEND not in parse(text, "mine.toml").features


WALL = dataclasses.replace(with_columns(MESSAGES, without="room_id"), name="Wall_messages")


def test_a_chat_without_threads_is_shown_by_views() -> None:
    made = viewed((WALL,), (), "my-own", "public")
    assert made is not None
    found = propose(made.tables)
    assert found.missing == ()
    assert 'create or replace view "public"."my_own_messages"' in made.sql
    dialect = parse(written.toml(found, "my-own", "public"), "mine.toml")
    (topic,) = dialect.thread_topics("everyone", "me")
    assert [(one.table, one.filter) for one in topic.bindings] == [("Wall_messages", "")]
    change = {"schema": "public", "table": "Wall_messages", "type": "INSERT", "record": {"id": "m1"}}
    assert dialect.told(topic.name, change, private=False, me="me") == (
        MessageHinted(ThreadKey("my-own", "everyone")),
    )


def test_views_are_for_a_chat_that_has_none_of_its_own() -> None:
    assert wanted(propose((WALL,)))
    assert not wanted(propose((ROOMS, MESSAGES)))
    assert viewed((ROOMS,), (), "mine", "public") is None
    without_key = Table("messages", tuple(one for one in WALL.columns if not one.key))
    assert viewed((without_key,), (), "mine", "public") is None
    about = dataclasses.replace(MESSAGES.columns[1], required=False)
    to = with_columns(with_columns(MESSAGES, without="room_id"), about, Column("receiver_id", UUID))
    assert wanted(propose((ROOMS, to)))


def test_a_word_that_an_enum_knows_is_taken() -> None:
    odd = with_columns(MESSAGES, Column("type", "kind", True, words=("image", "text")))
    assert propose((ROOMS, odd)).value("send.type") == "text"


@pytest.mark.parametrize("lost", ["id", "created_at", "content", "room_id", "user_id"])
def test_without_a_part_that_a_map_needs_none_is_written(lost: str) -> None:
    assert propose((ROOMS, with_columns(MESSAGES, without=lost))).missing != ()


def test_nothing_is_asked_where_nobody_is_there_to_answer() -> None:
    both = with_columns(MESSAGES, Column("sender_id", UUID, True))
    assert settle((ROOMS, both), asking=False).missing == ()


@pytest.mark.parametrize("evil", ['x"\nsend = "insert', "a\x1b[2Jb", "a b", "ä", ""])
def test_names_that_no_map_can_hold_go_no_farther(evil: str) -> None:
    document: dict[str, Any] = {"definitions": {evil: {}, "t": {"properties": {evil: {}, "id": {}}}}}
    (table,) = seen.tables(document)
    assert [column.name for column in table.columns] == ["id"]
    assert [column.name for column in seen.from_row("t", {evil: 1, "id": 1}).columns] == ["id"]


def test_a_guessed_map_asks_for_no_news_of_which_it_could_make_nothing() -> None:
    """On a topic that needs no policy a delete is not believed: it says which message to look for."""
    dialect = parse(written.toml(propose((ROOMS, MESSAGES)), "mine", "public"), "mine.toml")
    (topic,) = dialect.user_topics("me", "me")
    row = {"id": "m1", "room_id": "r1"}
    for binding in topic.bindings:
        change = {"schema": "public", "table": "messages", "type": binding.event, "record": row}
        heard = dialect.told(topic.name, {**change, "old_record": {"id": "m1"}}, private=False, me="me")
        gone = MessageGone("mine", "m1", hint=True)
        assert heard == (gone if binding.event == "DELETE" else MessageHinted(ThreadKey("mine", "r1")),)
    assert {binding.event for binding in topic.bindings} == {"INSERT", "DELETE"}
