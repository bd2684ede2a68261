"""The cures that are SQL, for whoever owns the database. Names come from the dialect's map. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from supachat.dialects import catalog
from supachat.dialects.calls import Call, Insert
from supachat.doctor import columns


def install(dialect: str, schema: str, code: str) -> str:
    """The tables are not there, or not open to the REST API; without a code the rows do not fit the map."""
    lines = []
    if dialect in catalog.names():
        lines.append(f"Run as postgres what this prints: supachat dialect sql {dialect}")
    if code == "PGRST106" or (code and schema != "public"):
        lines.append(f"Add {schema} to the exposed schemas in the project's API settings")
    return "\n".join(lines) or (
        "Mend the map, or the tables that it names. If dialect guess wrote SQL beside the map, run that"
        " first"
    )


def grants(dialect: str, schema: str) -> str:
    if dialect in catalog.names():
        return f"Run as postgres what this prints: supachat dialect sql {dialect}"
    return f"grant usage on schema {schema} to authenticated; and grant what the map names"


def functions(dialect: str, schema: str, lost: Sequence[str]) -> str:
    """What brings them back, or the rights to call them."""
    names = ", ".join(f"'{name}'" for name in lost)
    again = f"\nElse run as postgres what this prints: supachat dialect sql {dialect}"
    return (
        "Run as postgres what this prints, a line for each that is there:\n"
        "select format('grant execute on function %s to authenticated;', oid::regprocedure) from pg_proc\n"
        f"  where pronamespace = '{schema}'::regnamespace and proname in ({names});"
        + (again if dialect in catalog.names() else "\nElse make them, or name others in the map")
    )


def policies(schema: str, table: str, verb: str = "write") -> str:
    return (
        f"See what lets whom {verb}:\n"
        f"select policyname, cmd, roles, {'with_check' if verb == 'write' else 'qual'} from pg_policies\n"
        f"  where schemaname = '{schema}' and tablename = '{table}';"
    )


def writing(schema: str, table: str, call: Call) -> str:
    """A plain insert needs the right to insert, beside a policy; a function has its owner's."""
    grant = (
        f"grant insert on {columns.named(schema, table)} to authenticated;\n"
        if isinstance(call, Insert)
        else ""
    )
    return grant + policies(schema, table)


def listening(dialect: str = "") -> str:
    again = f"\nTo have them anew, run as postgres what this prints: supachat dialect sql {dialect}"
    return (
        "See who may listen where:\n"
        "select policyname, cmd, qual from pg_policies\n"
        "  where schemaname = 'realtime' and tablename = 'messages';"
        + (again if dialect in catalog.names() else "")
    )


def telling() -> str:
    return (
        "See who may broadcast where:\n"
        "select policyname, cmd, roles, with_check from pg_policies\n"
        "  where schemaname = 'realtime' and tablename = 'messages' and cmd in ('INSERT', 'ALL');"
    )


def publication(schema: str, table: str) -> str:
    name = columns.named(schema, table)
    return (
        "See both as postgres:\n"
        "select tablename from pg_publication_tables where pubname = 'supabase_realtime'\n"
        f"  and schemaname = '{schema}' and tablename = '{table}';\n"
        f"select relreplident from pg_class where oid = '{name}'::regclass;  -- f is full, d is the key\n"
        "Where the first has no row:\n"
        f"alter publication supabase_realtime add table {name};"
    )
