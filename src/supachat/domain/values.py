"""Frozen dataclasses that cost a start little.

`dataclass` here is `dataclasses.dataclass(frozen=True, slots=True)`: the same fields, equality, hash,
`replace`, `asdict` and `match`, and the type checker sees the very same. The standard one writes and
compiles six functions for each class when its module is imported, two thirds of a millisecond; with some
150 classes that was a fifth of the time to the first frame. Here five of them are shared, and
`__init__` is compiled when the first object is made. Must never differ in what an object does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: Literal[True], slots: Literal[True]) -> Callable[[type[T]], type[T]]:
        """As the standard one, for classes without `__post_init__` and without a base of their own."""
        return _frozen


__all__ = ["dataclass"]

T = TypeVar("T")


def _frozen(cls: type[T]) -> type[T]:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # the standard one would write the signature, which is dear
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    values = _values(tuple(field.name for field in fields))

    def __init__(self: Any, *given: object, **named: object) -> None:
        made.__init__ = _init(made, fields)
        made.__init__(self, *given, **named)

    def __eq__(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is made else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    made.__init__, made.__eq__, made.__hash__ = __init__, __eq__, __hash__
    made.__repr__, made.__setattr__, made.__delattr__ = _repr, _refuse, _refuse
    made.__getstate__, made.__setstate__ = _getstate, _setstate
    return made  # type: ignore[no-any-return]  # the class that was given, with slots


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda self: ()


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """`__init__` of these fields: written, compiled once. A slot's own setter goes past the refusal."""
    known: dict[str, Any] = {f"_put_{field.name}": getattr(cls, field.name).__set__ for field in fields}
    parts, lines = ["self"], []
    for field in fields:
        name = field.name
        value = name
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            parts.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            known["_missing"] = dataclasses.MISSING
            parts.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        else:
            parts.append(name)
        lines.append(f" _put_{name}(self, {value})")
    exec(f"def __init__({', '.join(parts)}):\n" + ("\n".join(lines) or " pass"), known)
    written: Callable[..., None] = known["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    return written


def _repr(self: Any) -> str:
    shown = ", ".join(
        f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr
    )
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: Any, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
