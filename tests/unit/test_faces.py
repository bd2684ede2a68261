"""The client's faces over a scripted remote: feeds, prices, the desk, and what outlives a run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.scripted_client import ACCOUNT, SOURCE, Viewer, until
from tests.unit.scripted_client import A as THREAD
from tests.unit.whole_project import (
    EVERYTHING,
    FEED,
    ROW,
    TICK,
    alerts,
    begun,
    notices,
    shown,
)

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.choices import USUAL
from supachat.domain.errors import BadInput, NotAllowed, NotFound
from supachat.domain.feeds import Canned, FeedInfo, PriceAlert
from supachat.domain.model import (
    Alteration,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line


def status(client: Client) -> str:
    thread = client.thread(THREAD)
    assert thread is not None
    return thread.status


# ---------------------------------------------------------------- the desk


async def test_an_alteration_is_shown_at_once_and_is_true_in_the_end() -> None:
    client, remote, viewer = await begun()
    client.desk.alter(THREAD, Alteration.STATUS, "closed")
    assert status(client) == "closed"
    assert [t.status for t in client.threads() if t.key == THREAD] == ["closed"]
    lists = remote.performed.count(ev.ListThreads("direct"))
    await until(lambda: remote.performed.count(ev.ListThreads("direct")) > lists)
    await until(lambda: remote.threads[0].status == "closed")
    assert status(client) == "closed"
    assert notices(viewer) == []
    await client.close()


async def test_a_refused_alteration_is_undone_with_a_notice_and_never_kept(tmp_path: Path) -> None:
    client, remote, viewer = await begun(tmp_path / "c.db")
    remote.refused = NotAllowed("not yours", cure="ask an owner")
    client.desk.alter(THREAD, Alteration.STATUS, "closed")
    assert status(client) == "closed"
    await until(lambda: notices(viewer) == ["the status was not changed: not yours"])
    assert status(client) == "open"
    await client.close()
    again = Client(safe_line("acme"), Files(tmp_path / "c.db"))
    await again.start()
    assert status(again) == "open"
    await again.close()


async def test_without_a_way_to_the_server_it_is_undone_and_said() -> None:
    client = Client(safe_line("acme"), Files(None))
    await client.start()
    viewer = Viewer(client)
    client._run.receive(ev.SignedIn(ACCOUNT, (EVERYTHING,)))  # signed in, and not connected yet
    client._run.receive(ev.ThreadsListed("direct", (Thread(THREAD, safe_line("x"), status="open"),), ()))
    client.desk.alter(THREAD, Alteration.STATUS, "closed")
    await until(lambda: "the status was not changed: not connected yet" in notices(viewer))
    assert status(client) == "open"
    await client.close()


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [
        (Alteration.STATUS, "snoozed", "expected one of open, pending, closed"),
        (Alteration.RENAME, "  ", "a title cannot be empty"),
    ],
)
async def test_a_value_that_cannot_be_is_refused(what: Alteration, value: str, words: str) -> None:
    client, remote, _ = await begun()
    with pytest.raises(BadInput, match=words):
        client.desk.alter(THREAD, what, value)
    remote.say(ev.SignedIn(ACCOUNT, (SOURCE,)))
    await until(lambda: not client.can("direct", Feature.STATUS))
    with pytest.raises(BadInput, match="cannot be changed here"):
        client.desk.alter(THREAD, Alteration.STATUS, "open")
    await client.close()


async def test_a_search_finds_messages_with_their_threads() -> None:
    client, remote, _ = await begun()
    found = Message(THREAD, "m1", "you", Micros(1), "the invoice", safe("the invoice"))
    stray = replace(found, thread=ThreadKey("direct", "not listed"))
    remote.table = [found, stray, replace(found, id="m2", raw="other", body=safe("other"))]
    hits = await client.desk.search("invoice")
    assert [(thread.title, message.id) for thread, message in hits.found] == [("You Two", "m1")]
    assert hits.failed == ()
    assert await client.desk.search("invoice", source="nowhere") == ((), ())
    remote.search_trouble = NotFound("no such function")
    with pytest.raises(NotFound):
        await client.desk.search("invoice")
    await client.close()


async def test_a_source_that_fails_is_named_while_another_answers() -> None:
    client, remote, _ = await begun()
    searched = frozenset({Feature.SEARCH})
    other = replace(SOURCE, name="inbox", label=safe_line("Inbox"), features=searched)
    remote.say(ev.SignedIn(ACCOUNT, (replace(SOURCE, features=searched), other)))
    await until(lambda: client.can("inbox", Feature.SEARCH))
    found = Message(THREAD, "m1", "you", Micros(1), "the invoice", safe("the invoice"))
    remote.table, remote.deaf_source = [found], "inbox"
    hits = await client.desk.search("invoice")
    assert [message.id for _, message in hits.found] == ["m1"]
    assert hits.failed == (("Inbox", "no such function"),)
    await client.close()


async def test_what_stands_around_a_message_is_read_a_row_on_each_side_and_enters_no_thread() -> None:
    client, remote, _ = await begun()
    rows = [Message(THREAD, f"m{n}", "you", Micros(n), "word", safe("word")) for n in (1, 2, 3)]
    remote.table = rows
    before, after = await client.desk.around(rows[1])
    assert (before, after) == (rows[0], rows[2])
    assert await client.desk.around(rows[2]) == (rows[1], None)
    asked = [request for request in remote.performed if isinstance(request, ev.FetchPage)]
    assert all(request.aside and request.limit == 1 for request in asked)
    assert client.standing(THREAD).gaps == 0
    await client.close()


async def test_a_canned_reply_has_its_placeholders_filled() -> None:
    client, remote, _ = await begun()
    (canned,) = await client.desk.canned("direct")
    assert client.desk.filled(canned, THREAD) == "Hello You Two, this is Me"
    remote.people = [
        Person(PersonKey("direct", "you"), safe_line("Ben"), safe_line("ben"), PersonKind.AGENT),
        Person(PersonKey("direct", "nadia"), safe_line("{me}"), safe_line("n"), PersonKind.CUSTOMER),
    ]
    remote.threads[0] = replace(remote.threads[0], members=("me", "you", "nadia"))
    client.focused()
    await until(lambda: client.desk.filled(canned, THREAD) == "Hello {me}, this is Me")
    assert client.desk.filled(Canned(safe_line("x"), "{unknown} {}"), THREAD) == "{unknown} {}"
    await client.close()


async def test_a_thread_that_was_made_stands_in_the_list() -> None:
    client, _, _ = await begun()
    key = await client.desk.create_thread("direct", " Plans ")
    made = client.thread(key)
    assert made is not None
    assert made.title == "Plans"
    with pytest.raises(BadInput):
        await client.desk.create_thread("direct", " ")
    await client.close()


# ---------------------------------------------------------------- feeds and prices


async def test_a_row_is_taken_at_once_and_stays_so() -> None:
    client, remote, viewer = await begun()
    assert alerts(viewer) == ["Pump is down"]
    assert sum(row.waits for row in client.feeds.rows("direct", "alerts")) == 1
    client.feeds.take(ROW)
    client.feeds.take(ROW)
    assert client.feeds.rows("direct", "alerts")[0].taken
    await until(lambda: remote.feed_rows[0].taken)
    assert remote.performed.count(ev.TakeFeedRow("direct", "alerts", "r1")) == 1
    reads = remote.performed.count(ev.FetchFeed("direct", "alerts"))
    client.feeds.refresh("direct", "alerts")
    await until(lambda: remote.performed.count(ev.FetchFeed("direct", "alerts")) > reads)
    assert client.feeds.rows("direct", "alerts")[0].taken
    await client.close()


async def test_a_feed_that_is_only_heard_is_asked_for_again_and_keeps_what_it_heard() -> None:
    client, remote, _ = await begun()
    told = FeedInfo("direct", "events", safe_line("Events"))
    heard = replace(ROW, feed="events", id="e1")
    remote.only_told = frozenset({"events"})
    remote.say(ev.FeedsKnown("direct", (FEED, told)), ev.FeedHeard(heard))
    asked = ev.FetchFeed("direct", "events")
    await until(lambda: client.feeds.rows("direct", "events") == (heard,))
    await until(lambda: remote.performed.count(asked) == 1)
    client.focused()
    await until(lambda: remote.performed.count(asked) == 2)
    assert client.feeds.rows("direct", "events") == (heard,)
    await client.close()


async def test_focus_reads_feeds_and_prices_again() -> None:
    client, remote, _ = await begun()
    before = len([r for r in remote.performed if isinstance(r, ev.FetchFeed | ev.FetchPrices)])
    remote.ticks = [replace(TICK, price=Decimal(95), at=Micros(2))]
    client.focused()
    await until(lambda: client.prices.ticks("direct")[0].price == 95)
    after = len([r for r in remote.performed if isinstance(r, ev.FetchFeed | ev.FetchPrices)])
    assert after >= before + 2
    await client.close()


@pytest.mark.parametrize(
    ("limit", "told"), [(Decimal(10), []), (Decimal("2.5"), ["BTC +3 % in 24 hours"]), (None, [])]
)
async def test_a_large_change_is_what_the_settings_call_large(
    limit: Decimal | None, told: list[str]
) -> None:
    client, remote, viewer = await begun(pace=replace(USUAL, change_limit=limit))
    moved = replace(TICK, price=Decimal(95), change=Decimal(3), at=Micros(9))
    remote.say(ev.PriceHeard(moved))
    await until(lambda: moved in client.prices.ticks("direct"))
    await shown(client)
    assert [title for title in alerts(viewer) if "24 hours" in title] == told
    await client.close()


async def test_what_is_watched_and_the_alerts_outlive_a_restart(tmp_path: Path) -> None:
    client, remote, viewer = await begun(tmp_path / "c.db")
    client.prices.watch("direct", "ETH")
    client.prices.unwatch("direct", "BTC")
    client.prices.set_alert("direct", PriceAlert("ETH", above=Decimal(10)))
    client.prices.set_alert("direct", PriceAlert("ETH", above=Decimal(20)))
    client.prices.set_alert("direct", PriceAlert("BTC"))
    eth = replace(TICK, symbol=safe_line("ETH"), price=Decimal(19))
    remote.say(ev.PriceHeard(eth))
    await until(lambda: client.prices.ticks("direct") == (eth,))
    await client.close()
    again, behind, viewer = await begun(tmp_path / "c.db")
    assert again.prices.ticks("direct") == (eth,)
    assert again.prices.symbols("direct") == ("BTC", "ETH")
    assert again.prices.alerts("direct") == (PriceAlert("ETH", above=Decimal(20)),)
    behind.say(ev.PriceHeard(replace(eth, price=Decimal(21), at=Micros(5))))
    await until(lambda: "ETH went above 20" in alerts(viewer))
    await again.close()
