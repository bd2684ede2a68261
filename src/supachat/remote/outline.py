"""A frame or a request as the debug log may have it: its shape, with every text cut to its length. Pure.

Kept are the names that the protocol has fixed, for else a log would say nothing: event, status, ref.
"""

from __future__ import annotations

import json
import re
from typing import Any

KEPT = frozenset({"event", "ref", "join_ref", "status", "type", "extension"})
"""Keys whose short, plain values are the protocol's own words."""
_PLAIN = re.compile(r"[A-Za-z0-9_.:*-]{1,32}")
DEPTH = 6


def outline(frame: object) -> str:
    """The shape of a frame as one line of JSON: `"<12>"` stands for a text of twelve characters."""
    return json.dumps(_shape(frame, "", DEPTH))[:2000]


def _shape(value: object, key: str, depth: int) -> Any:
    if isinstance(value, str):
        # farther inside stand rows, and their columns may have the same names
        kept = key in KEPT and depth >= DEPTH - 2 and _PLAIN.fullmatch(value)
        return value if kept else f"<{len(value)}>"
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dict) and depth:
        return {_name(one): _shape(inner, str(one), depth - 1) for one, inner in list(value.items())[:40]}
    if isinstance(value, list) and depth:
        return [_shape(one, key, depth - 1) for one in value[:5]] + ([len(value)] if len(value) > 5 else [])
    return f"<{type(value).__name__}>"


def _name(key: object) -> str:
    """Columns mostly, and people's ids where presence is told; anything longer or odder is counted."""
    text = str(key)
    return text if re.fullmatch(r"[a-z_]{1,32}", text) else f"<{len(text)}>"
