"""A burst of alerts: the first ones as they are, the rest as one, nothing uncounted."""

from __future__ import annotations

import pytest

from supachat.domain.changes import Alerted
from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync.gathering import ALONE, BURST, HOLD, Gatherer, gathered

LABELS = {"inbox": Safe("Inbox"), "rooms": Safe("Rooms"), "portal": Safe("Portal")}


def alert(number: int, source: str = "inbox", *, feed: str = "", urgent: bool = False) -> Alerted:
    thread = None if feed else ThreadKey(source, f"t{number}")
    return Alerted(
        safe_line(f"New message from {number}"), source=source, thread=thread, feed=feed, urgent=urgent
    )


def flood(gatherer: Gatherer, count: int, begins: float, ends: float) -> list[tuple[float, str]]:
    """`count` alerts evenly from one second to another, looked at ten times a second and ten seconds more;
    what is told, and when."""
    told, number = [], 0
    for tenth in range(round((ends + 10 - begins) * 10)):
        now = begins + tenth / 10
        while number < count and begins + number * (ends - begins) / count <= now:
            one = alert(number)
            told += [(now, str(one.title))] if gatherer.take(one, now) else []
            number += 1
        told += [(now, str(due.title))] if (due := gatherer.due(now)) is not None else []
    return told


def test_three_hundred_at_once_are_two_and_one_that_counts_the_rest() -> None:
    told = flood(Gatherer(LABELS.__getitem__), 300, 100.0, 100.0)
    assert [words for _, words in told] == [
        "New message from 0",
        "New message from 1",
        "298 more, in Inbox",
    ]


def test_a_flood_that_lasts_tells_three_in_as_long_as_a_toast_stands_and_counts_all() -> None:
    told = flood(Gatherer(LABELS.__getitem__), 300, 100.0, 130.0)
    times = [at for at, _ in told]
    assert all(sum(at <= other < at + BURST - 0.05 for other in times) <= ALONE + 1 for at in times)
    assert ALONE + sum(int(words.split(" ")[0]) for _, words in told[ALONE:]) == 300


def test_one_that_comes_alone_is_told_at_once_and_a_third_one_is_itself_a_moment_later() -> None:
    gatherer = Gatherer(LABELS.__getitem__)
    assert gatherer.take(alert(0), 0.0)
    assert gatherer.take(alert(1), BURST * 2)
    assert gatherer.take(alert(2), BURST * 2)
    third = alert(3)
    assert not gatherer.take(third, BURST * 2)
    assert gatherer.due(BURST * 2 + HOLD / 2) is None
    assert gatherer.due(BURST * 2 + HOLD) is third
    assert gatherer.due(BURST * 9) is None
    assert gatherer.take(alert(4), BURST * 9)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (("inbox", "inbox"), "2 more, in Inbox"),
        (("inbox", "rooms", "inbox"), "3 more, in Inbox and Rooms"),
        (("inbox", "rooms", "portal"), "3 more, in several chats"),
    ],
)
def test_it_says_where(sources: tuple[str, ...], words: str) -> None:
    made = gathered([alert(n, source) for n, source in enumerate(sources)], LABELS.__getitem__)
    assert made.title == words
    assert made.details == f"the last: New message from {len(sources) - 1}"


def test_it_is_of_all_its_threads_of_its_one_feed_and_as_urgent_as_any() -> None:
    made = gathered([alert(1), alert(2), alert(1)], LABELS.__getitem__)
    assert made.among == (ThreadKey("inbox", "t1"), ThreadKey("inbox", "t2"))
    assert not made.urgent
    mixed = gathered([alert(1), alert(2, feed="alerts", urgent=True)], LABELS.__getitem__)
    assert (mixed.among, mixed.feed, mixed.urgent) == ((), "", True)
    feed = gathered([alert(1, feed="alerts"), alert(2, feed="alerts")], LABELS.__getitem__)
    assert (feed.source, feed.feed) == ("inbox", "alerts")
