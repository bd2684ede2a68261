"""Feeds, prices, choices and what only some sources say of a message come back from disk as they were."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from supachat.cache.store import Cache
from supachat.cache.values import extra, of_extra
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices, Quiet
from supachat.domain.feeds import FeedInfo, FeedRow, PriceAlert, Severity, Tick
from supachat.domain.model import Extra, Message, MessageKind, Micros, PersonKind, ThreadKey
from supachat.domain.text import safe, safe_line

A = ThreadKey("sessions", "a")
HOSTILE = "a\x1b[2J\x00b\u202ec"
ALERTS = FeedInfo("portal", "alerts", safe_line("Alerts"), takes=True, urgent=True, closes=True)
LOG = FeedInfo("portal", "audit", safe_line("Audit"))
ROW = FeedRow(
    "portal",
    "alerts",
    "r1",
    Micros(5),
    safe_line(HOSTILE),
    safe("two\nlines"),
    safe_line("pump"),
    Severity.CRITICAL,
    taken=True,
    taken_at=Micros(7),
    taken_by="ana",
    closed=True,
    closed_at=Micros(8),
    closed_by="ben",
    when=Micros(9),
    until=Micros(10),
)
TICK = Tick("sessions", safe_line("BTC"), Decimal("97123.4500"), Decimal("-0.10"), Micros(9))
CHOICES = Choices(
    watched=(("sessions", ("BTC", "ETH")), ("other", ())),
    alerts=(("sessions", (PriceAlert("BTC", Decimal("1.10"), None), PriceAlert("ETH", None, Decimal(3)))),),
    told=(("sessions", "BTC", 20_000),),
    muted=frozenset({"direct", "rooms"}),
    quiet=Quiet(1320, 420),
)


async def again(path: Path, *writes: kp.Write) -> kp.Memory:
    """What a later run finds."""
    cache = Cache(lambda: path)
    await cache.commit(list(writes))
    await cache.close()
    later = Cache(lambda: path)
    memory = await later.load()
    await later.close()
    return memory


async def test_all_of_it_comes_back(tmp_path: Path) -> None:
    memory = await again(
        tmp_path / "c.db",
        kp.KeepFeeds("portal", (LOG, ALERTS)),
        kp.KeepFeedRows("portal", "alerts", (ROW,)),
        kp.KeepTicks((TICK,)),
        kp.KeepChoices(CHOICES),
    )
    assert memory.feeds == (LOG, ALERTS)
    assert memory.feed_rows == (ROW,)
    assert memory.ticks == (TICK,)
    assert str(memory.ticks[0].price) == "97123.4500"
    assert memory.choices == CHOICES


async def test_feeds_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await again(path, kp.KeepFeeds("portal", (ALERTS,)), kp.KeepFeedRows("portal", "alerts", (ROW,)))
    with sqlite3.connect(path) as db:
        db.execute("update feeds set value = ?", ('["Alerts", true, true]',))
        db.execute("update feed_rows set value = ?", ('[5, "x", "", "", "critical", true, 7, "ana"]',))
    db.close()
    memory = await again(path)
    assert memory.feeds == (replace(ALERTS, closes=False),)
    (row,) = memory.feed_rows
    assert (row.taken_by, row.closed, row.when) == ("ana", False, None)
    assert "\x1b" not in memory.feed_rows[0].title


async def test_a_whole_read_replaces_and_a_feed_that_is_gone_goes_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    other = FeedRow("portal", "audit", "x", Micros(1), safe_line("x"))
    await again(path, kp.KeepFeeds("portal", (ALERTS, LOG)), kp.KeepFeedRows("portal", "alerts", (ROW,)))
    memory = await again(path, kp.KeepFeedRows("portal", "audit", (other,)))
    assert {row.id for row in memory.feed_rows} == {"r1", "x"}
    memory = await again(path, kp.KeepFeedRows("portal", "alerts", (), whole=True))
    assert memory.feed_rows == (other,)
    memory = await again(path, kp.KeepFeeds("portal", (ALERTS,)))
    assert (memory.feeds, memory.feed_rows) == ((ALERTS,), ())


async def test_without_a_choice_there_is_what_is_usual(tmp_path: Path) -> None:
    assert (await again(tmp_path / "c.db")).choices == Choices()


async def test_signing_out_takes_it_all_away(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    await again(path, kp.KeepFeeds("portal", (ALERTS,)), kp.KeepTicks((TICK,)), kp.KeepChoices(CHOICES))
    cache = Cache(lambda: path)
    await cache.clear()
    memory = await cache.load()
    await cache.close()
    assert (memory.feeds, memory.ticks, memory.choices) == ((), (), Choices())


@pytest.mark.parametrize(
    "given",
    [
        Extra(),
        Extra(MessageKind.VOICE, PersonKind.ASSISTANT, growing=True, trouble=safe_line("lost")),
        Extra(
            subject=safe_line(HOSTILE), facts=((safe_line("a"), safe_line("1")), (safe_line("b"), safe("")))
        ),
        Extra(hearsay=True),
    ],
)
def test_what_some_sources_say_of_a_message(given: Extra) -> None:
    assert extra(of_extra(given)) == given


async def test_messages_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    plain = Message(A, "m1", "you", Micros(1), "plain", safe("plain"))
    told = Message(A, "m2", "sol", Micros(2), "hi", safe("hi"), extra=Extra(role=PersonKind.ASSISTANT))
    await again(path, kp.KeepMessages((plain,)))
    await again(path, kp.KeepMessages((told,)))
    cache = Cache(lambda: path)
    recalled = await cache.recall(ev.Recall(A))
    await cache.close()
    assert recalled.messages == (plain, told)
