"""A query string becomes a tree. Pure: no catalog, no SQL; raises ParseError, UnknownEmbed, BadRange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, quote_plus

from supachat.server.rest import filters, selects
from supachat.server.rest.scan import Scanner
from supachat.server.rest.tree import (
    BadRange,
    Condition,
    Embed,
    Field,
    Item,
    Node,
    Order,
    ParseError,
    Query,
    Star,
    UnknownEmbed,
)

Pairs = list[tuple[str, str]]

_NEGATIVE = "{} should be greater than or equal to zero."
_LOGIC = {"or": ("or", False), "and": ("and", False), "not.or": ("or", True), "not.and": ("and", True)}


def pairs(query: bytes) -> Pairs:
    """Names and values of a raw query string, in its order."""
    try:
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError as error:
        raise ParseError("query string", query.decode("ascii", "replace"), 1, str(error)) from error


def canonical(query: Pairs) -> str:
    """The query string in alphabetical order, as Content-Location repeats it."""
    ordered = sorted(query, key=lambda pair: pair[0])
    return "&".join(
        f"{quote_plus(name, safe='*')}={quote_plus(value, safe='*')}" for name, value in ordered
    )


def parse(query: Pairs, *, depth: int = 10, call: bool = False) -> Query:
    """The tree of `query`. With `call`, values that are no filters are a function's arguments."""
    select: tuple[Item, ...] = (Star(),)
    columns = on_conflict = None
    arguments: Pairs = []
    rest: list[tuple[tuple[str, ...], str, str]] = []
    for name, value in query:
        if name == "select":
            select = selects.items(value, depth=depth)
        elif name == "columns":
            columns = selects.names("columns parameter", value)
        elif name == "on_conflict":
            on_conflict = selects.names("on_conflict parameter", value)
        elif call and _is_argument(name, value):
            arguments.append((name, value))
        else:
            rest.append((*_address(name), value))
    root = _fill(Node(select), rest, depth)
    return Query(root, columns, on_conflict, tuple(arguments))


def _is_argument(name: str, value: str) -> bool:
    reserved = name in ("order", "limit", "offset", *_LOGIC)
    return not reserved and "." not in name and not filters.is_filter(value)


def _address(name: str) -> tuple[tuple[str, ...], str]:
    """`a.b.order` is `order` of b inside a. A JSON path's dots belong to the path."""
    head, arrow, path = name.partition("->")
    words = _split(head)
    last = words.pop()
    if words and words[-1] == "not" and last in ("or", "and"):
        last = f"{words.pop()}.{last}"
    return tuple(words), last + arrow + path


def _split(name: str) -> list[str]:
    words, word, quoted = [], "", False
    for char in name:
        if char == '"':
            quoted = not quoted
        if char == "." and not quoted:
            words.append(word)
            word = ""
        else:
            word += char
    return [*words, word]


def _fill(node: Node, rest: Iterable[tuple[tuple[str, ...], str, str]], depth: int) -> Node:
    """`node` with the parameters that speak of it, and its embeds with theirs."""
    own: Pairs = []
    inner: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for path, name, value in rest:
        if path:
            inner.setdefault(path[0], []).append((path[1:], name, value))
        else:
            own.append((name, value))
    items: list[Item] = []
    for item in node.items:
        if isinstance(item, Embed):
            told = inner.pop(item.label, []) or inner.pop(item.name, [])
            item = replace(item, node=_fill(item.node, told, depth))
        items.append(item)
    for name in inner:
        raise UnknownEmbed(name)
    return _apply(replace(node, items=tuple(items)), own, depth)


def _apply(node: Node, own: Pairs, depth: int) -> Node:
    where: list[Condition] = []
    order: tuple[Order, ...] = ()
    limit, offset = None, 0
    for name, value in own:
        if name == "order":
            order = (*order, *filters.orders(value, depth=depth))
        elif name == "limit":
            limit = _number("Limit", value)
        elif name == "offset":
            offset = _number("Offset", value) or 0
        elif name in _LOGIC:
            joiner, negated = _LOGIC[name]
            where.append(filters.tree(joiner, value, negated=negated, depth=depth))
        else:
            where.append(filters.top(_field(name, depth), value, depth=depth))
    return replace(node, where=tuple(where), order=order, limit=limit, offset=offset)


def _field(name: str, depth: int) -> Field:
    """The column of a filter. Any text may be asked for; the catalog says that it does not exist."""
    scan = Scanner("tree path", name, depth=depth)
    quoted = scan.quoted()
    if quoted is None:
        scan.pos = name.find("->") if "->" in name else len(name)
    path = scan.path()
    return Field(name, ()) if not scan.done else Field(quoted or name.partition("->")[0], path)


def _number(what: str, text: str) -> int | None:
    """A whole number, None where it is none: PostgREST ignores such a limit."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    if text.startswith("-") and int(digits):
        raise BadRange(_NEGATIVE.format(what))
    return int(digits)
