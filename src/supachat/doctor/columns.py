"""The cures and questions that `dialect check` prints as SQL, and what a column's type has to be. Pure."""

from __future__ import annotations

import re

from supachat.dialects import uses

_RESERVED = frozenset(
    {
        *("all", "and", "as", "asc", "case", "check", "column", "default", "desc", "do", "else", "end"),
        *("for", "foreign", "from", "grant", "group", "in", "limit", "not", "null", "offset", "on", "only"),
        *("or", "order", "primary", "references", "select", "table", "then", "to", "union", "unique"),
        *("user", "using", "when", "where", "window", "with"),
    }
)
"""Words of SQL that name no column without quotes."""


def named(*parts: str) -> str:
    """A name with what it is in before it, in quotes where SQL would take it for another.

    >>> named("public", "messages"), named("public", "Message"), named("order")
    ('public.messages', 'public."Message"', '"order"')
    """
    plain = (re.fullmatch(r"[a-z_][a-z0-9_]*", one) and one not in _RESERVED for one in parts)
    return ".".join(one if fits else f'"{one}"' for one, fits in zip(parts, plain, strict=True))


def add_column(schema: str, table: str, column: str, kind: str) -> str:
    type_ = "timestamptz not null default now()" if kind == uses.TIME else "text"
    change = f"alter table {named(schema, table)} add column {named(column)} {type_};"
    return f"{change}  -- or name another in the map"


def change_type(schema: str, table: str, column: str, kind: str) -> str:
    type_ = "timestamptz" if kind == uses.TIME else "text"
    name = named(column)
    return f"alter table {named(schema, table)} alter column {name} type {type_} using {name}::{type_};"


def not_null(schema: str, table: str, column: str) -> str:
    return f"alter table {named(schema, table)} alter column {named(column)} set not null;"


def single_key(schema: str, table: str, column: str) -> str:
    return f"create unique index on {named(schema, table)} ({named(column)});"


def publish(schema: str, table: str) -> str:
    return f"alter publication supabase_realtime add table {named(schema, table)};"


def identity(schema: str, table: str) -> str:
    return f"alter table {named(schema, table)} replica identity default;"


def row_security(schema: str, table: str) -> str:
    change = f"alter table {named(schema, table)} enable row level security;"
    return f"{change}  -- then policies, or nobody reads it"


def look_nulls(schema: str, table: str) -> str:
    return (
        "select attname, attnotnull from pg_attribute\n"
        f"  where attrelid = '{named(schema, table)}'::regclass and attnum > 0 and not attisdropped;"
    )


def look_identity(schema: str, table: str) -> str:
    """d is the key, f the whole row, i an index, n nothing. Without row level security whoever has the
    publishable key reads all of it."""
    return (
        f"select relreplident, relrowsecurity from pg_class where oid = '{named(schema, table)}'::regclass;"
    )


def fits(kind: str, wanted: str) -> bool:
    """Whether a column of type `kind`, empty where it takes any text, is what the map takes it for."""
    if wanted == uses.TIME:
        return kind.startswith("timestamp")
    return kind in ("", "text", "citext") or kind.startswith("character")
