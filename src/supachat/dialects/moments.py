"""The server's timestamps as whole microseconds, exactly, and back. Never through a float."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from supachat.domain.model import Micros

_EPOCH = datetime(1970, 1, 1)
_MICRO = timedelta(microseconds=1)
_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"(?:([Zz])|([+-])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?)?"
)


def parse(text: str) -> Micros:
    """Any form that PostgREST or a JSON of PostgreSQL gives; without an offset it is UTC.

    Raises ValueError for everything else, `infinity` and years past 9999 among it.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("expected a timestamp")
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes, seconds = found.groups()
    whole = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    micros = (whole - _EPOCH) // _MICRO + int((fraction or "").ljust(6, "0"))
    offset = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return Micros(micros + offset * (1_000_000 if sign == "-" else -1_000_000))


def show(at: Micros) -> str:
    """`at` as a filter's value: `2026-11-20T11:57:58.152988Z`. Raises ValueError past the year 9999."""
    try:
        return f"{(_EPOCH + at * _MICRO).isoformat(timespec='microseconds')}Z"
    except OverflowError as error:
        raise ValueError("expected a time between the years 1 and 9999") from error
