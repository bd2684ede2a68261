"""Frozen dataclasses that cost a start little.

`dataclass` here is `dataclasses.dataclass(frozen=True, slots=True)`: the same fields, equality, hash,
`replace`, `asdict` and `match`, and the type checker sees the very same. The standard one writes and
compiles six functions for each class when its module is imported, two thirds of a millisecond; with some
150 classes that was a fifth of the time to the first frame. Here five of them are shared, the fields are
described when somebody asks for them, and `__init__` is made with the first object, from code that classes
of one shape share. Must never differ in what an object does.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: Literal[True], slots: Literal[True]) -> Callable[[type[T]], type[T]]:
        """As the standard one, for classes without `__post_init__`, `ClassVar` and a base of their own."""
        return _frozen


__all__ = ["dataclass"]

T = TypeVar("T")


def _frozen(cls: type[T]) -> type[T]:
    names = tuple(cls.__annotations__)
    body = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    defaults = {name: body.pop(name) for name in names if name in body}
    values = _values(names)

    def __init__(self: Any, *given: object, **named: object) -> None:
        made.__init__ = _init(made, defaults)
        made.__init__(self, *given, **named)

    def __eq__(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is made else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    body |= {
        "__doc__": cls.__doc__ or cls.__name__,  # the standard one would write the signature, which is dear
        "__slots__": names,
        "__match_args__": names,
        "__dataclass_fields__": _Fields(defaults),
        "__init__": __init__,
        "__eq__": __eq__,
        "__hash__": __hash__,
        "__repr__": _repr,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": _getstate,
        "__setstate__": _setstate,
    }
    made: Any = type(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made  # type: ignore[no-any-return]  # the class that was given, with slots


class _Fields:
    """What the standard library asks a dataclass for: described by it, when it first asks."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = defaults

    def __get__(self, held: object, cls: Any) -> dict[str, dataclasses.Field[Any]]:
        # with words of its own: else the standard one writes the signature there, 6 ms the first time
        body = {**self._defaults, "__doc__": cls.__doc__, "__annotations__": cls.__annotations__}
        twin: Any = type(cls.__name__, (), body)
        cls.__dataclass_fields__ = dataclasses.dataclass(init=False, repr=False, eq=False)(
            twin
        ).__dataclass_fields__
        return cls.__dataclass_fields__  # type: ignore[no-any-return]


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda self: ()


def _init(cls: Any, defaults: Mapping[str, Any]) -> Callable[..., None]:
    """`__init__` of these fields. A slot's own setter goes past the refusal to set."""
    names: tuple[str, ...] = cls.__slots__
    known: dict[str, Any] = {"missing": dataclasses.MISSING}
    usual, anew = [], []
    for number, name in enumerate(names):
        known[f"put{number}"] = getattr(cls, name).__set__
        default = defaults.get(name, dataclasses.MISSING)
        if isinstance(default, dataclasses.Field):
            if default.default_factory is not dataclasses.MISSING:
                known[f"make{number}"] = default.default_factory
                anew.append(number)
            default = default.default
        if default is not dataclasses.MISSING or number in anew:
            usual.append(default)
    code = _code(len(names), tuple(anew))
    code = code.replace(co_varnames=("self", *names), co_qualname=f"{cls.__qualname__}.__init__")
    return FunctionType(code, known, "__init__", tuple(usual))


@functools.cache
def _code(count: int, anew: tuple[int, ...]) -> CodeType:
    """Compiled once for all classes with `count` fields, of which those `anew` are made for each object."""
    given = ", ".join(["self", *(f"v{n}" for n in range(count))])
    lines = [
        f"put{n}(self, {f'make{n}() if v{n} is missing else ' if n in anew else ''}v{n})"
        for n in range(count)
    ]
    known: dict[str, Any] = {}
    exec(f"def __init__({given}): " + ("; ".join(lines) or "pass"), known)
    return known["__init__"].__code__  # type: ignore[no-any-return]


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
