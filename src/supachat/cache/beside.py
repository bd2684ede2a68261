"""Feeds, prices and what the person chose, as the cache keeps them.

Text is made safe again when it is read. Runs in the cache's own thread, inside its transactions.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from supachat.domain import keeping as kp
from supachat.domain.choices import Choices, Quiet
from supachat.domain.feeds import FeedInfo, FeedRow, PriceAlert, Severity, Tick
from supachat.domain.text import safe, safe_line

SCHEMA = """
create table if not exists feeds (
  source text, name text, value text not null, place integer not null,
  primary key (source, name)) without rowid;
create table if not exists feed_rows (
  source text, feed text, id text, value text not null, primary key (source, feed, id)) without rowid;
create table if not exists prices (
  source text, symbol text, value text not null, primary key (source, symbol)) without rowid;
"""
TABLES = ("feeds", "feed_rows", "prices")

Write = kp.KeepFeeds | kp.KeepFeedRows | kp.KeepTicks


def write(db: sqlite3.Connection, given: Write) -> None:
    match given:
        case kp.KeepFeeds(source, feeds):
            db.execute("delete from feeds where source = ?", (source,))
            _put(db, "feeds", [(source, f.name, _of_info(f), place) for place, f in enumerate(feeds)])
            names = [f.name for f in feeds]
            marks = ",".join("?" * len(names))
            db.execute(
                f"delete from feed_rows where source = ? and feed not in ({marks})", (source, *names)
            )
        case kp.KeepFeedRows(source, feed, rows, whole):
            if whole:
                db.execute("delete from feed_rows where source = ? and feed = ?", (source, feed))
            _put(db, "feed_rows", [(source, feed, r.id, _of_row(r)) for r in rows])
        case kp.KeepTicks(ticks):
            _put(db, "prices", [(t.source, t.symbol, _of_tick(t)) for t in ticks])


def feeds(db: sqlite3.Connection) -> tuple[FeedInfo, ...]:
    """In the order in which the source has them."""
    found = db.execute("select source, name, value from feeds order by source, place")
    return tuple(_info(*row) for row in found)


def feed_rows(db: sqlite3.Connection) -> tuple[FeedRow, ...]:
    return tuple(_row(*row) for row in db.execute("select source, feed, id, value from feed_rows"))


def ticks(db: sqlite3.Connection) -> tuple[Tick, ...]:
    return tuple(_tick(*row) for row in db.execute("select source, symbol, value from prices"))


def of_choices(choices: Choices) -> dict[str, Any]:
    """As JSON can say it: money as text."""
    return {
        **asdict(choices),
        "alerts": [[source, [_of_alert(a) for a in alerts]] for source, alerts in choices.alerts],
        "muted": sorted(choices.muted),
    }


def choices(value: dict[str, Any]) -> Choices:
    """What an older version did not know has what is usual."""
    quiet = value.get("quiet")
    return Choices(
        watched=tuple((source, tuple(symbols)) for source, symbols in value.get("watched", ())),
        alerts=tuple(
            (source, tuple(_alert(*alert) for alert in alerts))
            for source, alerts in value.get("alerts", ())
        ),
        told=tuple((source, symbol, day) for source, symbol, day in value.get("told", ())),
        muted=frozenset(value.get("muted", ())),
        quiet=Quiet(quiet["start"], quiet["end"]) if quiet else None,
    )


def _of_alert(alert: PriceAlert) -> list[str | None]:
    return [alert.symbol, _text(alert.above), _text(alert.below)]


def _alert(symbol: str, above: str | None, below: str | None) -> PriceAlert:
    return PriceAlert(symbol, _money(above), _money(below))


def _of_info(info: FeedInfo) -> str:
    return json.dumps([info.label, info.takes, info.urgent, info.closes])


def _info(source: str, name: str, value: str) -> FeedInfo:
    label, *can = json.loads(value)  # an older version kept fewer of what it can
    return FeedInfo(source, name, safe_line(label), *can)


def _of_row(row: FeedRow) -> str:
    fate = [row.taken, row.taken_at, row.taken_by, row.closed, row.closed_at, row.closed_by]
    return json.dumps([row.at, row.title, row.body, row.kind, row.severity, *fate, row.when, row.until])


def _row(source: str, feed: str, id_: str, value: str) -> FeedRow:
    at, title, body, kind, severity, *rest = json.loads(value)  # an older version kept less of the rest
    words = (safe_line(title), safe(body), safe_line(kind))
    return FeedRow(source, feed, id_, at, *words, Severity(severity), *rest)


def _of_tick(tick: Tick) -> str:
    return json.dumps([str(tick.price), str(tick.change), tick.at])


def _tick(source: str, symbol: str, value: str) -> Tick:
    price, change, at = json.loads(value)
    return Tick(source, safe_line(symbol), Decimal(price), Decimal(change), at)


def _text(money: Decimal | None) -> str | None:
    return None if money is None else str(money)


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _put(db: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        db.executemany(f"insert or replace into {table} values ({marks})", rows)
