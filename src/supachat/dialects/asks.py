"""What is asked of a server, made from a map. Pure: values in, a `Call` out."""

from __future__ import annotations

from collections.abc import Mapping

from supachat.dialects import moments
from supachat.dialects.calls import Rpc, Select
from supachat.dialects.shape import Function, Map
from supachat.domain.events import FetchPage
from supachat.domain.model import Cursor


def quoted(value: str) -> str:
    """`value` as PostgREST wants it inside `or=(...)`: nothing in it can end it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def rpc(map_: Map, part: Function, slots: Mapping[str, str] | None = None) -> Rpc:
    """A call of the map's function, its slots filled in."""
    filled = {
        name: (slots or {})[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for name, value in part.params.items()
    }
    return Rpc(part.rpc, filled, map_.schema_)


def page(map_: Map, request: FetchPage) -> Select:
    """One page: newest first on the wire, but oldest first after a cursor. Equal times lose nothing."""
    part = map_.messages
    older = request.after is None
    filters = [(part.thread, "eq", request.thread.id)]
    any_of = ""
    cursor = request.before if older else request.after
    if cursor is not None:
        # the first filter says nothing new: it is what an index can use, an `or` is not
        edge = ("lte" if cursor.id else "lt") if older else "gte"
        filters.append((part.order, edge, moments.show(cursor.at)))
        if cursor.id:  # an empty id stands before every other: the time alone decides
            any_of = _beyond(part.order, part.key, cursor, "lt" if older else "gt")
    return Select(
        part.table,
        ",".join(part.columns),
        tuple(filters),
        any_of,
        ((part.order, older), (part.key, older)),
        request.limit,
        map_.schema_,
    )


def _beyond(order: str, key: str, cursor: Cursor, operator: str) -> str:
    at = quoted(moments.show(cursor.at))
    return f"{order}.{operator}.{at},and({order}.eq.{at},{key}.{operator}.{quoted(cursor.id)})"
