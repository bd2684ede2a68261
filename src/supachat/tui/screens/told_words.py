"""What a person types to be told of something, as values: price alerts and quiet hours. Pure.

Only what is certain is understood; everything else is None, and whoever asked says how it is written.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from supachat.domain.choices import DAY, Quiet
from supachat.domain.feeds import PriceAlert

_LINE: Final = re.compile(r"(above|over|>|below|under|<)\s*([\d,_]*\.?\d+)(k?)", re.IGNORECASE)
_SYMBOL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,19}")
_HOURS: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:to|-|until)\s*(\d{1,2})(?::(\d\d))?")
OFF: Final = frozenset({"off", "none", "never", "no"})
ALERT_FORM: Final = "/alert BTC above 50000, /alert BTC above 50000 below 40000, /alert BTC off"
QUIET_FORM: Final = "/quiet 22 to 7, /quiet 21:30 to 6:45, /quiet off"


def symbol(text: str) -> str | None:
    """A symbol as sources write it.

    >>> symbol(" btc ")
    'BTC'
    """
    word = text.strip()
    return word.upper() if _SYMBOL.fullmatch(word) else None


def parse_alert(text: str) -> PriceAlert | None:
    """A symbol and one line or two; one without a line drops the alert it had.

    >>> parse_alert("btc above 50k")
    PriceAlert(symbol='BTC', above=Decimal('50000'), below=None)
    """
    name, _, rest = text.strip().partition(" ")
    found, rest = symbol(name), rest.strip()
    if found is None or not rest:
        return None
    if rest.casefold() in OFF:
        return PriceAlert(found)
    lines = [
        (line[1].casefold() in ("above", "over", ">"), _amount(line[2], line[3]))
        for line in _LINE.finditer(rest)
    ]
    above = next((amount for up, amount in lines if up), None)
    below = next((amount for up, amount in lines if not up), None)
    left = _LINE.sub("", rest).replace("and", "").replace(",", "").strip()
    if left or not lines or len(lines) != (above is not None) + (below is not None):
        return None
    return PriceAlert(found, above, below)


def _amount(digits: str, thousands: str) -> Decimal | None:
    try:
        amount = Decimal(digits.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    return amount * 1000 if thousands else amount


def parse_quiet(text: str) -> Quiet | None:
    """Hours from one time of the day to another; None where they are not understood.

    >>> parse_quiet("22 to 7")
    Quiet(start=1320, end=420)
    """
    found = _HOURS.fullmatch(text.strip().casefold())
    if found is None:
        return None
    start = int(found[1]) * 60 + int(found[2] or 0)
    end = int(found[3]) * 60 + int(found[4] or 0)
    minutes = int(found[2] or 0) < 60 and int(found[4] or 0) < 60
    return Quiet(start, end) if minutes and start < DAY and end < DAY and start != end else None


def quiet_words(hours: Quiet) -> str:
    """`22:00 to 07:00`."""
    return f"{hours.start // 60:02}:{hours.start % 60:02} to {hours.end // 60:02}:{hours.end % 60:02}"
