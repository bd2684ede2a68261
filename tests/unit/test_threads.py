"""The thread list: unread from the read cursor, never from counting events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.model import Cursor, Message, Micros, Thread, ThreadKey
from supachat.domain.text import safe, safe_line
from supachat.sync.threads import Threads

A, B = ThreadKey("direct", "a"), ThreadKey("direct", "b")


def row(key: ThreadKey = A, last: int = 10, unread: int = 0, read_to: int | None = None) -> Thread:
    return Thread(
        key,
        safe_line(key.id),
        ("me", "you"),
        last=cursor(last),
        unread=unread,
        read_to=None if read_to is None else cursor(read_to),
    )


def cursor(at: int) -> Cursor:
    return Cursor(Micros(at), f"m{at:03}")


def said(at: int, *, own: bool = False, thread: ThreadKey = A) -> Message:
    return Message(thread, f"m{at:03}", "me" if own else "you", Micros(at), "hello", safe("hello"), own=own)


def listing(*rows: Thread) -> Threads:
    threads = Threads()
    threads.listed("direct", rows)
    return threads


def unread(threads: Threads, key: ThreadKey = A) -> int:
    thread = threads.get(key)
    assert thread is not None
    return thread.unread


def test_a_message_heard_three_times_is_one_unread() -> None:
    threads = listing(row(unread=2, read_to=5))
    for _ in range(3):
        threads.heard(said(11))
    assert unread(threads) == 3


def test_ones_own_messages_are_never_unread() -> None:
    threads = listing(row())
    threads.heard(said(11, own=True))
    assert unread(threads) == 0


def test_reading_clears_the_count_and_a_late_copy_does_not_raise_it() -> None:
    threads = listing(row(unread=1, read_to=5))
    threads.heard(said(11))
    assert threads.read(A, cursor(11)) is not None
    assert unread(threads) == 0
    threads.heard(said(11))
    assert unread(threads) == 0


def test_the_read_cursor_only_grows() -> None:
    threads = listing(row(read_to=9))
    assert threads.read(A, cursor(8)) is None


def test_a_list_that_was_read_earlier_takes_nothing_back() -> None:
    threads = listing(row(last=10))
    threads.heard(said(12))
    threads.listed("direct", [row(last=10)])
    held = threads.get(A)
    assert held is not None
    assert (held.last, held.unread, held.preview) == (cursor(12), 1, "hello")
    threads.listed("direct", [row(last=12, unread=1)])
    assert unread(threads) == 1


def test_a_list_from_before_the_reading_does_not_make_it_unread_again() -> None:
    threads = listing(row(last=10, unread=1, read_to=9))
    threads.read(A, cursor(10))
    threads.listed("direct", [row(last=10, unread=1, read_to=9)])
    assert unread(threads) == 0


def test_the_last_to_move_stands_first_and_what_the_source_no_longer_names_is_gone() -> None:
    threads = listing(row(A, 10), row(B, 20))
    assert [t.key for t in threads.ordered()] == [B, A]
    threads.heard(said(30))
    assert [t.key for t in threads.ordered()] == [A, B]
    _, gone = threads.listed("direct", [row(A, 30)])
    assert gone == [B]


@pytest.mark.parametrize(("asked", "there"), [(3, True), (4, True), (5, False)])
def test_a_list_that_was_asked_for_before_a_thread_was_made_does_not_take_it_away(
    asked: int, there: bool
) -> None:
    threads = listing(row(A, 10))
    threads.add(row(B, 20), turn=4)
    threads.listed("direct", [row(A, 10)], asked)
    threads.listed("direct", [row(A, 10)], asked)
    assert (threads.get(B) is not None) is there


def test_a_thread_that_was_listed_once_is_gone_when_a_list_lacks_it() -> None:
    threads = listing(row(A, 10))
    threads.add(row(B, 20), turn=4)
    threads.listed("direct", [row(A, 10), row(B, 20)], 3)
    threads.listed("direct", [row(A, 10)], 3)
    assert threads.get(B) is None


def test_a_waiting_text_is_marked_and_a_new_list_keeps_the_mark() -> None:
    threads = listing(row())
    assert threads.mark_draft(A, True) is not None
    assert threads.mark_draft(A, True) is None
    threads.listed("direct", [replace(row(), title=safe_line("new"))])
    held = threads.get(A)
    assert held is not None
    assert held.draft


@given(st.lists(st.tuples(st.sampled_from("hlar"), st.sampled_from("ab"), st.integers(1, 30)), max_size=25))
def test_the_last_to_move_stands_first_whatever_happens(acts: list[tuple[str, str, int]]) -> None:
    threads = listing(row(A, 3), row(B, 5))
    for act, name, at in acts:
        key = ThreadKey("direct", name)
        match act:
            case "h":
                threads.heard(said(at, thread=key))
            case "l":
                threads.listed("direct", [row(key, at)])
            case "a":
                threads.add(row(key, at))
            case _:
                threads.read(key, cursor(at))
        moved = {t.key: t.last.at for t in threads.ordered() if t.last is not None}
        assert [moved[k] for k in threads.recent()] == sorted(moved.values(), reverse=True)


def test_a_muted_thread_stays_so_when_the_list_comes() -> None:
    threads = listing(row())
    assert threads.mute(A, True) is not None
    assert threads.mute(A, True) is None
    threads.listed("direct", [row(last=20)])
    held = threads.get(A)
    assert held is not None
    assert held.muted
