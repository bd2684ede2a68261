"""From which table a view's columns come, and the foreign keys that can be followed through it. Pure.

Postgres keeps a view as a tree, printed; each column of its select names the table and the column that it
shows unchanged. Must never guess: a column that is computed comes from nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from supachat.server.catalog import ForeignKey, Name

Place = tuple[int, int]
"""A column by its relation's oid and its number in it."""

_TOKEN = re.compile(r"\\.|[{}]|:(targetList|resno|resorigtbl|resorigcol)\b(?: (\d+))?", re.DOTALL)
_DEPTH = 20
"""How many views may stand on one another."""


@dataclass(frozen=True, slots=True)
class Relation:
    """An exposed table or view: `columns` are its columns' names by number."""

    name: Name
    columns: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of any schema in numbers: `kind` is p, u or f; `ref` and `ref_columns` are a foreign key's."""

    name: str
    kind: str
    table: int
    columns: tuple[int, ...]
    ref: int = 0
    ref_columns: tuple[int, ...] = ()


def origins(tree: str) -> dict[int, Place]:
    """Number of a view's column -> the column that it shows, from the printed tree of its select."""
    found: dict[int, Place] = {}
    depth = number = table = 0
    listed = False
    for match in _TOKEN.finditer(tree):
        word = match.group(1)
        if word is None:
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
        elif word == "targetList":
            # the select's own list; those of its subqueries lie deeper
            listed = listed or depth == 1
        elif listed and depth == 2:
            value = int(match.group(2) or 0)
            if word == "resno":
                number = value
            elif word == "resorigtbl":
                table = value
            elif table and value:
                found[number] = (table, value)
    return found


def shown(views: Mapping[int, Mapping[int, Place]]) -> dict[int, dict[Place, int]]:
    """View -> column of a table -> the view's number of it, through views that stand on views."""
    found: dict[int, dict[Place, int]] = {}
    for view, columns in views.items():
        mine = found.setdefault(view, {})
        for number, place in sorted(columns.items()):
            for _ in range(_DEPTH):
                # every step is a column of its own: a view on a view answers for both
                mine.setdefault(place, number)
                below = views.get(place[0], {}).get(place[1])
                if below is None:
                    break
                place = below
    return found


class Through:
    """Keys as the exposed relations show them."""

    def __init__(
        self,
        relations: Mapping[int, Relation],
        views: Mapping[int, Mapping[int, Place]],
        keys: Sequence[Key],
    ) -> None:
        self._relations, self._keys = relations, keys
        self._shown = shown(views)
        self._unique = {(key.table, frozenset(key.columns)) for key in keys if key.kind in "pu"}
        self._showing: dict[int, list[int]] = {}
        for view, places in self._shown.items():
            for table in {table for table, _ in places}:
                self._showing.setdefault(table, []).append(view)

    def foreign(self) -> Iterable[ForeignKey]:
        """Every foreign key between two exposed relations, tables before views."""
        for key in self._keys:
            if key.kind != "f":
                continue
            unique = (key.table, frozenset(key.columns)) in self._unique
            sides = product(self._sides(key.table, key.columns), self._sides(key.ref, key.ref_columns))
            for (table, columns), (ref, ref_columns) in sides:
                yield ForeignKey(key.name, table, columns, ref, ref_columns, unique)

    def primary(self) -> dict[Name, tuple[str, ...]]:
        """The primary key of each exposed relation: a view has the first of which it shows every column."""
        found: dict[Name, tuple[str, ...]] = {}
        for key in self._keys:
            if key.kind == "p":
                for name, columns in self._sides(key.table, key.columns):
                    found.setdefault(name, columns)
        return found

    def _sides(self, table: int, numbers: tuple[int, ...]) -> list[tuple[Name, tuple[str, ...]]]:
        """The relations that show all these columns of `table`, with their own names for them."""
        found = []
        if table in self._relations:
            relation = self._relations[table]
            found.append((relation.name, tuple(relation.columns[number] for number in numbers)))
        for view in self._showing.get(table, ()):
            mine = self._shown[view]
            if view in self._relations and all((table, number) in mine for number in numbers):
                relation = self._relations[view]
                names = tuple(relation.columns[mine[table, number]] for number in numbers)
                found.append((relation.name, names))
        return found
