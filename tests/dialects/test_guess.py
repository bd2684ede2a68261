"""What a guess is made of: a description of an API, words in names, types of columns."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.guessed import MESSAGES, ROOMS, TIME, UUID, unsure
from tests.dialects.schemas import renamer

from supachat.dialects.grammar import parse
from supachat.dialects.guess import columns, seen, words, written
from supachat.dialects.guess.proposal import propose
from supachat.dialects.guess.seen import Column, Table
from supachat.domain.model import Draft, Feature, Micros, ThreadKey


def test_where_no_name_says_anything_types_and_references_do_and_each_guess_is_asked_about() -> None:
    singer, circle = ("singers", "sid"), ("circles", "ref")
    keyed = Column("circle", "bigint", True, key=True, refers=circle)
    found = propose(
        (
            Table("singers", (Column("sid", UUID, True, key=True), Column("stage_name", "text", True))),
            Table("circles", (Column("ref", "bigint", True, key=True), Column("heading", "text", True))),
            Table("circle_singers", (keyed, Column("singer", UUID, True, key=True, refers=singer))),
            Table(
                "notes",
                (
                    Column("note_no", "bigint", True, key=True),
                    Column("circle", "bigint", True, refers=circle),
                    Column("penned_by", UUID, True, refers=singer),
                    Column("words", "text", True),
                    Column("penned_at", TIME, True, True),
                ),
            ),
        )
    )
    assert found.missing == ()
    roles = ("messages.table", "messages.body", "threads.title", "members.id", "me.table")
    assert [found.value(role) for role in roles] == ["notes", "words", "heading", "singer", "singers"]
    assert {"messages.table", "messages.body", "messages.order", "threads.title"} <= {
        one.role for one in unsure(found)
    }


@pytest.mark.parametrize("dialect", sorted(renamer.SEEDS))
def test_the_renamed_schemas_are_what_the_renamer_writes(dialect: str) -> None:
    made = renamer.renamed(dialect)
    assert (renamer.HERE / f"renamed_{dialect}.sql").read_text("utf-8") == made.sql
    assert (renamer.HERE / f"renamed_{dialect}.toml").read_text("utf-8") == made.truth
    assert renamer.renamed(dialect, 1) != made


def test_a_description_of_an_api_is_read() -> None:
    document: dict[str, Any] = {
        "paths": {"/messages": {"get": {}, "post": {}}},
        "definitions": {
            "messages": {
                "required": ["id", "room_id"],
                "properties": {
                    "id": {"format": "uuid", "default": "gen_random_uuid()", "description": "Note:\n<pk/>"},
                    "room_id": {"format": "uuid", "description": "<fk table='rooms' column='id'/>"},
                    "kind": {"format": "public.kind", "enum": ["a", "b"]},
                },
            }
        },
    }
    (table,) = seen.tables(document)
    assert table.verbs == {"post"}
    assert table.columns == (
        Column("id", UUID, required=True, default=True, key=True),
        Column("room_id", UUID, required=True, refers=("rooms", "id")),
        Column("kind", "public.kind", words=("a", "b")),
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"definitions": []},
        {"definitions": {"t": None}},
        {"definitions": {"t": {"properties": {"c": 1}}}},
    ],
)
def test_what_is_no_description_breaks_nothing(document: dict[str, Any]) -> None:
    assert propose(seen.tables(document)).missing == ("messages.table",)


def test_a_row_tells_of_what_kind_its_columns_are() -> None:
    row = {
        "id": "00000000-0000-4000-8000-000000000001",
        "room_id": 7,
        "content": "hello",
        "data": {},
        "seen": False,
        "created_at": "2026-01-01T00:00:00+00:00",
        "edited_at": None,
    }
    kinds = {column.name: column.type for column in seen.from_row("messages", row).columns}
    assert list(kinds.values()) == [UUID, "bigint", "text", "jsonb", "boolean", "timestamp", ""]


@pytest.mark.parametrize(
    ("better", "worse", "known"),
    [
        ("body", "body_html", words.BODY),
        ("messages", "message_logs", words.MESSAGES),
        ("created_at", "first_seen_at", words.ORDER),
        ("fromUser", "url", words.AUTHOR),
        ("replies", "prices", words.MESSAGES),
    ],
)
def test_a_name_that_says_it_plainly_fits_better(better: str, worse: str, known: tuple[str, ...]) -> None:
    plain, far = words.fit(better, known), words.fit(worse, known)
    assert plain > far
    assert far >= 0
    assert plain <= 1


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        (Column("updated_at", TIME, True), columns.order),
        (Column("created_at", "text", True), columns.order),
        (Column("message_id", UUID), columns.body),
        (Column("content_type", "text"), columns.body),
        (Column("recipient_id", UUID), columns.author(())),
        (Column("sender_type", "text"), columns.author(())),
        (Column("user_id", UUID, key=True), columns.author(())),
        (Column("deleted_at", "text"), columns.deleted),
    ],
)
def test_what_a_column_cannot_be(column: Column, rule: Any) -> None:
    assert rule(column) == 0


def test_a_chat_of_two_tables_is_sent_into_and_heard() -> None:
    found = propose((ROOMS, MESSAGES))
    assert (found.missing, unsure(found)) == ((), [])
    dialect = parse(written.toml(found, "mine", "chat"), "mine.toml")
    assert dialect.schema == "chat"
    assert dialect.features >= {Feature.SEND}
    assert not dialect.features & {Feature.EDIT, Feature.DELETE}
    assert dialect.own_ids
    assert {topic.private for topic in dialect.thread_topics("r1", "me")} == {False}
    call = dialect.acts.send_call(Draft("d1", ThreadKey("mine", "r1"), "hello", Micros(0)), None, "ana")
    assert getattr(call, "row", None) == {"room_id": "r1", "user_id": "ana", "content": "hello", "id": "d1"}
