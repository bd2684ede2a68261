"""Frames in the shape in which the real server sent them, with this dialect's values put in."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "vectors" / "data" / "realtime"


@cache
def _frames(scenario: str) -> tuple[dict[str, Any], ...]:
    lines = (DATA / f"{scenario}.jsonl").read_text("utf-8").splitlines()
    return tuple(line["frame"] for line in map(json.loads, lines) if line["dir"] == "recv")


def _first(scenario: str, event: str) -> dict[str, Any]:
    return copy.deepcopy(next(frame for frame in _frames(scenario) if frame["event"] == event))


def inserted(record: Any, *, table: str = "chat_messages", schema: str = "public") -> tuple[str, Any]:
    """Event and payload of a broadcast that a trigger made of a new row."""
    broadcast = _first("23-broadcast-from-database", "broadcast")["payload"]
    assert broadcast["payload"]["operation"] == "INSERT"
    broadcast["payload"].update(record=record, table=table, schema=schema)
    return broadcast["event"], broadcast["payload"]


def sent(event: str, payload: Any) -> tuple[str, Any]:
    """Event and payload of a broadcast that a client sent."""
    broadcast = _first("10-broadcast-self-ack", "broadcast")["payload"]
    broadcast.update(event=event, payload=payload)
    return broadcast["event"], broadcast["payload"]


def attendance(*people: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A presence state as it stands on the wire: each key with its metas."""
    states = [frame for frame in _frames("13-presence-two-clients") if frame["event"] == "presence_state"]
    (key, entry) = next(item for state in states for item in state["payload"].items())
    assert key == "alice"
    state: dict[str, Any] = {}
    for person, payload in people:
        meta = {"phx_ref": entry["metas"][0]["phx_ref"], **payload}
        state.setdefault(person, {"metas": []})["metas"].append(meta)
    return state


def changed(
    kind: str,
    record: dict[str, Any] | None,
    *,
    table: str,
    schema: str,
    old: dict[str, Any] | None = None,
    errors: list[str] | None = None,
) -> dict[str, Any]:
    """What stands under "data" in a frame of postgres_changes, as the library hands it over."""
    frames = (frame for frame in _frames("20-postgres-changes") if frame["event"] == "postgres_changes")
    data = copy.deepcopy(next(f["payload"]["data"] for f in frames if f["payload"]["data"]["type"] == kind))
    data.update(table=table, schema=schema, errors=errors)
    for name, value in (("record", record), ("old_record", old)):
        if name in data:
            data[name] = value
    return dict(data)
