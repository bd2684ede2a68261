"""Filters: `eq.5`, `not.in.(a,b)`, `or=(a.eq.1,and(b.gt.2,c.is.null))`. Pure; raises ParseError only."""

from __future__ import annotations

import re

from supachat.server.rest.scan import Scanner
from supachat.server.rest.tree import Condition, Field, Group, Match, Order, ParseError

PLAIN = frozenset(
    {
        *("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "is", "isdistinct"),
        *("in", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"),
    }
)
SEARCH = frozenset({"fts", "plfts", "phfts", "wfts"})
QUANTIFIED = frozenset({"eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"})
IS = frozenset({"null", "not_null", "true", "false", "unknown"})

_OPERATOR = re.compile(r"[a-z]+")
_BARE = re.compile(r"[^,)]*")
_LISTED = re.compile(r'[^,)"][^,)]*')
_LANGUAGE = re.compile(r"\(([A-Za-z0-9_]+)\)")
_WORDS = '"not" or operator (eq, gt, ...)'


def is_filter(text: str) -> bool:
    """Whether a value of a function's query string is a filter on its rows rather than an argument."""
    word = _OPERATOR.match(text.removeprefix("not."))
    if not word or word.group() not in PLAIN | SEARCH:
        return False
    return text.removeprefix("not.")[word.end() :][:1] in (".", "(")


def top(field: Field, text: str, *, depth: int) -> Match:
    """The filter of one `column=text`. Its value is the rest of the text, raw."""
    return _match(Scanner("filter", text, depth=depth), field, nested=False)


def tree(joiner: str, text: str, *, negated: bool, depth: int) -> Group:
    """The group of `or=(...)`, `and=(...)` or `not.or=(...)`."""
    scan = Scanner("logic tree", text, depth=depth)
    group = _group(scan, joiner, negated)
    if not scan.done:
        raise scan.wrong("end of input")
    return group


def orders(text: str, *, depth: int) -> tuple[Order, ...]:
    """The terms of `order=a.desc.nullslast,b,author(name)`."""
    scan = Scanner("order", text, depth=depth)
    found = [_order(scan)]
    while scan.take(","):
        found.append(_order(scan))
    if not scan.done:
        raise scan.wrong('"," or end of input')
    return tuple(found)


def _order(scan: Scanner) -> Order:
    field, relation = scan.field(), None
    if not field.path and scan.take("("):
        relation, field = field.name, scan.field()
        scan.need(")")
    descending, nulls_first = False, None
    if scan.take(".desc"):
        descending = True
    else:
        scan.take(".asc")
    if scan.take(".nullsfirst"):
        nulls_first = True
    elif scan.take(".nullslast"):
        nulls_first = False
    return Order(field, descending, nulls_first, relation)


def _group(scan: Scanner, joiner: str, negated: bool) -> Group:
    scan.deeper()
    scan.need("(")
    parts: list[Condition] = [_part(scan)]
    while scan.take(","):
        parts.append(_part(scan))
    scan.need(")")
    scan.shallower()
    return Group(joiner, tuple(parts), negated)


def _part(scan: Scanner) -> Condition:
    for word, joiner, negated in (
        ("and(", "and", False),
        ("or(", "or", False),
        ("not.and(", "and", True),
        ("not.or(", "or", True),
    ):
        if scan.sees(word):
            scan.pos += len(word) - 1
            return _group(scan, joiner, negated)
    field = scan.field()
    scan.need(".")
    return _match(scan, field, nested=True)


def _match(scan: Scanner, field: Field, *, nested: bool) -> Match:
    negated = scan.take("not.")
    start = scan.pos
    found = scan.match(_OPERATOR)
    operator = found.group() if found else ""
    if operator in SEARCH:
        language = scan.match(_LANGUAGE)
        scan.need(".")
        words = language.group(1) if language else None
        return Match(field, operator, _value(scan, nested), negated, words=words)
    if operator not in PLAIN:
        scan.pos = start
        raise scan.wrong(_WORDS)
    every = _quantifier(scan, operator)
    scan.need(".")
    return Match(field, operator, _operand(scan, operator, nested), negated, every=every)


def _quantifier(scan: Scanner, operator: str) -> str | None:
    if operator in QUANTIFIED:
        for word in ("any", "all"):
            if scan.take(f"({word})"):
                return word
    return None


def _operand(scan: Scanner, operator: str, nested: bool) -> str | tuple[str, ...]:
    if operator == "in":
        return _listed(scan, nested)
    if operator == "is":
        return _is(scan, nested)
    return _value(scan, nested)


def _is(scan: Scanner, nested: bool) -> str:
    start = scan.pos
    word = _value(scan, nested).lower()
    if word not in IS:
        scan.pos = start
        raise scan.wrong("null, not_null, true, false or unknown")
    return word


def _listed(scan: Scanner, nested: bool) -> tuple[str, ...]:
    scan.need("(")
    values: list[str] = []
    if not scan.take(")"):
        values.append(_element(scan))
        while scan.take(","):
            values.append(_element(scan))
        scan.need(")")
    if not nested and not scan.done:
        raise scan.wrong("end of input")
    return tuple(values)


def _element(scan: Scanner) -> str:
    quoted = scan.quoted()
    if quoted is not None:
        return quoted
    found = scan.match(_LISTED)
    return found.group() if found else ""


def _value(scan: Scanner, nested: bool) -> str:
    if not nested:
        rest, scan.pos = scan.text[scan.pos :], len(scan.text)
        return rest
    start = scan.pos
    quoted = scan.quoted()
    if quoted is not None and (scan.done or scan.text[scan.pos] in ",)"):
        return quoted
    scan.pos = start
    if scan.sees("{"):
        return _braces(scan)
    found = scan.match(_BARE)
    return found.group() if found else ""


def _braces(scan: Scanner) -> str:
    """An array or JSON value: to its last brace, whatever commas and brackets are inside."""
    start, open_braces, quoted = scan.pos, 0, False
    while not scan.done:
        char = scan.text[scan.pos]
        scan.pos += 1
        if char == "\\":
            scan.pos += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted:
            open_braces += (char == "{") - (char == "}")
            if open_braces == 0:
                return scan.text[start : scan.pos]
    raise ParseError(scan.what, scan.text, start + 1, 'unexpected end of input expecting "}"')
