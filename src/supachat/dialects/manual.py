"""The grammar of a map, told by its own models: every key, what it takes, what it means. Pure.

The meanings are the docstrings that stand behind the keys in the source, so that no second text can be
another. A map's own values can stand beside them.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from supachat.dialects.parts import Name
from supachat.dialects.shape import Map


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the grammar. `value` is what the map says, as TOML; None where it says nothing."""

    name: str
    takes: str
    meaning: str
    needed: bool
    value: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the grammar: `path` as it stands between brackets, empty for the top."""

    path: str
    meaning: str
    keys: tuple[Key, ...]
    used: bool


def sections(map_: Map | None = None) -> tuple[Section, ...]:
    """The whole grammar, table by table; with the values of `map_` where there is one."""
    given = map_.model_dump(mode="json", by_alias=True, exclude_unset=True) if map_ is not None else {}
    return tuple(_sections(Map, "", given))


def _sections(model: type[BaseModel], path: str, given: Mapping[str, Any]) -> Iterator[Section]:
    keys: list[Key] = []
    inner: list[tuple[str, type[BaseModel], object]] = []
    hints = get_type_hints(model, include_extras=True)
    for field_name, field in model.model_fields.items():
        name = field.alias or field_name
        said = given.get(name)
        below = _model(field.annotation)
        if below is not None:
            inner.append((name, below, said))
            continue
        meaning = meanings(model).get(field_name, "")
        slots: frozenset[str] = getattr(model, "slots", frozenset())
        if name == "params" and slots:
            meaning = f"{meaning} Slots: {', '.join(f'${slot}' for slot in sorted(slots))}.".strip()
        shown = json.dumps(said) if said is not None else None
        keys.append(Key(name, takes(hints[field_name]), meaning, field.is_required(), shown))
    yield Section(path, inspect.cleandoc(model.__doc__ or ""), tuple(keys), bool(given) or not path)
    for name, below, value in inner:
        many = get_origin(model.model_fields[_field(model, name)].annotation)
        yield from _below(below, f"{path}.{name}" if path else name, value, many)


def _below(model: type[BaseModel], path: str, value: object, many: object) -> Iterator[Section]:
    """A table, an array of them, or tables under names of their own."""
    if many is list:
        items = value if isinstance(value, list) else []
        yield from _sections(model, f"[{path}]", _columns(items))
    elif many is dict:
        named = value if isinstance(value, dict) else {}
        yield from _sections(model, f"{path}.{'|'.join(named) or 'NAME'}", _columns(list(named.values())))
    else:
        yield from _sections(model, path, value if isinstance(value, dict) else {})


def _columns(items: list[Any]) -> dict[str, Any]:
    """Several tables as one, whose values are lists: a key for each that any of them has."""
    keys = dict.fromkeys(key for item in items for key in item)
    return {key: [item[key] for item in items if key in item] for key in keys}


def takes(annotation: object) -> str:
    """What a key takes, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation == Name:
        return "name"
    if origin is Annotated:
        return takes(inner[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(takes(one) for one in inner if one is not type(None)))
    if origin is Literal:
        return " or ".join(str(one) for one in inner)
    if origin is list:
        return f"list of {takes(inner[0])}"
    if origin is dict:
        return f"table of {takes(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(annotation)
    words = {str: "text", int: "number", bool: "true/false"}
    return words.get(annotation, "text")  # type: ignore[call-overload, no-any-return]  # any object may be asked for


@cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """The docstrings behind a model's keys, those of its bases too."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, BaseModel) and one is not BaseModel:
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
            assert isinstance(tree, ast.ClassDef)
            for key, text in zip(tree.body, tree.body[1:], strict=False):
                if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name) and _text(text):
                    found[key.target.id] = " ".join(_text(text).split())
    return found


def _text(node: ast.stmt) -> str:
    told = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return str(node.value.value) if told else ""  # type: ignore[attr-defined]  # it is an Expr with a Constant


def _model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model(one)) is not None), None)


def _field(model: type[BaseModel], name: str) -> str:
    return next(key for key, field in model.model_fields.items() if name in (key, field.alias))
