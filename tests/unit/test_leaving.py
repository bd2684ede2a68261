"""A thread that is the reader's no more: it goes from the screen, and nothing that they wrote is lost."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core_screen import OTHER, THREAD, Screen, listed, live

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed
from supachat.domain.model import DraftState, Micros


def notices(screen: Screen) -> list[tuple[str, str]]:
    return [(c.title, c.details) for c in screen.changes if isinstance(c, ev.Notice)]


def written(*texts: str) -> Screen:
    """A thread is open, and these were written while they could not be sent."""
    screen = live()
    screen.changes.clear()
    screen.requests.clear()
    for number, text in enumerate(texts):
        screen.take(screen.engine.send(f"d{number}", THREAD, text, Micros(100 + number), 1))
    return screen


def test_the_open_thread_goes_and_nothing_is_open() -> None:
    screen = written()
    screen.hear(listed(OTHER))
    assert screen.engine.open_thread is None
    assert ev.Vacated() in screen.changes
    assert notices(screen) == [("You are no longer in me__you", "")]
    (watch,) = screen.asked(ev.Watch)
    assert isinstance(watch, ev.Watch)
    assert watch.threads == (OTHER,)


def test_one_that_was_not_looked_at_goes_without_a_word() -> None:
    screen = written()
    screen.hear(listed(THREAD))
    assert notices(screen) == []
    assert screen.engine.open_thread == THREAD


def test_what_was_not_sent_becomes_the_text_that_waits_there() -> None:
    screen = written("first", "second\nline")
    screen.take(screen.engine.keep_text(THREAD, "begun", 1))
    screen.hear(listed(OTHER))
    assert screen.engine.text(THREAD) == "first\nsecond\nline\nbegun"
    assert kp.KeepText(THREAD, "first\nsecond\nline\nbegun") in screen.writes
    assert {w.id for w in screen.writes if isinstance(w, kp.DropDraft)} == {"d0", "d1"}
    assert screen.engine.outbox.counts() == (0, 0)
    ((title, details),) = notices(screen)
    assert title == "You are no longer in me__you"
    assert "first" in details


def test_what_was_typed_in_the_moment_before_it_went_is_kept_too() -> None:
    screen = written()
    screen.take(screen.engine.keep_text(THREAD, "half", 1))
    screen.hear(listed(OTHER))
    screen.take(screen.engine.keep_text(THREAD, "half a sentence", 1))
    assert screen.engine.text(THREAD) == "half a sentence"


def test_a_composer_that_is_late_does_not_write_it_over() -> None:
    screen = written("first")
    screen.hear(listed(OTHER))
    screen.take(screen.engine.keep_text(THREAD, "begun", 2))
    assert screen.engine.text(THREAD) == "first\nbegun"
    screen.take(screen.engine.keep_text(THREAD, "", 2))
    assert screen.engine.text(THREAD) == "first\nbegun"


def test_whoever_is_asked_in_again_finds_it() -> None:
    screen = written("first")
    screen.hear(listed(OTHER), listed(THREAD, OTHER))
    thread = screen.engine.threads.get(THREAD)
    assert thread is not None
    assert thread.draft
    assert screen.engine.text(THREAD) == "first"
    screen.take(screen.engine.keep_text(THREAD, "", 3))
    assert screen.engine.text(THREAD) == ""


def test_one_that_is_under_way_is_given_back_when_it_is_refused() -> None:
    screen = written("first")
    screen.hear(ev.DraftKept("d0"))
    (sent,) = screen.asked(ev.SendDraft)
    assert isinstance(sent, ev.SendDraft)
    screen.hear(listed(OTHER))
    (draft,) = screen.engine.outbox.drafts(THREAD)
    assert draft.state is DraftState.SENDING
    screen.take(screen.engine.failed(sent, NotAllowed("this room is not yours"), 2))
    assert screen.engine.outbox.drafts(THREAD) == []
    assert screen.engine.text(THREAD) == "first"
    assert "first" in notices(screen)[-1][1]


def test_a_subject_stays_with_its_text() -> None:
    screen = written("first")
    (draft,) = screen.engine.outbox.drafts(THREAD)
    screen.engine.outbox.drop(draft.id)
    screen.engine.outbox.add(replace(draft, subject="Re: all"))
    screen.hear(listed(OTHER))
    assert screen.engine.text(THREAD) == "Re: all\nfirst"
