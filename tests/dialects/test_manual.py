"""The grammar tells itself: every key with what it takes and what it means, and what a map says of it."""

from __future__ import annotations

import pytest

from supachat.cli.dialect import section_lines
from supachat.dialects import catalog
from supachat.dialects.grammar import parse
from supachat.dialects.manual import Section, sections
from supachat.dialects.uses import TEXT, TIME, functions, uses

PLAIN = """
name = "plain"
label = "Plain"
[threads]
table = "rooms"
id = "id"
title = "name"
[messages]
table = "messages"
key = "id"
order = "created_at"
thread = "room_id"
author = "user_id"
body = "content"
[[feeds]]
name = "news"
label = "News"
table = "news"
at = "at"
title = "title"
[[changes]]
topic = "plain:{thread}"
table = "messages"
means = "message"
[[changes]]
topic = "plain:{user}"
table = "rooms"
means = "list"
"""


def by_path(name: str | None = None) -> dict[str, Section]:
    return {section.path: section for section in sections(catalog.load(name).map if name else None)}


def test_every_table_and_key_of_the_grammar_has_a_meaning() -> None:
    found = sections()
    assert [section.path for section in found if not section.meaning] == []
    keys = [(section.path, key) for section in found for key in section.keys]
    assert len(keys) > 120
    assert [f"{path}.{key.name}" for path, key in keys if not key.meaning or not key.takes] == []
    assert [key.value for _, key in keys if key.value is not None] == []


@pytest.mark.parametrize(
    ("path", "name", "takes"),
    [
        ("", "max_length", "number"),
        ("messages", "table", "name"),
        ("messages", "growing", "list of text"),
        ("threads", "other_kind", "person or customer or agent or assistant or bot or system"),
        ("send", "insert", "true/false"),
        ("[changes]", "events", "list of INSERT or UPDATE or DELETE"),
        ("alter.NAME", "params", "table of text or number or true/false"),
    ],
)
def test_what_a_key_takes(path: str, name: str, takes: str) -> None:
    assert next(key.takes for key in by_path()[path].keys if key.name == name) == takes


def test_slots_are_named_where_they_can_stand() -> None:
    params = next(key for key in by_path()["read"].keys if key.name == "params")
    assert "Slots: $message, $thread." in params.meaning


def test_a_maps_own_values_stand_beside_the_keys() -> None:
    found = by_path("direct")
    values = {key.name: key.value for key in found["messages"].keys}
    assert (values["table"], values["edited"]) == ('"chat_messages"', None)
    assert not found["edit"].used
    lines = section_lines(found["messages"], told=True)
    assert any(line.startswith('  table = "chat_messages"') for line in lines)
    assert any(line.startswith("- edited ") for line in lines)
    assert section_lines(found["edit"], told=True)[0] == "[edit]  # not in this map"


def test_tables_under_names_of_their_own_are_told_together() -> None:
    found = by_path("inbox")
    assert "alter.status|assign|bot" in found
    tables = next(key.value for key in found["[changes]"].keys if key.name == "table")
    assert tables is not None
    assert tables.count('"messages"') == 2


def test_what_a_map_uses_of_a_project() -> None:
    messages, rooms, news = uses(parse(PLAIN, "plain.toml").map)
    assert (messages.table, messages.key, messages.filled) == ("messages", "id", ("created_at", "id"))
    assert messages.kinds == {"created_at": TIME, "content": TEXT}
    assert messages.events == {"INSERT", "UPDATE", "DELETE"}
    assert rooms.columns == ("id", "name")
    assert rooms.events == {"INSERT", "UPDATE", "DELETE"}
    assert (news.table, news.events) == ("news", frozenset())


def test_several_bindings_of_one_table_are_one_use() -> None:
    messages = uses(catalog.load("inbox").map)[0]
    assert messages.events == {"INSERT", "UPDATE", "DELETE"}


def test_each_function_of_a_map_is_named_once() -> None:
    found = functions(catalog.load("inbox").map)
    assert len(found) == len(set(found))
    assert {"supachat_threads", "insert_message", "supachat_assign"} <= set(found)
    assert functions(parse(PLAIN, "plain.toml").map) == ()
