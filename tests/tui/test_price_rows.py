"""Prices and their alerts, as rows and as people write them: each rule as a line of a table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rich.cells import cell_len
from tests.tui.five import tick
from tests.tui.row_text import text

from supachat.domain.choices import Quiet
from supachat.domain.feeds import PriceAlert
from supachat.domain.text import Safe
from supachat.tui.glyphs import ASCII
from supachat.tui.screens.told_words import parse_alert, parse_quiet, quiet_words, symbol
from supachat.tui.widgets.price_block import PriceView, money, percent, price_row, price_rows


@pytest.mark.parametrize(
    ("price", "words"), [("98212.4", "98,212.40"), ("0.4127", "0.4127"), ("10", "10.00"), ("9.5", "9.5000")]
)
def test_prices_have_the_places_that_matter(price: str, words: str) -> None:
    assert money(Decimal(price)) == words


def test_a_change_has_its_sign_and_its_column() -> None:
    assert [percent(Decimal(each)) for each in ("1.24", "-0.4", "0")] == ["+1.2%", "-0.4%", "+0.0%"]
    row = price_row(PriceView(tick("BTC", "98212.40", "1.2"), fired=True), 32)
    assert text(row) == "  ! BTC        98,212.40  +1.2% "
    assert cell_len(text(row)) == 32


def test_in_one_row_the_symbol_that_alerts_stands() -> None:
    views = (
        PriceView(tick("ETH", "3104.15", "-0.4")),
        PriceView(tick("BTC", "98212.4", "1.2"), fired=True),
    )
    (row,) = price_rows(views, Safe("BTC went above"), Safe("2 s ago"), 24, 1, ASCII)
    assert text(row) == "  ! BTC 98,212.40 +1.2% "
    block = price_rows(views, Safe("BTC went above 98,000"), Safe("2 s ago"), 32, 5)
    assert [text(row).split()[0] for row in block] == ["Prices", "ETH", "!", "BTC"]


@pytest.mark.parametrize(
    ("typed", "alert"),
    [
        ("BTC above 50000", PriceAlert("BTC", above=Decimal(50000))),
        ("btc above 50k below 40,000", PriceAlert("BTC", Decimal(50000), Decimal(40000))),
        ("sei < 0.40", PriceAlert("SEI", below=Decimal("0.40"))),
        ("BTC off", PriceAlert("BTC")),
        ("BTC", None),
        ("", None),
        ("BTC soon", None),
        ("BTC above 5 above 6", None),
        ("BTC above 5 and then some", None),
        ("B\x1bTC above 5", None),
    ],
)
def test_alerts_as_people_write_them(typed: str, alert: PriceAlert | None) -> None:
    assert parse_alert(typed) == alert


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("22 to 7", Quiet(1320, 420)),
        ("21:30 - 06:45", Quiet(1290, 405)),
        ("7 to 7", None),
        ("25 to 7", None),
        ("22:75 to 7", None),
        ("nights", None),
    ],
)
def test_quiet_hours_as_people_write_them(typed: str, hours: Quiet | None) -> None:
    assert parse_quiet(typed) == hours


def test_hours_and_symbols_are_said_back() -> None:
    assert quiet_words(Quiet(1290, 405)) == "21:30 to 06:45"
    assert (symbol(" sei "), symbol("no such"), symbol("")) == ("SEI", None, None)
