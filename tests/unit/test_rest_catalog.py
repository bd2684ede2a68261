"""What of a table a view shows, the keys that can be followed through it, and what an embed means."""

from __future__ import annotations

import pytest

from supachat.server.catalog import Catalog, Column, Function, Parameter, Shape, Table, assemble
from supachat.server.catalog_views import Key, Place, Relation, Through, origins, shown
from supachat.server.rest.errors import RestError
from supachat.server.rest.relate import Link, find
from supachat.server.rest.tree import Embed, Node


def entry(number: int, table: int, column: int, inside: str = "") -> str:
    return (
        f"{{TARGETENTRY :expr {{VAR :varno 1 {inside}}} :resno {number} :resname a\\ b\\{{ "
        f":ressortgroupref 0 :resorigtbl {table} :resorigcol {column} :resjunk false}}"
    )


def tree(*entries: str, before: str = "<>") -> str:
    return f"({{QUERY :commandType 1 :rtable ({before}) :targetList ({' '.join(entries)}) :limitCount <>}})"


SUBQUERY = "{RANGETBLENTRY :subquery {QUERY :targetList (" + entry(1, 9, 9) + ")}}"
TREES: list[tuple[str, dict[int, Place]]] = [
    ("", {}),
    (tree(entry(1, 10, 1), entry(2, 10, 3)), {1: (10, 1), 2: (10, 3)}),
    (tree(entry(1, 0, 0), entry(2, 10, 2)), {2: (10, 2)}),
    (tree(entry(1, 10, 1), before=SUBQUERY), {1: (10, 1)}),
    (tree(entry(1, 0, 0, inside="{SUBLINK :subselect {QUERY :targetList (" + entry(1, 9, 9) + ")}}")), {}),
]


@pytest.mark.parametrize(("text", "expected"), TREES)
def test_the_columns_of_a_printed_view(text: str, expected: dict[int, Place]) -> None:
    assert origins(text) == expected


def test_a_view_on_a_view_shows_the_table_below() -> None:
    views = {20: {1: (10, 1), 2: (10, 2)}, 30: {5: (20, 2)}}
    assert shown(views)[30] == {(20, 2): 5, (10, 2): 5}


def test_views_that_go_round_in_a_circle_come_to_an_end() -> None:
    assert (20, 1) in shown({20: {1: (30, 1)}, 30: {1: (20, 1)}})[30]


P = "public"
RELATIONS = {
    1: Relation((P, "people"), {1: "id", 2: "name"}),
    2: Relation((P, "notes"), {1: "id", 2: "author"}),
    21: Relation((P, "my_notes"), {1: "note", 2: "writer"}),
    22: Relation((P, "titles"), {1: "note"}),
}
VIEWS = {21: {1: (2, 1), 2: (2, 2)}, 22: {1: (2, 1)}, 11: {1: (1, 1)}, 40: {1: (99, 1)}}
KEYS = [
    Key("people_pkey", "p", 1, (1,)),
    Key("notes_pkey", "p", 2, (1,)),
    Key("notes_author_fkey", "f", 2, (2,), 1, (1,)),
    Key("elsewhere_fkey", "f", 99, (1,), 1, (1,)),
]


def test_keys_are_followed_through_the_views_that_show_their_columns() -> None:
    found = Through(RELATIONS, VIEWS, KEYS)
    assert [(key.table[1], key.columns, key.ref[1]) for key in found.foreign()] == [
        ("notes", ("author",), "people"),
        ("my_notes", ("writer",), "people"),
    ]
    assert found.primary() == {
        (P, "people"): ("id",), (P, "notes"): ("id",), (P, "my_notes"): ("note",), (P, "titles"): ("note",),
    }  # fmt: skip


def test_a_unique_key_is_one_to_one_in_a_view_too() -> None:
    keys = [*KEYS, Key("notes_author_key", "u", 2, (2,))]
    assert all(key.unique for key in Through(RELATIONS, VIEWS, keys).foreign())


def table(name: str, *columns: str, view: bool = False) -> Table:
    made = {column: Column(column, "int") for column in columns}
    return Table(P, name, made, is_view=view, row_type=f"public.{name}")


TABLES = [
    table("people", "id", "boss"),
    table("notes", "id", "author"),
    table("my_notes", "note", "writer", view=True),
    table("writers", "id", view=True),
]
SELF = Key("people_boss_fkey", "f", 1, (3,), 1, (1,))
ALL = {
    1: Relation((P, "people"), {1: "id", 3: "boss"}),
    2: Relation((P, "notes"), {1: "id", 2: "author"}),
    21: Relation((P, "my_notes"), {1: "note", 2: "writer"}),
    23: Relation((P, "writers"), {1: "id"}),
}
OF_ROW = Function(
    P, "editor", (Parameter("", "public.notes"),), Shape.ROW, True, False, TABLES[0], lone=True
)
SAME_NAME = Function(P, "size", (Parameter("", "int"),), Shape.ROW, True, False, TABLES[0])
CATALOG: Catalog = assemble(
    TABLES,
    Through(ALL, {**VIEWS, 23: {1: (1, 1)}}, [*KEYS, SELF]).foreign(),
    [OF_ROW, SAME_NAME],
)


def link(parent: str, name: str, hint: str | None = None) -> Link:
    return find(CATALOG, CATALOG.tables[P, parent], Embed(name, Node(), hint=hint))


LINKS = [
    ("notes", "people", None, "people", False),
    ("notes", "author", None, "people", False),
    ("notes", "notes_author_fkey", None, "people", False),
    ("notes", "writers", None, "writers", False),
    ("my_notes", "people", None, "people", False),
    ("my_notes", "writer", None, "people", False),
    ("people", "my_notes", None, "my_notes", True),
    ("people", "notes", "author", "notes", True),
    ("people", "people", None, "people", True),
    ("people", "boss", None, "people", False),
    ("people", "people", "boss", "people", True),
    ("notes", "editor", None, "people", False),
]


@pytest.mark.parametrize(("parent", "name", "hint", "child", "many"), LINKS)
def test_what_an_embed_means(parent: str, name: str, hint: str | None, child: str, many: bool) -> None:
    found = link(parent, name, hint)
    assert (found.child.name, found.many) == (child, many)


@pytest.mark.parametrize(
    ("parent", "name"), [("notes", "my_notes"), ("people", "size"), ("people", "editor")]
)
def test_what_an_embed_cannot_mean(parent: str, name: str) -> None:
    with pytest.raises(RestError) as found:
        link(parent, name)
    assert found.value.code == "PGRST200"


def test_a_function_of_one_row_is_a_column() -> None:
    size = Function(
        P,
        "size",
        (Parameter("", "public.notes"),),
        Shape.SCALAR,
        False,
        False,
        TABLES[1],
        Column("size", "int"),
    )
    found = assemble(TABLES, (), [size])
    assert found.tables[P, "notes"].computed == {"size": Column("size", "int")}
    assert found.functions[P, "size"][0].rows.computed == found.tables[P, "notes"].computed
    assert found.tables[P, "people"].computed == {}
