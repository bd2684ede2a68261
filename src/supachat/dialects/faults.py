"""A wrong map, told with its file, its line and what was expected there. Pure but for its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from supachat.domain.errors import DialectError

Path = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"))*)\s*=""")
_INLINE = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")
_CURE = "Mend the file; nothing was sent and no other source is touched"

_EXPECTED = {
    "missing": "expected this key, found nothing",
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "model_attributes_type": "expected a table",
}
_PATTERNS = {
    "^[A-Za-z_]": "expected a name of letters, digits and _, 63 at most",
    "^[a-z][a-z0-9_-]": "expected a name of small letters, digits, - and _, 32 at most",
    "^[^\\x00": "expected one line of 1 to 200 characters",
}


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, on which each table and key of a TOML text stands."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _split(header.group(1))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *_split(key.group(1)))
            found.setdefault(path, number)
            for inner in _INLINE.findall(line[key.end() :]):
                found.setdefault((*path, inner), number)
    return found


def wrong_map(error: ValidationError, text: str, file: str, shape: type[BaseModel]) -> DialectError:
    """The first fault of a map, in words."""
    fault = error.errors(include_url=False)[0]
    path = tuple(str(part) for part in fault["loc"] if part != "[key]")
    known = _real(path, text)
    line = _line(known, text)
    return DialectError(
        f"{file}, line {line}: {'.'.join(known) or 'the map'}: {_words(fault, shape)}", cure=_CURE
    )


def no_toml(error: ValueError, file: str) -> DialectError:
    """The file is not TOML at all; the parser's own words name the line."""
    return DialectError(f"{file}: this is not TOML: {error}", cure=_CURE)


def _words(fault: Any, shape: type[BaseModel]) -> str:
    kind = fault["type"]
    if kind == "extra_forbidden":
        keys = ", ".join(_keys(shape, fault["loc"][:-1]))
        return f"this key means nothing here, expected one of {keys}"
    if kind == "string_pattern_mismatch":
        pattern = fault["ctx"]["pattern"]
        said = next(
            (words for head, words in _PATTERNS.items() if pattern.startswith(head)), "expected a name"
        )
        return f"{said}, found {str(fault['input'])[:80]!r}"
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    said = _EXPECTED.get(kind) or f"expected: {fault['msg'].removeprefix('Input should be ')}"
    return said if kind == "missing" else f"{said}, found {str(fault['input'])[:80]!r}"


def _keys(shape: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys that the table at `loc` may have."""
    for part in loc:
        field = next((one for name, one in shape.model_fields.items() if part in (name, one.alias)), None)
        inner = _model(field.annotation) if field is not None else None
        if inner is None:
            return []
        shape = inner
    return sorted(field.alias or name for name, field in shape.model_fields.items())


def _model(annotation: Any) -> type[BaseModel] | None:
    for one in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _real(path: Path, text: str) -> Path:
    """`path` without the names of a union's branches, which pydantic puts behind the key."""
    found = lines(text)
    while len(path) > 1 and path not in found and path[:-1] in found and path[-1] in ("str", "int", "bool"):
        path = path[:-1]
    return path


def _line(path: Path, text: str) -> int:
    found = lines(text)
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
