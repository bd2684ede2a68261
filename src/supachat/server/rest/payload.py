"""The body of a request: JSON or a form, kept as text for Postgres, its keys read for the catalog. Pure."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from supachat.server.rest import errors

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CSV = "text/csv"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Payload:
    """`text` is the JSON, `keys` those of its `count` objects, `listed` whether they stand in an array."""

    text: str
    keys: tuple[str, ...]
    count: int
    listed: bool

    @property
    def as_list(self) -> str:
        return self.text if self.listed else f"[{self.text}]"


def media_type(header: str | None) -> str:
    """The type of a Content-Type header without its parameters; JSON where there is none."""
    return (header or JSON).partition(";")[0].strip().lower() or JSON


def read(body: bytes, kind: str, *, uniform: bool) -> Payload:
    """The objects of `body`. With `uniform` all must have the keys of the first, else PGRST102."""
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return _from_json(_text(body), uniform)
    if kind == FORM:
        try:
            fields = dict(parse_qsl(_text(body), keep_blank_values=True, max_num_fields=500))
        except ValueError as error:
            raise errors.bad_body(str(error)) from error
        return Payload(json.dumps(fields), tuple(fields), 1, False)
    if kind == CSV:
        return _from_csv(_text(body))
    raise errors.bad_body(f"Content-Type not acceptable: {kind}")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise errors.bad_body("Empty or invalid json") from error


def _from_json(text: str, uniform: bool) -> Payload:
    found = parsed(text)
    if isinstance(found, dict):
        return Payload(text, tuple(found), 1, False)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise errors.bad_body("Empty or invalid json")
    keys = tuple(found[0]) if found else ()
    if uniform and any(one.keys() != set(keys) for one in found):
        raise errors.bad_body("All object keys must match")
    return Payload(text, keys, len(found), True)


def parsed(text: str) -> Any:
    """The JSON of `text`, or PGRST102."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise errors.bad_body("Empty or invalid json") from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _from_csv(text: str) -> Payload:
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise errors.bad_body(str(error)) from error
    if not rows:
        return Payload("[]", (), 0, True)
    head, *lines = rows
    if any(len(line) != len(head) for line in lines):
        raise errors.bad_body("All lines must have same number of fields")
    found = [
        {key: None if value == "NULL" else value for key, value in zip(head, line, strict=True)}
        for line in lines
    ]
    return Payload(json.dumps(found), tuple(head), len(found), True)


def arguments(body: bytes, kind: str) -> tuple[str, frozenset[str]]:
    """A function's arguments as JSON (or plain text for a function that takes text), and their names."""
    if kind == TEXT:
        return _text(body), frozenset()
    if kind == FORM:
        given = read(body, kind, uniform=False)
        return given.text, frozenset(given.keys)
    if kind != JSON:
        raise errors.bad_body(f"Content-Type not acceptable: {kind}")
    text = _text(body) if body.strip() else "{}"
    found = parsed(text)
    return text, frozenset(found) if isinstance(found, dict) else frozenset()
