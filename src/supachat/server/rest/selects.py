"""`select=id,name:title,meta->>k,author:profiles!inner(username)`. Pure; raises ParseError and Aggregate.

Items come out bare: filters, orders and limits of embedded tables are put in by `parse`.
"""

from __future__ import annotations

import re

from supachat.server.rest.scan import Scanner
from supachat.server.rest.tree import Aggregate, Count, Embed, Field, Item, Node, Pick, Star

_CAST = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*")
_AGGREGATE = re.compile(r"\.(?:avg|count|max|min|sum)\(\)")


def items(text: str, *, depth: int) -> tuple[Item, ...]:
    """The items of one select; an empty text selects nothing."""
    if not text.strip():
        return ()
    scan = Scanner("select parameter", text, depth=depth)
    found = _items(scan)
    if not scan.done:
        raise scan.wrong('"," or end of input')
    return found


def names(what: str, text: str) -> tuple[str, ...]:
    """The names of `columns=` and `on_conflict=`, each quoted or not; no name twice."""
    scan = Scanner(what, text, depth=1)
    found = [scan.name()]
    while scan.take(","):
        found.append(scan.name())
    if not scan.done:
        raise scan.wrong('"," or end of input')
    return tuple(dict.fromkeys(found))


def _items(scan: Scanner) -> tuple[Item, ...]:
    found = [_item(scan)]
    while scan.take(","):
        found.append(_item(scan))
    return tuple(found)


def _item(scan: Scanner) -> Item:
    while scan.take(" ") or scan.take("\n") or scan.take("\t"):
        pass
    if scan.take("*"):
        return Star()
    if scan.take("..."):
        return _embed(scan, scan.name(), None, spread=True)
    name, alias = scan.name(), None
    if scan.sees(":") and not scan.sees("::"):
        scan.need(":")
        alias, name = name, scan.name()
    if name == "count" and scan.sees("()"):
        raise Aggregate
    if scan.sees("(") or scan.sees("!"):
        return _embed(scan, name, alias)
    return _pick(scan, name, alias)


def _pick(scan: Scanner, name: str, alias: str | None) -> Item:
    field = Field(name, scan.path())
    cast = None
    if scan.take("::"):
        found = scan.match(_CAST)
        if not found:
            raise scan.wrong("a type name")
        cast = found.group().strip()
    if scan.match(_AGGREGATE):
        raise Aggregate
    if field == Field("count") and cast is None:
        return Count(alias or "count")
    return Pick(field, alias, cast)


def _embed(scan: Scanner, name: str, alias: str | None, *, spread: bool = False) -> Embed:
    hint, inner = None, False
    while scan.take("!"):
        word = scan.name()
        if word == "inner":
            inner = True
        elif word != "left":
            hint = word
    scan.deeper()
    scan.need("(")
    inside: tuple[Item, ...] = () if scan.sees(")") else _items(scan)
    scan.need(")")
    scan.shallower()
    return Embed(name, Node(inside), alias, hint, inner, spread)
