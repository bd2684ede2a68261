"""Every answer that is an error, in PostgREST's codes, words and status. Pure.

Knows nothing of HTTP objects: `respond` writes them. Must never put a secret or a stack into a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from supachat.server.catalog import Function, Name
from supachat.server.rest.nearness import nearest
from supachat.server.tokens import Fault, TokenError

FRAME: Final = frozenset({"content-length", "transfer-encoding", "connection", "upgrade", "trailer"})
"""Headers that say where an answer ends: no function of a project may set them."""


class RestError(Exception):
    """One error answer: HTTP status, code, message, details, hint and extra headers."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Any = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.details, self.hint = details, hint
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "details": self.details, "hint": self.hint, "message": self.message}


class UnknownName(RestError):
    """A name that this catalog does not hold; a newer one may."""


def bad_query(message: str, why: str) -> RestError:
    return RestError(400, "PGRST100", message, details=why)


def bad_body(message: str) -> RestError:
    return RestError(400, "PGRST102", message)


def bad_range(details: str) -> RestError:
    return RestError(416, "PGRST103", "Requested range not satisfiable", details=details)


def beyond_the_end(offset: int, total: int) -> RestError:
    error = bad_range(f"An offset of {offset} was requested, but there are only {total} rows.")
    error.headers["content-range"] = f"*/{total}"
    return error


def no_such_call(method: str) -> RestError:
    return RestError(405, "PGRST101", f"Cannot use the {method} method on RPC")


def schema_not_exposed(schema: str, exposed: Sequence[str]) -> RestError:
    hint = "Only the following schemas are exposed: " + ", ".join(exposed)
    return RestError(406, "PGRST106", f"Invalid schema: {schema}", hint=hint)


def not_acceptable(accept: str) -> RestError:
    return RestError(406, "PGRST107", f"None of these media types are available: {accept}")


def unknown_embed(name: str) -> RestError:
    return RestError(
        400,
        "PGRST108",
        f"'{name}' is not an embedded resource in this request",
        hint=f"Verify that '{name}' is included in the 'select' query parameter.",
    )


def not_single(rows: int) -> RestError:
    message = "Cannot coerce the result to a single JSON object"
    return RestError(406, "PGRST116", message, details=f"The result contains {rows} rows")


def method_not_supported(method: str) -> RestError:
    return RestError(405, "PGRST117", f"Unsupported HTTP method: {method}")


def bad_preferences(names: Iterable[str]) -> RestError:
    message = "Invalid preferences given with handling=strict"
    return RestError(400, "PGRST122", message, details="Invalid preferences: " + ", ".join(names))


def too_many_affected(rows: int) -> RestError:
    message = "Query result exceeds max-affected preference constraint"
    return RestError(400, "PGRST124", message, details=f"The query affects {rows} rows")


def no_aggregates() -> RestError:
    return RestError(400, "PGRST123", "Use of aggregate functions is not allowed")


def not_orderable(parent: str, child: str) -> RestError:
    return RestError(
        400,
        "PGRST118",
        f"A related order on '{child}' is not possible",
        details=f"'{parent}' and '{child}' do not form a many-to-one or one-to-one relationship",
    )


def bad_headers() -> RestError:
    message = (
        "response.headers guc must be a JSON array composed of objects with a single key and a string value"
    )
    return RestError(500, "PGRST111", message)


def bad_status() -> RestError:
    return RestError(500, "PGRST112", "response.status guc must be a valid status code")


def no_window_for_put() -> RestError:
    return RestError(400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT")


def put_needs_key() -> RestError:
    message = "Filters must include all and only primary key columns with 'eq' operators"
    return RestError(405, "PGRST105", message)


def put_other_key() -> RestError:
    return RestError(400, "PGRST115", "Payload values do not match URL in primary key column(s)")


def not_counted() -> RestError:
    message = (
        "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"
    )
    return RestError(400, "PGRST128", message)


def bad_path() -> RestError:
    return RestError(404, "PGRST125", "Invalid path specified in request URL")


def no_relationship(parent: str, child: str, schema: str, hint: str | None) -> RestError:
    using = f" using the hint '{hint}'" if hint else ""
    details = (
        f"Searched for a foreign key relationship between '{parent}' and '{child}'{using} in the schema "
        f"'{schema}', but no matches were found."
    )
    message = f"Could not find a relationship between '{parent}' and '{child}' in the schema cache"
    return UnknownName(400, "PGRST200", message, details=details)


def many_relationships(
    parent: str, child: str, found: Sequence[Mapping[str, str]], hints: Iterable[str]
) -> RestError:
    choices = ", ".join(f"'{child}!{hint}'" for hint in hints)
    return RestError(
        300,
        "PGRST201",
        f"Could not embed because more than one relationship was found for '{parent}' and '{child}'",
        details=list(found),
        hint=f"Try changing '{child}' to one of the following: {choices}. "
        "Find the desired relationship in the 'details' key.",
    )


def no_function(
    name: Name, given: Iterable[str], *, posted: bool, known: Mapping[Name, Sequence[Function]]
) -> RestError:
    """`known` are the functions that there are: another one of `name`, else a similar name, is the hint."""
    (schema, function), names = name, sorted(given)
    plural = "parameters" if len(names) > 1 else "parameter"
    taking = f" with {plural} {', '.join(names)}" if names else " without parameters"
    lone = " or with a single unnamed json/jsonb parameter" if posted else ""
    called = f"({', '.join(names)})" if names else " without parameters"
    return UnknownName(
        404,
        "PGRST202",
        f"Could not find the function {schema}.{function}{called} in the schema cache",
        details=f"Searched for the function {schema}.{function}{taking}{lone}, "
        "but no matches were found in the schema cache.",
        hint=_other_function(name, names, known),
    )


def _other_function(name: Name, given: list[str], known: Mapping[Name, Sequence[Function]]) -> str | None:
    schema, called = name
    if name in known:
        lists = [", ".join(sorted(part.name for part in one.parameters)) for one in known[name]]
        near = nearest(f"({', '.join(given)})", [f"({names})" for names in lists])
        found = near and called + near
    else:
        found = nearest(called, [one for owner, one in known if owner == schema])
    return f"Perhaps you meant to call the function {schema}.{found}" if found else None


def many_functions(found: Sequence[Function]) -> RestError:
    def written(function: Function) -> str:
        parameters = ", ".join(f"{part.name} => {part.type}" for part in function.parameters)
        return f"{function.schema}.{function.name}({parameters})"

    ordered = sorted(found, key=lambda one: [(part.name, part.type) for part in one.parameters])
    return RestError(
        300,
        "PGRST203",
        "Could not choose the best candidate function between: " + ", ".join(map(written, ordered)),
        hint="Try renaming the parameters or the function itself in the database "
        "so function overloading can be resolved",
    )


def no_column_to_write(table: str, column: str) -> RestError:
    return UnknownName(
        400, "PGRST204", f"Could not find the '{column}' column of '{table}' in the schema cache"
    )


def no_table(name: Name, known: Sequence[str]) -> RestError:
    schema, table = name
    near = nearest(table, known)
    hint = f"Perhaps you meant the table '{schema}.{near}'" if near else None
    return UnknownName(
        404, "PGRST205", f"Could not find the table '{schema}.{table}' in the schema cache", hint=hint
    )


def no_column(table: str, column: str) -> RestError:
    return UnknownName(400, "42703", f"column {table}.{column} does not exist")


def no_type(name: str) -> RestError:
    return RestError(400, "42704", f'type "{name}" does not exist')


def zero_byte() -> RestError:
    return RestError(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')


def pool_busy() -> RestError:
    return RestError(504, "PGRST003", "Timed out acquiring connection from connection pool.")


def database_gone() -> RestError:
    return RestError(503, "PGRST001", "Database client error. Retrying the connection.")


def role_refused(role: str) -> RestError:
    return RestError(403, "42501", f'permission denied to set role "{role}"')


def no_catalog() -> RestError:
    return RestError(503, "PGRST002", "Could not query the database for the schema cache. Retrying.")


_TOKEN_WORDS = {
    Fault.MALFORMED: ("PGRST301", "JWT couldn't be decoded"),
    Fault.ALGORITHM: ("PGRST301", "Wrong or unsupported encoding algorithm"),
    Fault.SIGNATURE: ("PGRST301", "JWT cryptographic operation failed"),
    Fault.CLAIMS: ("PGRST303", "Parsing claims failed"),
    Fault.NOT_YET: ("PGRST303", "JWT not yet valid"),
    Fault.EXPIRED: ("PGRST303", "JWT expired"),
}


def bad_token(error: TokenError, token: str) -> RestError:
    """`token` is only counted, never repeated."""
    code, message = _TOKEN_WORDS[error.fault]
    parts = token.count(".") + 1
    if parts != 3:
        message = f"Expected 3 parts in JWT; got {parts}"
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    return RestError(401, code, message, headers={"www-authenticate": challenge})
