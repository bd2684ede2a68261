"""Messages leave for their age, and what is said of the stretches that held them stays true."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.kept import A, cursor, message

from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Draft, Micros, ThreadKey

B = ThreadKey("direct", "a__c")
DAY = 86_400_000_000


async def test_old_messages_leave_and_their_stretches_shrink_with_them(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    cache = Cache(lambda: path)
    old, new = message(1 * DAY), message(100 * DAY)
    await cache.commit(
        [
            kp.KeepMessages((old, new, message(2 * DAY, B))),
            kp.KeepSpans(A, ((old.cursor, new.cursor),), new.cursor),
            kp.KeepSpans(B, ((cursor(1), cursor(2 * DAY)),), cursor(2 * DAY)),
            kp.KeepDraft(Draft("d1", A, "old but mine", Micros(1))),
            kp.KeepText(A, "typed long ago"),
        ]
    )
    await cache.close()
    later = Cache(lambda: path, keep_days=30, wall=lambda: 101 * 86_400.0)
    memory = await later.load()
    recalled = await later.recall(ev.Recall(A))
    assert recalled.messages == (new,)
    assert recalled.spans == ()  # a stretch of one message says nothing that the message does not
    other = await later.recall(ev.Recall(B))
    assert (other.messages, other.spans, other.verified) == ((), (), None)
    assert (len(memory.drafts), len(memory.texts)) == (1, 1)
    newest = message(101 * DAY)
    await later.commit(
        [kp.KeepMessages((newest,)), kp.KeepSpans(A, ((old.cursor, newest.cursor),), newest.cursor)]
    )
    assert (await later.recall(ev.Recall(A))).spans == ((new.cursor, newest.cursor),)
    await later.close()


async def aged(path: Path, days: int, now: float, *writes: kp.Write) -> tuple[kp.Span, ...]:
    """The stretches of `A` that one run with that limit leaves."""
    cache = Cache(lambda: path, keep_days=days, wall=lambda: now * 86_400.0)
    await cache.load()
    await cache.commit(writes)
    spans = (await cache.recall(ev.Recall(A))).spans
    await cache.close()
    return spans


@pytest.mark.parametrize(("days", "ahead"), [(0, 100), (400, 100), (30, 30_000)])
async def test_a_limit_that_was_raised_or_a_clock_that_was_ahead_is_forgotten(
    tmp_path: Path, days: int, ahead: float
) -> None:
    """Else no stretch was kept any more, in the second case for ever: each start read all anew."""
    path = tmp_path / "c.db"
    first, last = message((80 if days == 30 else 20) * DAY), message(99 * DAY)
    await aged(path, 30, ahead)
    writes = kp.KeepMessages((first, last)), kp.KeepSpans(A, ((first.cursor, last.cursor),), last.cursor)
    assert await aged(path, days, 100, *writes) == ((first.cursor, last.cursor),)


async def test_what_another_process_dropped_is_asked_of_the_server(tmp_path: Path) -> None:
    """A short page of the cache would look as if nobody had written there."""
    path, days = tmp_path / "c.db", [100.0]

    def start() -> Cache:
        return Cache(lambda: path, keep_days=30, wall=lambda: days[0] * 86_400)

    ours = start()
    await ours.load()
    messages = tuple(message(day * DAY) for day in range(71, 100))
    low = messages[0].cursor
    await ours.commit([kp.KeepMessages(messages), kp.KeepSpans(A, ((low, messages[-1].cursor),))])
    days[0] += 5
    other = start()
    await other.load()
    recent = await ours.recall(ev.Recall(A, before=messages[-1].cursor, since=low, limit=10))
    assert (len(recent.messages), recent.lost) == (10, False)
    old = await ours.recall(ev.Recall(A, before=messages[10].cursor, since=low, limit=10))
    assert (old.messages, old.lost) == ((), True)
    await other.close()
    await ours.close()
