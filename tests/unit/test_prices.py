"""Prices as tables: the latest wins, a crossing is told once, a large change once a day."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.domain import events as ev
from supachat.domain.choices import Choices
from supachat.domain.feeds import PriceAlert, Tick
from supachat.domain.keeping import KeepChoices, Memory
from supachat.domain.model import Micros
from supachat.domain.text import safe_line
from supachat.sync.engine import Engine
from supachat.sync.prices import DAY, Prices, Side, crossings, is_large, is_watched

D = Decimal


def tick(price: str, at: int = 1, *, symbol: str = "BTC", change: str = "0") -> Tick:
    return Tick("sessions", safe_line(symbol), D(price), D(change), Micros(at))


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, "200", []),
        ("99", "100", [Side.ABOVE]),
        ("100", "101", []),
        ("99.99", "100.01", [Side.ABOVE]),
        ("101", "99", []),
        ("51", "50", [Side.BELOW]),
        ("50", "49", []),
        ("49", "51", []),
        ("40", "120", [Side.ABOVE]),
        ("120", "40", [Side.BELOW]),
    ],
)
def test_a_line_is_crossed_once(before: str | None, now: str, expected: list[Side]) -> None:
    alert = PriceAlert("BTC", above=D(100), below=D(50))
    found = crossings(D(before) if before is not None else None, D(now), alert)
    assert [side for side, _ in found] == expected


@given(st.lists(st.integers(0, 200), min_size=1, max_size=60))
def test_between_two_tellings_of_one_line_the_price_was_on_its_other_side(path: list[int]) -> None:
    alert, above = PriceAlert("BTC", above=D(100)), path[0] >= 100
    for before, now in pairwise(path):
        if crossings(D(before), D(now), alert):
            assert not above
        above = now >= 100


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 99)), min_size=1, max_size=40))
def test_the_latest_wins_whatever_order_they_come_in(given: list[tuple[int, int]]) -> None:
    prices = Prices()
    for at, price in given:
        prices.take(tick(str(price), at))
    (held,) = prices.watched("sessions", Choices())
    newest = max(at for at, _ in given)
    assert held.at == newest
    assert held.price == [D(price) for at, price in given if at == newest][-1]


@pytest.mark.parametrize(
    ("change", "day", "told", "limit", "expected"),
    [
        ("10", 5, None, "10", False),
        ("10.01", 5, None, "10", True),
        ("-10.01", 5, None, "10", True),
        ("30", 5, 5, "10", False),
        ("30", 6, 5, "10", True),
        ("30", 5, None, None, False),
        ("3", 5, None, "2.5", True),
    ],
)
def test_a_large_change_is_told_once_a_day(
    change: str, day: int, told: int | None, limit: str | None, expected: bool
) -> None:
    choices = Choices(told=(("sessions", "BTC", told),) if told is not None else ())
    most = D(limit) if limit is not None else None
    assert is_large(tick("1", day * DAY + 7, change=change), most, choices) is expected


def test_symbols_come_and_go_while_it_runs() -> None:
    prices = Prices([tick("1", symbol="ETH"), tick("2", symbol="BTC"), tick("3", symbol="SEI")])
    shown = [t.symbol for t in prices.watched("sessions", Choices())]
    assert shown == ["BTC", "ETH", "SEI"]
    chosen = Choices(watched=(("sessions", ("SEI", "NEW", "ETH")),))
    assert [t.symbol for t in prices.watched("sessions", chosen)] == ["SEI", "ETH"]
    prices.take(tick("4", symbol="NEW"))
    assert [t.symbol for t in prices.watched("sessions", chosen)] == ["SEI", "NEW", "ETH"]
    assert not is_watched(tick("1"), chosen)
    assert prices.watched("other", chosen) == ()


# ---------------------------------------------------------------- through the engine


def told(engine: Engine, *ticks: Tick) -> list[str]:
    found: list[str] = []
    for each in ticks:
        step = engine.receive(ev.PriceHeard(each), 0)
        found += [c.title for c in step.changes if isinstance(c, ev.Alerted)]
    return found


def alerting(**choices: object) -> Engine:
    alerts = (("sessions", (PriceAlert("BTC", above=D(100), below=D(50)),)),)
    return Engine(Memory(choices=Choices(alerts=alerts, **choices)))  # type: ignore[arg-type]  # real fields


def test_an_alert_tells_once_for_each_crossing() -> None:
    prices = ("90", "101", "105", "99", "102", "40", "45")
    assert told(alerting(), *(tick(price, at) for at, price in enumerate(prices))) == [
        "BTC went above 100",
        "BTC went above 100",
        "BTC went below 50",
    ]


def test_a_crossing_since_the_last_run_is_told() -> None:
    memory = Memory(
        ticks=(tick("90"),), choices=Choices(alerts=(("sessions", (PriceAlert("BTC", D(100)),)),))
    )
    assert told(Engine(memory), tick("110", 2)) == ["BTC went above 100"]


def test_a_crossing_is_told_in_round_words_and_with_the_price() -> None:
    lines = (("sessions", (PriceAlert("BTC", above=D("98000.0")),)),)
    engine = Engine(Memory(ticks=(tick("97999"),), choices=Choices(alerts=lines)))
    step = engine.receive(ev.PriceHeard(tick("98097.85", 2)), 0)
    (alert,) = [change for change in step.changes if isinstance(change, ev.Alerted)]
    assert (alert.title, alert.details) == ("BTC went above 98,000", "98,097.85 now")


def test_a_muted_source_and_a_symbol_that_is_not_watched_are_silent() -> None:
    crossing = (tick("90", 1), tick("110", 2, change="20"))
    assert told(alerting(muted=frozenset({"sessions"})), *crossing) == []
    assert told(alerting(watched=(("sessions", ("ETH",)),)), *crossing) == []


def test_an_older_price_changes_nothing() -> None:
    engine = alerting()
    told(engine, tick("90", 5))
    step = engine.receive(ev.PriceHeard(tick("110", 4, change="20")), 0)
    assert not [c for c in step.changes if isinstance(c, ev.PricesChanged | ev.Alerted)]
    assert step.writes == ()


def test_that_a_large_change_was_told_today_outlives_a_restart() -> None:
    engine = alerting()
    step = engine.receive(ev.PriceHeard(tick("90", 5, change="-12.5")), 0)
    assert [c.title for c in step.changes if isinstance(c, ev.Alerted)] == ["BTC -12.5 % in 24 hours"]
    (kept,) = [w for w in step.writes if isinstance(w, KeepChoices)]
    assert told(Engine(Memory(choices=kept.choices)), tick("90", 6, change="13")) == []
    assert told(Engine(Memory(choices=kept.choices)), tick("90", DAY, change="13")) == [
        "BTC +13 % in 24 hours"
    ]


def test_one_change_is_told_for_all_prices_of_one_read() -> None:
    step = Engine(Memory()).receive(
        ev.PricesRead("sessions", tuple(tick("1", symbol=s) for s in ("A", "B", "C"))), 0
    )
    assert [c for c in step.changes if isinstance(c, ev.PricesChanged)] == [ev.PricesChanged()]
