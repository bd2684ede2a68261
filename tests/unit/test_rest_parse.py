"""Query strings to trees, as tables, and the parser against any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.server.rest import filters, selects
from supachat.server.rest.parse import canonical, pairs, parse
from supachat.server.rest.tree import (
    BadRange,
    Count,
    Embed,
    Field,
    Group,
    Item,
    Match,
    Node,
    Order,
    ParseError,
    Pick,
    Query,
    Star,
    Step,
    UnknownEmbed,
)


def eq(name: str, value: str) -> Match:
    return Match(Field(name), "eq", value)


SELECTS: list[tuple[str, tuple[Item, ...]]] = [
    ("", ()),
    ("*", (Star(),)),
    ("id,body", (Pick(Field("id")), Pick(Field("body")))),
    (" id, body", (Pick(Field("id")), Pick(Field("body")))),
    ("mid:id::text", (Pick(Field("id"), "mid", "text"),)),
    ("id::double precision", (Pick(Field("id"), None, "double precision"),)),
    ('"a,b":"c.d"', (Pick(Field("c.d"), "a,b"),)),
    ("first name", (Pick(Field("first name")),)),
    ("größe-b", (Pick(Field("größe-b")),)),
    ("meta->k", (Pick(Field("meta", (Step("k"),))),)),
    ("kk:meta->a->-1->>b", (Pick(Field("meta", (Step("a"), Step(-1), Step("b", True))), "kk"),)),
    ('meta->>"a b"', (Pick(Field("meta", (Step("a b", True),))),)),
    ("count", (Count(),)),
    ("n:count", (Count("n"),)),
    ("messages(count)", (Embed("messages", Node((Count(),))),)),
    ("messages()", (Embed("messages", Node(())),)),
    (
        "sender:profiles!messages_sender_id_fkey!inner(username,*)",
        (
            Embed(
                "profiles",
                Node((Pick(Field("username")), Star())),
                "sender",
                "messages_sender_id_fkey",
                inner=True,
            ),
        ),
    ),
    ("a!left(b(c))", (Embed("a", Node((Embed("b", Node((Pick(Field("c")),))),))),)),
    ("...profiles(username)", (Embed("profiles", Node((Pick(Field("username")),)), spread=True),)),
]


@pytest.mark.parametrize(("text", "expected"), SELECTS)
def test_select(text: str, expected: tuple[Item, ...]) -> None:
    assert selects.items(text, depth=5) == expected


LABELS = [("id", "id"), ("meta->k", "k"), ("meta->a->>0", "a"), ("meta->0", "meta"), ("x:meta->k", "x")]


@pytest.mark.parametrize(("text", "label"), LABELS)
def test_the_name_of_a_column_in_the_answer(text: str, label: str) -> None:
    (item,) = selects.items(text, depth=1)
    assert isinstance(item, Pick)
    assert item.label == label


@pytest.mark.parametrize(
    "text",
    ["id,,(", "id,", "(", "a(b", "a)", "a::", "a->", 'a"', "a:b:c", "...a", "a!(b)", "a(b))", "a%b("],
)
def test_a_select_that_is_none(text: str) -> None:
    with pytest.raises(ParseError, match="failed to parse select parameter"):
        selects.items(text, depth=5)


TOP: list[tuple[str, Match]] = [
    ("eq.5", eq("a", "5")),
    ("eq.", eq("a", "")),
    ('eq.x,y)."z', eq("a", 'x,y)."z')),
    ("not.eq.5", Match(Field("a"), "eq", "5", negated=True)),
    ("in.(1,2)", Match(Field("a"), "in", ("1", "2"))),
    ("in.()", Match(Field("a"), "in", ())),
    ('in.(one,"a,b","q\\"q",,"")', Match(Field("a"), "in", ("one", "a,b", 'q"q', "", ""))),
    ("not.in.(a b)", Match(Field("a"), "in", ("a b",), negated=True)),
    ("is.null", Match(Field("a"), "is", "null")),
    ("is.NULL", Match(Field("a"), "is", "null")),
    ("not.is.true", Match(Field("a"), "is", "true", negated=True)),
    ("like(any).{a*,b}", Match(Field("a"), "like", "{a*,b}", every="any")),
    ("fts.fat", Match(Field("a"), "fts", "fat")),
    ("not.wfts(english).fat cat", Match(Field("a"), "wfts", "fat cat", negated=True, words="english")),
    ('cs.{"k": 1}', Match(Field("a"), "cs", '{"k": 1}')),
]


@pytest.mark.parametrize(("text", "expected"), TOP)
def test_a_filter_at_the_top(text: str, expected: Match) -> None:
    assert filters.top(Field("a"), text, depth=5) == expected


@pytest.mark.parametrize(
    "text", ["", "zz.1", "eq", "eq5", "is.maybe", "in.1,2", "in.(1", "in.(1)2", "fts(a b).x", "cs(any).{}"]
)
def test_a_filter_that_is_none(text: str) -> None:
    with pytest.raises(ParseError, match="failed to parse filter"):
        filters.top(Field("a"), text, depth=5)


TREES: list[tuple[str, tuple[object, ...]]] = [
    ("(a.eq.1,b.eq.2)", (eq("a", "1"), eq("b", "2"))),
    ('(a.eq."x,y)",b.eq.)', (eq("a", "x,y)"), eq("b", ""))),
    ('(a.eq."q\\"\\\\")', (eq("a", 'q"\\'),)),
    ('(a.eq."x"y)', (eq("a", '"x"y'),)),
    ("(a.not.is.null)", (Match(Field("a"), "is", "null", negated=True),)),
    ("(a.in.(1,2),b.eq.3)", (Match(Field("a"), "in", ("1", "2")), eq("b", "3"))),
    ("(a.cs.{1,2},b.eq.3)", (Match(Field("a"), "cs", "{1,2}"), eq("b", "3"))),
    ('(a.cs.{"k":{"x":"}"}},b.eq.3)', (Match(Field("a"), "cs", '{"k":{"x":"}"}}'), eq("b", "3"))),
    ("(m->>k.eq.1)", (Match(Field("m", (Step("k", True),)), "eq", "1"),)),
    (
        '(created_at.lt."2026-11-20T11:47:13.5+00:00",and(created_at.eq."t",id.lt."u"))',
        (
            Match(Field("created_at"), "lt", "2026-11-20T11:47:13.5+00:00"),
            Group("and", (eq("created_at", "t"), Match(Field("id"), "lt", "u"))),
        ),
    ),
    ("(not.or(a.eq.1))", (Group("or", (eq("a", "1"),), negated=True),)),
]


@pytest.mark.parametrize(("text", "parts"), TREES)
def test_a_logic_tree(text: str, parts: tuple[object, ...]) -> None:
    assert filters.tree("or", text, negated=False, depth=5).parts == parts


@pytest.mark.parametrize(
    "text", ["", "a.eq.1", "()", "(id.eq)", "(a.eq.1", "(a.eq.1)x", "(a.cs.{1)", "(and(a.eq.1)"]
)
def test_a_logic_tree_that_is_none(text: str) -> None:
    with pytest.raises(ParseError, match="failed to parse logic tree"):
        filters.tree("or", text, negated=False, depth=5)


ORDERS = [
    ("a", (Order(Field("a")),)),
    ("a.desc,b.asc", (Order(Field("a"), True), Order(Field("b")))),
    ("a.desc.nullslast", (Order(Field("a"), True, False),)),
    ("a.nullsfirst", (Order(Field("a"), False, True),)),
    ("m->k.desc", (Order(Field("m", (Step("k"),)), True),)),
]


@pytest.mark.parametrize(("text", "expected"), ORDERS)
def test_order(text: str, expected: tuple[Order, ...]) -> None:
    assert filters.orders(text, depth=1) == expected


@pytest.mark.parametrize("text", ["", "a.up", "a,", "a.desc.desc"])
def test_an_order_that_is_none(text: str) -> None:
    with pytest.raises(ParseError, match="failed to parse order"):
        filters.orders(text, depth=1)


def test_parameters_find_their_embedded_table() -> None:
    query = parse(
        [
            ("select", "id,who:profiles(name,pets(age))"),
            ("id", "eq.1"),
            ("who.name", "eq.x"),
            ("who.pets.order", "age.desc"),
            ("who.not.or", "(a.eq.1)"),
            ("limit", "2"),
            ("offset", "4"),
        ]
    )
    pets = Embed("pets", Node((Pick(Field("age")),), order=(Order(Field("age"), True),)))
    where = (eq("name", "x"), Group("or", (eq("a", "1"),), negated=True))
    who = Embed("profiles", Node((Pick(Field("name")), pets), where), "who")
    assert query == Query(Node((Pick(Field("id")), who), (eq("id", "1"),), (), 2, 4))


def test_an_embedded_table_may_be_named_by_its_own_name() -> None:
    query = parse([("select", "who:profiles(name)"), ("profiles.limit", "3")])
    (who,) = query.root.items
    assert isinstance(who, Embed)
    assert who.node.limit == 3


def test_a_filter_on_a_table_that_is_not_selected() -> None:
    with pytest.raises(UnknownEmbed, match="profiles"):
        parse([("profiles.name", "eq.x")])


def test_columns_and_conflict_target_may_be_quoted() -> None:
    query = parse([("columns", '"body","thread_id"'), ("on_conflict", "thread_id,client_id")])
    assert query.columns == ("body", "thread_id")
    assert query.on_conflict == ("thread_id", "client_id")


def test_arguments_of_a_function_are_what_is_no_filter() -> None:
    query = parse([("t", "df95"), ("n", "eq.5"), ("x", "equal"), ("order", "a"), ("limit", "1")], call=True)
    assert query.arguments == (("t", "df95"), ("x", "equal"))
    assert query.root.where == (eq("n", "5"),)


def test_any_text_may_be_asked_for_as_a_column() -> None:
    query = parse([("id;drop table messages", "eq.1")])
    assert query.root.where == (eq("id;drop table messages", "1"),)


@pytest.mark.parametrize(
    ("text", "limit"), [("5", 5), ("abc", None), ("", None), ("9" * 30, None), ("-0", 0)]
)
def test_a_limit_that_is_no_number_is_ignored(text: str, limit: int | None) -> None:
    assert parse([("limit", text)]).root.limit == limit


@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_range_below_zero(name: str) -> None:
    with pytest.raises(BadRange, match="should be greater than or equal to zero"):
        parse([(name, "-1")])


def test_nesting_has_an_end() -> None:
    with pytest.raises(ParseError, match="failed to parse logic tree"):
        parse([("or", "(" + "and(" * 20 + "a.eq.1" + ")" * 21)], depth=10)
    with pytest.raises(ParseError, match="failed to parse select"):
        parse([("select", "a(" * 11 + "b" + ")" * 11)], depth=10)


def test_the_canonical_query_is_sorted_and_escaped() -> None:
    asked = pairs(b"select=*&or=%28body.ilike.*w*%29&body=eq.six+%E6%97%A5&body=a")
    assert canonical(asked) == "body=eq.six+%E6%97%A5&body=a&or=%28body.ilike.*w*%29&select=*"


@pytest.mark.parametrize("query", [b"a=%ff", b"\xff", b"&".join([b"a=1"] * 501)])
def test_a_query_string_that_is_none(query: bytes) -> None:
    with pytest.raises(ParseError):
        pairs(query)


VALUE = st.text(st.characters(codec="utf-8"), max_size=12)
BARE = st.text("abcdefghij-_ .:äß日", min_size=1, max_size=10)


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(VALUE, min_size=1, max_size=5))
def test_quoted_values_come_out_as_they_went_in(values: list[str]) -> None:
    text = f"in.({','.join(map(quoted, values))})"
    assert filters.top(Field("a"), text, depth=2).value == tuple(values)
    nested = f"({','.join(f'a.eq.{quoted(value)}' for value in values)})"
    assert filters.tree("or", nested, negated=False, depth=2).parts == tuple(
        eq("a", value) for value in values
    )


@given(BARE)
def test_a_raw_value_at_the_top_is_taken_whole(value: str) -> None:
    assert filters.top(Field("a"), f"neq.{value}", depth=1).value == value


@given(
    st.sampled_from(
        ["select", "or", "and", "not.or", "order", "limit", "columns", "on_conflict", "a", "a->b", "a.b"]
    ),
    st.text('abc()"\\,.:*->!{}1 ', max_size=30) | VALUE,
    st.booleans(),
)
def test_any_text_parses_or_is_refused(name: str, value: str, call: bool) -> None:
    try:
        query = parse([(name, value)], call=call, depth=6)
    except (ParseError, UnknownEmbed, BadRange):
        return
    assert isinstance(query, Query)


@given(st.binary(max_size=60))
def test_any_bytes_are_pairs_or_are_refused(query: bytes) -> None:
    try:
        found = pairs(query)
    except ParseError:
        return
    assert pairs(canonical(found).encode()) == sorted(found, key=lambda pair: pair[0])
