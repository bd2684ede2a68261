"""Why a plain insert was refused, and what of the map or the project to change. Pure.

A function that makes the row knows who calls it and whether the thread is there; an insert is told only
that it may not, so the ways in which that goes wrong are said here.
"""

from __future__ import annotations

from postgrest.exceptions import APIError

from supachat.domain.errors import NotAllowed, NotFound, Refused, SupachatError

BY_FUNCTION = (
    "Send by a function that makes the row: [send] rpc in the map, as the shipped direct.toml has it"
)


def insert_error(error: APIError, refusal: SupachatError) -> SupachatError:
    """`refusal` with what it means where a row was to be inserted as it is."""
    code, words = str(error.code or ""), (error.message or "").lower()
    if code == "42501" and "permission denied" in words:
        return NotAllowed(
            "you have no right to insert into that table",
            cure="Grant insert on it to authenticated; `supachat dialect check` prints the SQL",
        )
    if code == "42501":
        return NotAllowed(
            "row level security refused the new row: it names another author, or the thread is not yours",
            cure=BY_FUNCTION,
        )
    if code == "23503":
        return NotFound(
            "the thread is not there yet", cure="Start it with the person: ctrl+n, or `supachat send @name`"
        )
    if code == "23502":
        return Refused(
            "the table wants a column that the map does not fill",
            cure="Name it under [send.params] in the map",
        )
    return refusal
