"""Messages of one time, as one insert of many rows makes them: their keys order them, as on the server."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.unit.core_screen import live, said

from supachat.domain import events as ev
from supachat.domain.model import Cursor, Message, Micros
from supachat.sync.spans import START

BEGIN = 1_000_000_000


def keyed(*ids: str) -> list[Message]:
    return [replace(said(BEGIN, f"of {id_}"), id=id_) for id_ in ids]


@pytest.mark.parametrize(
    ("before", "after"),
    [("9", "10"), ("", "0"), ("99", "100"), ("9007199254740993", "9007199254740994"), ("a", "b")],
)
def test_a_shorter_key_stands_first(before: str, after: str) -> None:
    one, two = Cursor(Micros(5), before), Cursor(Micros(5), after)
    assert one < two
    assert one <= two
    assert two > one
    assert two >= one
    assert max(one, two) == two
    assert not one > two
    assert not two <= one
    assert START < Cursor(Micros(5), "") < one or before == ""
    assert Cursor(Micros(4), after) < one


def test_whole_numbers_stand_as_the_server_counts_them() -> None:
    table = keyed(*(str(n) for n in range(1, 31)))
    mixed = random.Random(7).sample(table, len(table))
    assert live(*mixed).bodies() == [m.body for m in table]


@pytest.mark.parametrize(
    ("ids", "gone"),
    [(("1", "2", "30"), ["30"]), (("1", "7", "10"), []), (("a", "B", "Zoo"), [])],
)
def test_of_one_time_nobody_is_gone_whom_the_window_may_not_tell_of(
    ids: tuple[str, ...], gone: list[str]
) -> None:
    """A window that begins after one of them: which of the others it tells of, the server's order says."""
    table = keyed(*ids)
    screen = live(*table)
    while requests := screen.asked(ev.Reread):
        (request,) = requests
        assert isinstance(request, ev.Reread)
        screen.hear(ev.WindowReread(request, tuple(table)))
    screen.hear(ev.MessageGone("direct", ids[-1], hint=True))
    (request,) = screen.asked(ev.Reread)
    assert isinstance(request, ev.Reread)
    assert request.after.at == BEGIN
    screen.hear(ev.WindowReread(request, ()))
    assert [item.id for item in screen.items if isinstance(item, Message) and item.deleted] == gone


def test_a_window_that_counts_shows_that_the_keys_are_numbers() -> None:
    """Of 59 the newest window begins after 9: that it tells of 11 says that it would tell of 10."""
    table = keyed(*(str(n) for n in range(1, 60)))
    screen = live(*table)
    while requests := screen.asked(ev.Reread):
        (request,) = requests
        assert isinstance(request, ev.Reread)
        there = [m for m in table if request.after < m.cursor <= request.upto and m.id != "10"]
        screen.hear(ev.WindowReread(request, tuple(there)))
    assert [item.id for item in screen.items if isinstance(item, Message) and item.deleted] == ["10"]
