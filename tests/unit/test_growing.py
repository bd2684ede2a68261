"""Messages that grow in place, as the screen sees them: few paints, the last one always, an end."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core_screen import OTHER, SIGNED_IN, SOURCE, THREAD, Screen, listed, live, said

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.health import Link
from supachat.domain.model import Extra, Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.sync.engine import Engine
from supachat.sync.growing import PAINT_EVERY, UNFINISHED, Growing

GROWING = Extra(growing=True)


def answer(text: str, *, growing: bool = True) -> Message:
    return replace(said(50, text, id_="answer"), extra=Extra(growing=growing))


def grow(screen: Screen, text: str, now: float, *, growing: bool = True) -> None:
    screen.hear(ev.MessageArrived(answer(text, growing=growing), changed=True), now=now)


def paints(screen: Screen) -> list[str]:
    """The texts with which the answer was painted, since the start."""
    return [
        item.raw
        for change in screen.changes
        if isinstance(change, ev.TimelineSpliced)
        for item in change.inserted
        if isinstance(item, Message) and item.id == "answer"
    ]


def tick(screen: Screen, now: float) -> None:
    screen.take(screen.engine.tick(now))


def answering(now: float = 0.0) -> Screen:
    screen = live(said(1))
    screen.hear(ev.MessageArrived(answer("")), now=now)
    return screen


def test_versions_that_come_too_soon_wait_for_the_next_paint_and_the_newest_wins() -> None:
    screen = answering(100.0)
    grow(screen, "a", 100.02)
    grow(screen, "ab", 100.05)
    assert paints(screen) == [""]
    assert screen.engine.next_wake() == 100.0 + PAINT_EVERY
    tick(screen, 100.1)
    assert paints(screen) == ["", "ab"]
    assert screen.engine.next_wake() is None


def test_the_last_version_is_painted_at_once() -> None:
    screen = answering(100.0)
    grow(screen, "a", 100.01)
    grow(screen, "all of it", 100.02, growing=False)
    assert paints(screen) == ["", "all of it"]
    tick(screen, 100.2)
    tick(screen, 200.0)
    assert paints(screen) == ["", "all of it"]
    assert screen.bodies()[-1] == "all of it"


def test_ten_paints_a_second_at_most_and_the_end_is_there() -> None:
    screen, text = answering(0.0), ""
    for step in range(1, 301):  # a hundred versions a second, for three
        text += "x"
        now = step / 100
        grow(screen, text, now)
        due = screen.engine.next_wake()
        if due is not None and due <= now:
            tick(screen, now)
    tick(screen, 3.2)
    assert len(paints(screen)) <= 33
    assert paints(screen)[-1] == text


@given(st.lists(st.tuples(st.floats(0, 0.3), st.booleans()), min_size=1, max_size=60))
def test_paints_keep_their_distance_and_nothing_is_lost(steps: list[tuple[float, bool]]) -> None:
    growing, now, painted = Growing(), 0.0, []
    last = None
    for number, (wait, ticks) in enumerate(steps):
        now += wait
        if ticks:
            painted += [(now, m.raw) for m in growing.due(now)]
        last = answer(str(number))
        if growing.heard(last, now):
            painted.append((now, last.raw))
    painted += [(now + 1, m.raw) for m in growing.due(now + 1)]
    assert last is not None
    assert painted[-1][1] == last.raw
    for (one, _), (other, _) in itertools.pairwise(painted):
        assert other - one >= PAINT_EVERY - 1e-9
    numbers = [int(raw) for _, raw in painted]
    assert numbers == sorted(set(numbers))


# ---------------------------------------------------------------- the end that does not come


def shown(screen: Screen) -> Extra:
    item = next(item for item in screen.items if isinstance(item, Message) and item.id == "answer")
    assert item.extra is not None
    return item.extra


def test_half_a_minute_without_a_word_is_an_end() -> None:
    screen = answering(0.0)
    grow(screen, "half a", 5.0)
    tick(screen, 5.0 + UNFINISHED - 0.1)
    assert shown(screen).growing
    tick(screen, 5.0 + UNFINISHED)
    assert not shown(screen).growing
    assert "unfinished" in shown(screen).trouble
    kept = [m for w in screen.writes if isinstance(w, kp.KeepMessages) for m in w.messages]
    assert [m.extra for m in kept if m.id == "answer"][-1] == GROWING  # what the server has


MINUTE = 60_000_000


def restarted(changed: int, *, follows: bool = True, ahead: float = 0.0) -> Screen:
    """A screen whose cache holds an answer that changed last at `changed`, opened ten minutes after 1970
    by a computer whose clock is `ahead` of the server's."""
    screen = Screen()
    source = replace(SOURCE, follows_edits=follows)
    screen.engine = Engine(kp.Memory(sources=(source,)), wall=lambda: Micros(10 * MINUTE))
    screen.hear(replace(SIGNED_IN, sources=(source,)), ev.LinkMoved(Link(clock_skew=ahead)), listed(THREAD))
    screen.take(screen.engine.open(THREAD, 5.0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, (said(1), replace(answer("half a"), edited=Micros(changed)))), now=5.0)
    return screen


@pytest.mark.parametrize(
    ("changed", "known", "growing"),
    [
        (7 * MINUTE, {}, False),  # three minutes ago
        (10 * MINUTE - 10_000_000, {}, True),
        (11 * MINUTE, {}, True),
        (7 * MINUTE, {"follows": False}, True),  # no column says when it changed
        (9 * MINUTE, {"ahead": 55.0}, True),  # by the server's clock five seconds ago
        (10 * MINUTE, {"ahead": -55.0}, False),
    ],
)
def test_an_answer_that_is_read_has_half_a_minute_since_its_own_last_change(
    changed: int, known: dict[str, Any], growing: bool
) -> None:
    screen = restarted(changed, **known)
    assert shown(screen).growing is growing


def test_what_is_left_of_its_half_minute_goes_on() -> None:
    screen = restarted(10 * MINUTE - 10_000_000)
    tick(screen, 5.0 + UNFINISHED - 10.5)
    assert shown(screen).growing
    tick(screen, 5.0 + UNFINISHED - 9.5)
    assert not shown(screen).growing


def test_an_answer_that_goes_on_after_all_is_shown_as_it_is() -> None:
    screen = answering(0.0)
    tick(screen, UNFINISHED)
    assert "unfinished" in shown(screen).trouble
    grow(screen, "sorry, I was", UNFINISHED + 5)
    assert shown(screen) == GROWING
    grow(screen, "sorry, I was away", UNFINISHED + 6, growing=False)
    assert shown(screen) == Extra()
    tick(screen, 500.0)
    assert shown(screen) == Extra()


def test_a_read_that_says_the_same_does_not_lift_the_mark() -> None:
    screen = answering(0.0)
    tick(screen, UNFINISHED)
    screen.take(screen.engine.focused(40.0))
    (request,) = screen.asked(ev.FetchPage)
    assert isinstance(request, ev.FetchPage)
    screen.hear(ev.PageFetched(request, (said(1), answer("")), whole=True), now=41.0)
    assert "unfinished" in shown(screen).trouble


def test_an_end_that_only_a_read_saw_is_an_end() -> None:
    screen = answering(0.0)
    screen.take(screen.engine.focused(20.0))
    (request,) = screen.asked(ev.FetchPage)
    assert isinstance(request, ev.FetchPage)
    screen.hear(ev.PageFetched(request, (said(1), answer("whole", growing=False)), whole=True), now=21.0)
    tick(screen, 60.0)
    assert shown(screen) == Extra()


def test_two_bindings_bring_one_row_and_count_it_once() -> None:
    screen = live(said(1))
    for _ in range(2):
        screen.hear(ev.MessageArrived(said(2, "twice")))
        screen.hear(ev.MessageArrived(said(9, "elsewhere", thread=OTHER)))
    assert screen.bodies() == ["hello", "twice"]
    held = screen.engine.threads.get(OTHER)
    assert held is not None
    assert held.unread == 1
    assert len([c for c in screen.changes if isinstance(c, ev.Alerted) and c.thread == OTHER]) == 1


def test_growing_elsewhere_leaves_the_open_thread_alone() -> None:
    screen = live(said(1))
    key = ThreadKey("direct", "me__third")
    far = replace(answer("x"), thread=key)
    screen.hear(ev.MessageArrived(far), now=0.0)
    tick(screen, UNFINISHED + 1)
    assert screen.bodies() == ["hello"]


def test_a_change_of_ours_and_a_stop_do_not_hide_each_other() -> None:
    screen = answering(0.0)
    tick(screen, UNFINISHED)
    held = replace(answer(""), at=Micros(50), body=safe("edited"), raw="edited")
    screen.hear(ev.MessageArrived(replace(held, extra=Extra()), changed=True), now=31.0)
    assert screen.bodies()[-1] == "edited"
    assert shown(screen) == Extra()
