"""The rules that every shipped SQL file keeps, read from its statements: names, rights, what it touches."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from supachat.dialects import catalog

SCHEMA = "somewhere"
# by their files: the SQL of a dialect keeps the rules also before there is a map for it
NAMES = sorted({path.name.partition(".")[0] for path in Path(catalog.__file__).parent.glob("*.sql")})
COMMENT = re.compile(r"--[^\n]*")
PIECE = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'|;", re.DOTALL)
TOPIC = re.compile(r"'([a-z-]+:)%?'")
SIGNATURE = re.compile(r"function (\S+?) ?\((.*?)\) returns", re.DOTALL)


def statements(name: str) -> list[str]:
    """The file's statements, in small letters, on one line, without comments."""
    text = COMMENT.sub("", catalog.sql(name, SCHEMA))
    found, begin = [], 0
    for piece in PIECE.finditer(text):
        if piece.group() == ";":
            found.append(" ".join(text[begin : piece.start()].lower().split()))
            begin = piece.end()
    assert not text[begin:].strip()
    return found


@pytest.fixture(params=NAMES)
def told(request: pytest.FixtureRequest) -> list[str]:
    return statements(request.param)


def those(told: list[str], start: str) -> list[str]:
    return [statement for statement in told if re.match(start, statement)]


def said_of(told: list[str], start: str, end: str) -> set[str]:
    """What the statements `start THIS, THAT end` are about: tables, or functions with their types."""
    found = {s[len(start) : -len(end)] for s in told if s.startswith(start) and s.endswith(end)}
    return {one.strip() for some in found for one in re.split(r",(?![^(]*\))", some)}


def head(statement: str) -> str:
    """A function's statement without its body."""
    return statement.split("$$")[0]


def signature(statement: str) -> str:
    """`schema.name(types)` of a `create function`."""
    found = SIGNATURE.search(statement)
    assert found, statement
    types = [
        argument.split(" default ")[0].split(None, 1)[1]
        for argument in found[2].split(",")
        if argument.strip()
    ]
    return f"{found[1]}({', '.join(types)})"


def test_it_is_one_transaction_that_begins_with_its_check(told: list[str]) -> None:
    assert told[0] == "begin"
    assert told[-1] == "commit"
    assert told.count("begin") == told.count("commit") == 1
    assert told[1].startswith("do $check$")
    body = told[1].split("$check$")[1]
    assert not re.search(
        r"\b(create|alter|drop|grant|revoke|insert|update|delete)\b", re.sub(r"'[^']*'", "", body)
    )


def test_every_table_has_row_level_security_and_nothing_for_strangers(told: list[str]) -> None:
    tables = {statement.split()[5] for statement in those(told, "create table if not exists ")}
    closed = said_of(told, "revoke all on table ", " from public, anon, authenticated")
    assert tables
    for table in tables:
        assert table.startswith(f"{SCHEMA}.")
        assert f"alter table {table} enable row level security" in told
        assert table in closed
    assert [s for s in those(told, "grant ") if re.search(r"\b(anon|public)\b", s.split(" to ")[-1])] == []


def test_every_table_is_made_only_where_it_is_missing(told: list[str]) -> None:
    for statement in those(told, "create (table|index|unique index|schema)"):
        assert " if not exists " in statement
    for statement in those(told, "create (or replace )?(function|trigger|view)"):
        assert statement.startswith("create or replace ")


def test_every_function_is_closed_and_finds_nothing_by_its_path(told: list[str]) -> None:
    functions = those(told, "create or replace function ")
    closed = said_of(told, "revoke execute on function ", " from public, anon, authenticated")
    assert functions
    for statement in functions:
        name = signature(statement)
        assert name.startswith(f"{SCHEMA}."), name
        assert "set search_path = ''" in head(statement), name
        assert name in closed, name
        if " security definer " not in head(statement):
            assert " immutable " in head(statement), name
    granted = {s.split(" to ")[-1] for s in those(told, "grant execute ")}
    assert granted == {"authenticated"}


def test_what_policies_ask_never_raises(told: list[str]) -> None:
    bodies = {signature(s).split("(")[0]: s for s in those(told, "create or replace function ")}
    for statement in those(told, "create policy "):
        for called in re.findall(
            rf"({SCHEMA}\.\w+) ?\(", statement.split(" on ", 1)[1].split(" to ", 1)[1]
        ):
            body = bodies[called]
            careful = "exception when others then" in body
            # elsewhere a query whose every part is careful will do
            assert careful or (" on realtime.messages " not in statement and "language sql" in body), called


def test_policies_and_triggers_carry_the_schemas_name(told: list[str]) -> None:
    named = [s.split()[2] for s in those(told, "create policy ")]
    named += [s.split()[4] for s in those(told, "create or replace trigger ")]
    named += [s.split()[4] for s in those(told, "drop policy if exists ")]
    assert named
    assert [name for name in named if not name.startswith(f"supachat_{SCHEMA}_")] == []
    made = {tuple(s.split()[2:5]) for s in those(told, "create policy ")}
    assert made == {tuple(s.split()[4:7]) for s in those(told, "drop policy if exists ")}


def test_it_touches_nothing_else_in_auth_and_realtime(told: list[str]) -> None:
    """One trigger on auth.users and policies on realtime.messages; else it only reads and calls."""
    touching = [
        s
        for s in told
        if re.match(r"(create|alter|drop|grant|revoke|insert|update|delete|truncate|comment)", s)
    ]
    for statement in touching:
        target = head(statement)
        if re.match(r"(create|drop) policy ", statement):
            assert re.search(r" on (somewhere\.\w+|realtime\.messages)\b", target), statement
        elif statement.startswith("create or replace trigger "):
            assert re.search(
                r" on (somewhere\.\w+|auth\.users) for each row (when \(.*\) )?"
                r"execute function somewhere\.",
                target,
            )
        else:
            bare = target.replace("references auth.users (id) on delete cascade", "")
            assert not re.search(r"\b(auth|realtime|storage|extensions)\.", bare), statement
    assert len([s for s in touching if " on auth.users " in s and "trigger" in s]) <= 1
    for body in those(told, "create or replace function "):
        writes = re.findall(r"\b(?:insert into|update|delete from) ([a-z_]+)\.", body)
        assert set(writes) <= {SCHEMA}


def test_no_client_may_speak_where_rows_are_told(told: list[str]) -> None:
    """Insert policies on realtime.messages that allow something ask a function that knows typing only."""
    for statement in those(told, "create policy .* on realtime.messages "):
        allows = " as restrictive " not in statement and " for select " not in statement
        if allows:
            assert "may_speak" in statement
            assert " for insert to authenticated " in statement


def test_what_speaks_speaks_on_the_twin_only(told: list[str]) -> None:
    """Typing, presence and hints: every topic that carries rows is sealed."""
    (speak,) = (s for s in those(told, "create or replace function ") if ".supachat_may_speak(" in head(s))
    heads = set(TOPIC.findall(speak.split("$$")[1]))
    assert heads
    assert [name for name in heads if not name.endswith("typing:")] == []


@pytest.mark.parametrize(("one", "other"), itertools.combinations(NAMES, 2))
def test_no_two_dialects_share_a_topic(one: str, other: str) -> None:
    """But what a person is told: there both say the same, that they alone hear and nobody speaks."""
    shared = topics(one) & topics(other)
    assert shared <= {"user:"}


def topics(name: str) -> set[str]:
    """How the topics begin that a dialect's people may hear."""
    functions = those(statements(name), "create or replace function ")
    (listen,) = (s for s in functions if ".supachat_may_listen(" in head(s))
    found = set(TOPIC.findall(listen))
    assert len(found) >= 3
    return found


def test_it_wants_no_extension_and_publishes_only_what_is_not_yet(told: list[str]) -> None:
    assert those(told, "create extension") == []
    assert those(told, "(create|alter|drop) publication") == []
    for block in those(told, "do "):
        if "publication add" in block or "alter publication" in block:
            assert block.startswith("do $publication$")
            assert "alter publication supabase_realtime add table" in block
            assert "not exists ( select from pg_publication_tables" in block


def test_nothing_is_published_that_nobody_may_read(told: list[str]) -> None:
    readable = said_of(told, "grant select on table ", " to authenticated") | said_of(
        told, "grant select, delete on table ", " to authenticated"
    )
    for block in those(told, re.escape("do $publication$")):
        found = re.search(r"array array\[(.*?)\]", block)
        assert found
        for table in re.findall(r"'(\w+)'", found[1]):
            assert f"{SCHEMA}.{table}" in readable
            assert those(told, f"create policy .* on {SCHEMA}.{table} for select to authenticated ")


def test_row_level_security_is_never_turned_off_or_run_as_somebody_else(told: list[str]) -> None:
    for statement in told:
        assert "disable row level" not in statement
        assert not re.match(r"(set|reset) (session|local|role)", statement)
