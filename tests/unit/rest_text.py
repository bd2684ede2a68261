"""A statement of the REST part as text, for the tests that compare it."""

from __future__ import annotations

from supachat.server.rest.sql import Statement


def told(statement: Statement) -> tuple[str, list[object]]:
    """The statement with its parameters as %s, and their values in order."""
    text = statement.text.as_string(None)
    values = dict(statement.values)
    for name in values:
        text = text.replace(f"%({name})s", "%s")
    return text, list(values.values())
