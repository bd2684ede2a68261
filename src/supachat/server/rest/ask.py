"""One HTTP request as plain values: what is asked, of which schema, in which form. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supachat.server.rest import errors, parse, prefer
from supachat.server.rest.parse import Pairs
from supachat.server.rest.prefer import Preferences
from supachat.server.rest.sql import Form
from supachat.server.rest.tree import Aggregate, BadRange, Node, ParseError, Query, UnknownEmbed

READS = frozenset({"GET", "HEAD"})
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
ROOT = ""
"""The name of what stands above all tables: the description of the API."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`name` is a table's or, with `rpc`, a function's, or ROOT. `body` is raw."""

    method: str
    schema: str
    name: str
    rpc: bool
    pairs: Pairs
    query: Query
    preferences: Preferences
    form: Form
    media: str
    window: tuple[int, int | None]
    content_type: str | None
    body: bytes
    accept: str | None = None

    @property
    def reads(self) -> bool:
        return self.method in READS


def ask(
    method: str,
    path: str,
    query: bytes,
    headers: Mapping[str, str],
    prefers: Sequence[str],
    body: bytes,
    *,
    schemas: Sequence[str],
    depth: int,
) -> Ask:
    """The request, or a RestError. `path` is what follows /rest/v1/."""
    rpc, name = _target(method, path)
    if method not in METHODS:
        raise errors.method_not_supported(method)
    if rpc and method not in ("GET", "HEAD", "POST", "OPTIONS"):
        raise errors.no_such_call(method)
    reads = method in READS
    profile = headers.get("accept-profile" if reads else "content-profile")
    plain = method == "OPTIONS" or name == ROOT
    pairs, tree = ([], Query(Node())) if plain else _parsed(query, depth, call=rpc and reads)
    form, media = prefer.form(None if plain else headers.get("accept"))
    return Ask(
        method,
        _schema(profile, schemas),
        name,
        rpc,
        pairs,
        tree,
        prefer.preferences(prefers),
        form,
        media,
        prefer.window(headers.get("range")) if method == "GET" else (0, None),
        headers.get("content-type"),
        body,
        headers.get("accept"),
    )


def _parsed(query: bytes, depth: int, *, call: bool) -> tuple[Pairs, Query]:
    try:
        pairs = parse.pairs(query)
        if any("\0" in name or "\0" in value for name, value in pairs):
            raise errors.zero_byte()
        return pairs, parse.parse(pairs, depth=depth, call=call)
    except ParseError as error:
        raise errors.bad_query(str(error), error.why) from error
    except UnknownEmbed as error:
        raise errors.unknown_embed(error.name) from error
    except Aggregate as error:
        raise errors.no_aggregates() from error
    except BadRange as error:
        raise errors.bad_range(str(error)) from error


def _target(method: str, path: str) -> tuple[bool, str]:
    parts = path.removesuffix("/").split("/")
    if parts == [""] and method in (*READS, "OPTIONS"):
        return False, ROOT
    if len(parts) == 1 and parts[0] and parts[0] != "rpc":
        return False, parts[0]
    if len(parts) == 2 and parts[0] == "rpc" and parts[1]:
        return True, parts[1]
    raise errors.bad_path()


def _schema(profile: str | None, schemas: Sequence[str]) -> str:
    if profile is None:
        return schemas[0]
    if profile not in schemas:
        raise errors.schema_not_exposed(profile, schemas)
    return profile
