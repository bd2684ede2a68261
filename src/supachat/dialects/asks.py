"""What is asked of a server, made from a map. Pure: values in, a `Call` out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from supachat.dialects import moments
from supachat.dialects.calls import Call, Count, Delete, Inner, Insert, Rpc, Select, Update
from supachat.dialects.parts import Constant, Filled, Function, Reading
from supachat.dialects.shape import Delete as DeletePart
from supachat.dialects.shape import Edit, Map
from supachat.domain.model import Cursor, Draft
from supachat.domain.requests import CountGap, FetchEdits, FetchMentions, FetchPage, Reread

MOST_SOUGHT = 200
"""The reader's own messages that are looked through for a draft that may have been stored."""

MOST_FOUND = 50
"""Messages that a search brings of one source."""

MOST_LISTED = 500
"""Threads that are read of a table; a function has a limit of its own."""

Filters = tuple[tuple[str, str, str], ...]


def quoted(value: str) -> str:
    """`value` as PostgREST wants it inside `or=(...)`: nothing in it can end it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def filled(part: Filled, slots: Mapping[str, str]) -> dict[str, Constant]:
    """A part's values, its slots filled in."""
    return {
        name: slots[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for name, value in part.params.items()
    }


def rpc(map_: Map, part: Function, slots: Mapping[str, str] | None = None) -> Rpc:
    """A call of the map's function."""
    return Rpc(part.rpc, filled(part, slots or {}), map_.schema_)


# ---------------------------------------------------------------- reading


def me(map_: Map, user_id: str) -> Call:
    """Who has the account. Where the account is the person, whether there is anything to read at all."""
    part = map_.me
    if part is None:
        return replace(one, limit=1) if isinstance(one := threads(map_), Select) else one
    return _reading(map_, part, part.columns, {"user": user_id})


def threads(map_: Map) -> Rpc | Select:
    """The thread list, the newest first where it is a table's."""
    part, last = map_.threads, map_.threads.last
    found = _reading(map_, part, part.columns, {})
    if not isinstance(found, Select):
        return found
    by = part.created if last is None or last.embed else last.at
    if last is not None and last.embed:
        newest = Inner(last.alias, ((last.at, True), (last.id, True)))
        found = replace(found, columns=f"{found.columns},{last.embed}", inner=newest)
    return replace(found, order=((by, True),)) if by else found


def _reading(map_: Map, part: Reading, columns: Sequence[str], slots: Mapping[str, str]) -> Rpc | Select:
    values = filled(part, slots)
    if part.table is None:
        return Rpc(part.rpc or "", values, map_.schema_)
    where = tuple((column, "eq", str(value)) for column, value in values.items())
    selected = (*columns, part.embed) if part.embed else columns
    return Select(part.table, ",".join(selected), where, limit=MOST_LISTED, schema=map_.schema_)


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
    return _select(map_, tuple(filters), any_of, part.order, request.limit, descending=older)


def between(map_: Map, request: CountGap) -> Count:
    """How many messages lie between two places, neither of which is counted."""
    part, after, before = map_.messages, request.after, request.before
    filters: Filters = ((part.thread, "eq", request.thread.id),)
    if after.at > 0:  # before that no chat was ever held
        filters += ((part.order, "gte", moments.show(after.at)),)
    filters += ((part.order, "lte" if before.id else "lt", moments.show(before.at)),)
    edges = [_beyond(part.order, part.key, after, "gt")] if after.id else []
    edges += [_beyond(part.order, part.key, before, "lt")] if before.id else []
    any_of = edges[0] if len(edges) == 1 else f"and({','.join(f'or({edge})' for edge in edges)})"
    return Count(part.table, part.key, filters, any_of if edges else "", map_.schema_)


def edits(map_: Map, request: FetchEdits) -> Select | None:
    """Rows that changed since a place in the order of edits; None where nothing orders them."""
    column = map_.messages.edited
    if column is None:
        return None
    return _after(map_, column, request.thread.id, request.after, (), request.limit)


def window(map_: Map, request: Reread) -> Select:
    """A stretch between two cursors. Rows of the last one's own time may come that lie beyond it."""
    order = map_.messages.order
    upto = ((order, "lte", moments.show(request.upto.at)),)
    return _after(map_, order, request.thread.id, request.after, upto, request.limit)


def mentions(map_: Map, request: FetchMentions) -> Select:
    """Messages in which one of the calls stands after an `@`, the newest first."""
    part = map_.messages
    threads = ",".join(quoted(one) for one in request.threads)
    filters: Filters = ((part.thread, "in", f"({threads})"),)
    if request.since > 0:
        filters += ((part.order, "gte", moments.show(request.since)),)
    # * is any text, and so a call that holds one would mean more than it says; whoever reads looks again
    words = (quoted(f"*@{call.replace('*', '')}*") for call in request.calls)
    any_of = ",".join(f"{part.body}.ilike.{word}" for word in words)
    return _select(map_, filters, any_of, part.order, request.limit, descending=True)


def holding(map_: Map, text: str) -> Select:
    """The newest messages in which the text stands, in small letters or capitals."""
    part = map_.messages
    literal = re.sub(r"([\\%_])", r"\\\1", text).replace("*", "_")  # no word of PostgREST's says *
    return _select(
        map_, ((part.body, "ilike", f"*{literal}*"),), "", part.order, MOST_FOUND, descending=True
    )


def sought(map_: Map, draft: Draft, me: str) -> Select:
    """Whether a draft's row is there; before its first try, the thread's newest message."""
    part = map_.messages
    if map_.own_ids:
        where = ((part.thread, "eq", draft.thread.id), (part.key, "eq", draft.id))
        return _select(map_, where, "", part.order, 1)
    if draft.anchor is None:
        return page(map_, FetchPage(draft.thread, limit=1))
    mine = ((part.author, "eq", me),)
    return _after(map_, part.order, draft.thread.id, draft.anchor, mine, MOST_SOUGHT)


def _after(map_: Map, column: str, thread: str, after: Cursor, more: Filters, limit: int) -> Select:
    """Rows of a thread beyond a cursor in the order of `column`, oldest first."""
    filters: Filters = ((map_.messages.thread, "eq", thread),)
    if after.at > 0:  # before that no chat was ever held
        filters += ((column, "gte", moments.show(after.at)),)
    beyond = _beyond(column, map_.messages.key, after, "gt") if after.id else ""
    return _select(map_, filters + more, beyond, column, limit)


def _select(
    map_: Map, filters: Filters, any_of: str, order: str, limit: int, *, descending: bool = False
) -> Select:
    part = map_.messages
    by = ((order, descending), (part.key, descending))
    selected = (*part.columns, part.embed) if part.embed else part.columns
    return Select(part.table, ",".join(selected), filters, any_of, by, limit, map_.schema_)


def _beyond(order: str, key: str, cursor: Cursor, operator: str) -> str:
    at = quoted(moments.show(cursor.at))
    return f"{order}.{operator}.{at},and({order}.eq.{at},{key}.{operator}.{quoted(cursor.id)})"


# ---------------------------------------------------------------- writing


def send(map_: Map, slots: Mapping[str, str]) -> Call | None:
    """A new message; None where messages can only be read."""
    part = map_.send
    if part is None:
        return None
    values = filled(part, slots)
    if part.rpc is not None:
        return Rpc(part.rpc, values, map_.schema_)
    key = map_.messages.key if part.takes_ids else ""
    return Insert(map_.messages.table, values, key, map_.schema_)


def edit(map_: Map, part: Edit, slots: Mapping[str, str]) -> Call:
    values = filled(part, slots)
    if part.rpc is not None:
        return Rpc(part.rpc, values, map_.schema_)
    body = {map_.messages.body: slots["body"]}
    return Update(map_.messages.table, {**body, **values}, _the_row(map_, slots), map_.schema_)


def delete(map_: Map, part: DeletePart, slots: Mapping[str, str]) -> Call:
    values = filled(part, slots)
    if part.rpc is not None:
        return Rpc(part.rpc, values, map_.schema_)
    if values:
        return Update(map_.messages.table, values, _the_row(map_, slots), map_.schema_)
    return Delete(map_.messages.table, _the_row(map_, slots), map_.schema_)


def the_row(map_: Map, draft: Draft) -> Select:
    """The message that a change is about."""
    where = _the_row(map_, {"thread": draft.thread.id, "message": draft.target})
    return _select(map_, where, "", map_.messages.order, 1)


def _the_row(map_: Map, slots: Mapping[str, str]) -> Filters:
    part = map_.messages
    return ((part.thread, "eq", slots["thread"]), (part.key, "eq", slots["message"]))
