"""The cures and questions that `dialect check` prints as SQL, and what a column's type has to be. Pure."""

from __future__ import annotations

from supachat.dialects import uses


def add_column(schema: str, table: str, column: str, kind: str) -> str:
    type_ = "timestamptz not null default now()" if kind == uses.TIME else "text"
    return f"alter table {schema}.{table} add column {column} {type_};  -- or name another in the map"


def change_type(schema: str, table: str, column: str, kind: str) -> str:
    type_ = "timestamptz" if kind == uses.TIME else "text"
    return f"alter table {schema}.{table} alter column {column} type {type_} using {column}::{type_};"


def not_null(schema: str, table: str, column: str) -> str:
    return f"alter table {schema}.{table} alter column {column} set not null;"


def single_key(schema: str, table: str, column: str) -> str:
    return f"create unique index on {schema}.{table} ({column});"


def publish(schema: str, table: str) -> str:
    return f"alter publication supabase_realtime add table {schema}.{table};"


def identity(schema: str, table: str) -> str:
    return f"alter table {schema}.{table} replica identity default;"


def row_security(schema: str, table: str) -> str:
    return f"alter table {schema}.{table} enable row level security;  -- then policies, or nobody reads it"


def look_nulls(schema: str, table: str) -> str:
    return (
        "select attname, attnotnull from pg_attribute\n"
        f"  where attrelid = '{schema}.{table}'::regclass and attnum > 0 and not attisdropped;"
    )


def look_identity(schema: str, table: str) -> str:
    """d is the key, f the whole row, i an index, n nothing. Without row level security whoever has the
    publishable key reads all of it."""
    return f"select relreplident, relrowsecurity from pg_class where oid = '{schema}.{table}'::regclass;"


def fits(kind: str, wanted: str) -> bool:
    """Whether a column of type `kind`, empty where it takes any text, is what the map takes it for."""
    if wanted == uses.TIME:
        return kind.startswith("timestamp")
    return kind in ("", "text", "citext") or kind.startswith("character")
