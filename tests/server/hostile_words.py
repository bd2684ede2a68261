"""What attackers say, as strategies: frames of both versions, and addresses with bodies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

INJECTED = st.sampled_from(
    [
        "nextval('public.trap')", "'; select nextval('public.trap'); --",
        "x' or nextval('public.trap')>0 or '", '"; select nextval(\'public.trap\'); --',
        "id=eq.1);select nextval('public.trap')", "pg_sleep(60)", "canary", "public.canary",
        "$$", "\\", "%s", "%(x)s", "{0}", "*", "../..", "realtime:", "phoenix",
        "\u0000", "\ud800", "\u202e", "NaN", "1e999", "-0", "9" * 400, "a" * 5000,
    ]
)  # fmt: skip
TEXT = INJECTED | st.text(max_size=20)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
BINDING = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(["*", "INSERT", "UPDATE"]) | JSON,
        "schema": st.sampled_from(["public", "*"]) | JSON,
        "table": st.sampled_from(["notes", "*", "canary"]) | JSON,
        "filter": st.builds("{}={}.{}".format, st.sampled_from(["id", "body", "at"]) | TEXT,
                            st.sampled_from(["eq", "in", "lt"]) | TEXT, TEXT) | JSON,
        "select": JSON,
    },
)  # fmt: skip
CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "private": st.booleans() | JSON,
        "broadcast": st.fixed_dictionaries({}, optional={"ack": JSON, "self": JSON, "replay": JSON}) | JSON,
        "presence": st.fixed_dictionaries({}, optional={"enabled": JSON, "key": JSON}) | JSON,
        "postgres_changes": st.lists(BINDING, max_size=3) | JSON,
    },
)
EVENT = st.sampled_from(["phx_join", "phx_leave", "broadcast", "presence", "access_token", "heartbeat"])
TOPIC = st.sampled_from(["realtime:one", "realtime:two"]) | st.builds("realtime:{}".format, TEXT)
PAYLOAD = (
    st.fixed_dictionaries({}, optional={"config": CONFIG | JSON, "access_token": JSON})
    | st.fixed_dictionaries({"event": JSON, "payload": JSON}, optional={"type": JSON})
    | JSON
)
PARTS = st.tuples(JSON, JSON, TOPIC | JSON, EVENT | JSON, PAYLOAD)


def by_name(parts: tuple[Any, ...]) -> Any:
    """The five parts of a frame as version 1 has them."""
    return dict(zip(("join_ref", "ref", "topic", "event", "payload"), parts, strict=True))


FRAMES = {
    "1.0.0": st.text() | st.binary() | JSON.map(json.dumps) | PARTS.map(by_name).map(json.dumps),
    "2.0.0": st.text() | st.binary() | JSON.map(json.dumps) | PARTS.map(list).map(json.dumps)
    | st.builds(bytes.__add__, st.binary(min_size=1, max_size=8), st.binary(max_size=40)),
}  # fmt: skip


NAMES = (
    st.sampled_from(["notes", "echo", "canary", "rpc/echo", "rpc/nextval", "", "pg_class", "auth.users"])
    | TEXT
)
COLUMNS = (
    st.sampled_from(["id", "body", "data->a", "data->>b", "tags", "notes(*)", "parent(id)", "*", "count()"])
    | TEXT
)
OPERATORS = (
    st.sampled_from(["eq", "neq", "in", "is", "fts", "cs", "like", "not.eq", "eq(any)", "ov", "sl"]) | TEXT
)
VALUES = st.sampled_from(["1", "null", "(1,2)", "{a,b}", "[1,2)", "true"]) | TEXT
FILTERS = st.tuples(COLUMNS, st.builds("{}.{}".format, OPERATORS, VALUES))
ENDS = st.sampled_from(["", "::int", "::text)", ":x", "!inner(*)", "("])
SELECTS = st.tuples(st.just("select"), st.lists(st.builds("{}{}".format, COLUMNS, ENDS)).map(",".join))
ORDERS = st.tuples(
    st.sampled_from(["order", "limit", "offset", "on_conflict", "columns", "and", "or", "said"]), TEXT
)
QUERIES = st.lists(FILTERS | SELECTS | ORDERS | st.tuples(TEXT, TEXT), max_size=4)
PREFER = st.sampled_from(
    ["", "return=representation", "count=exact", "handling=strict", "resolution=merge-duplicates"]
)
BODIES = JSON.map(json.dumps) | TEXT
METHODS = st.sampled_from(
    ["GET", "GET", "GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE"]
)
