"""Compares what a recording received with what we received: ids, refs and times by their shape.

An id that stood in two places of the recording must stand in both places of ours.
"""

from __future__ import annotations

import base64
import re
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_CUT = re.compile(r"(?s)(.*)\.\.\.<(\d+) characters>")
_FREE_REFS = {"phx_ref", "phx_ref_prev"}


def kind_4(data: bytes) -> dict[str, Any]:
    """The parts of a binary user broadcast, read here without any of the server's code."""
    kind, *lengths, encoding = data[:5]
    parts, at = [], 5
    for length in lengths:
        parts.append(data[at : at + length].decode())
        at += length
    topic, event, meta = parts
    return {
        "kind": kind,
        "encoding": encoding,
        "topic": topic,
        "event": event,
        "meta": meta,
        "body": data[at:],
    }


class Matcher:
    """One recording's ids against ours."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def same(self, recorded: Any, ours: Any) -> bool:
        """Whether `ours` says what `recorded` says. Ids are remembered only if it does."""
        before = dict(self._known)
        if self._same(recorded, ours, ""):
            return True
        self._known = before
        return False

    def _same(self, recorded: Any, ours: Any, name: str) -> bool:
        if isinstance(recorded, dict) and "binary_base64" in recorded:
            parts = kind_4(base64.b64decode(recorded["binary_base64"]))
            return isinstance(ours, bytes) and self._same(parts, kind_4(ours), name)
        if isinstance(recorded, dict):
            return isinstance(ours, dict) and self._same_object(recorded, ours, name)
        if name == "ids":  # the order of a frame's bindings means nothing
            return sorted(self._known.get(one, one) for one in recorded) == sorted(ours)
        if isinstance(recorded, list):
            return (
                isinstance(ours, list)
                and len(recorded) == len(ours)
                and all(self._same(one, other, name) for one, other in zip(recorded, ours, strict=True))
            )
        if type(recorded) is not type(ours):
            return False
        return bool(recorded == ours) or self._same_shape(recorded, ours, name)

    def _same_object(self, recorded: dict[str, Any], ours: dict[str, Any], name: str) -> bool:
        missing = sorted(recorded.keys() - ours.keys())
        extra = sorted(ours.keys() - recorded.keys())
        if len(missing) != len(extra) or not all(map(self._paired, missing, extra)):
            return False
        named = dict(zip(missing, extra, strict=True))
        return all(
            self._same(value, ours[named.get(key, key)], f"{name}.{key}" if key == "id" else key)
            for key, value in recorded.items()
        )

    def _same_shape(self, recorded: Any, ours: Any, name: str) -> bool:
        if isinstance(recorded, bytes):
            return self._same(recorded.decode("latin-1"), ours.decode("latin-1"), name)
        if isinstance(recorded, str):
            if cut := _CUT.fullmatch(recorded):
                return len(ours) == int(cut[2]) and ours.startswith(cut[1])
            if _TIME.fullmatch(recorded):
                return _TIME.fullmatch(ours) is not None
            if name in _FREE_REFS:
                return self._paired_free(recorded, ours)
            return _same_text(recorded, ours) and all(
                map(self._paired, _UUID.findall(recorded), _UUID.findall(ours))
            )
        # only a binding's id is a number that the server makes up
        return name == "postgres_changes.id" and self._paired_free(recorded, ours)

    def _paired(self, recorded: str, ours: str) -> bool:
        return bool(_UUID.fullmatch(recorded) and _UUID.fullmatch(ours)) and self._paired_free(
            recorded, ours
        )

    def _paired_free(self, recorded: Any, ours: Any) -> bool:
        return bool(self._known.setdefault(recorded, ours) == ours)


def _same_text(recorded: str, ours: str) -> bool:
    return bool(_UUID.search(recorded)) and _UUID.sub("", recorded) == _UUID.sub("", ours)
