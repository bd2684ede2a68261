"""Which recordings of the real Realtime server run against ours, under which settings, and why some do not.

Every recording in `data/realtime` is named here, in RUN or in LEFT_OUT; a test holds us to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One recording. `limits` are fields of RealtimeLimits; `skip` are line numbers (from 1) not played.

    `headers` go with the handshake of that line, `requests` are made when that line is reached, `prepare`
    is SQL that brings the database to where it was when the recording began.
    """

    limits: Mapping[str, Any] = field(default_factory=dict)
    skip: frozenset[int] = frozenset()
    why_skipped: str = ""
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    unordered: bool = False
    requests: Mapping[int, tuple[str, str, Any]] = field(default_factory=dict)
    server_stops_at: int | None = None
    prepare: str = "select"


PLAIN = Case()

HTTP_SEND = (  # what the Python client's http_send sends; the recording shows only its effect
    "POST",
    "/api/broadcast/room:py/events/via-http?private=true",
    {
        "headers": {"Authorization": "Bearer <JWT role=authenticated sub=alice exp=+1800s>"},
        "json": {"n": 2},
    },
)

RUN: Mapping[str, Case] = {
    "01-public-join-v1": PLAIN,
    "02-private-join-allowed": PLAIN,
    "03-private-join-denied": PLAIN,
    "04-connect-errors": Case(
        skip=frozenset({19, 27}),
        why_skipped="there are no tenants here, and our path is the one that was wrong there",
        headers={22: {"x-api-key": "<JWT role=anon exp=+3600s>"}},
    ),
    "05-join-token-errors-claims": PLAIN,
    "05-join-token-errors-empty": PLAIN,
    "05-join-token-errors-expired": PLAIN,
    "05-join-token-errors-garbage": PLAIN,
    "05-join-token-errors-noexp": PLAIN,
    "05-join-token-errors-null": PLAIN,
    "05-join-token-errors-number": PLAIN,
    "05-join-token-errors-sb": PLAIN,
    "05-join-token-errors-signature": PLAIN,
    "06-token-refresh-and-expiry": PLAIN,
    "07-refresh-error-claims": PLAIN,
    "07-refresh-error-denied": PLAIN,
    "07-refresh-error-expired": PLAIN,
    "07-refresh-error-garbage": PLAIN,
    "07-refresh-error-signature": PLAIN,
    "08-rights-revoked": PLAIN,
    "10-broadcast-self-ack": PLAIN,
    "11-broadcast-two-clients": PLAIN,
    "12-broadcast-write-denied": PLAIN,
    "13-presence-two-clients": PLAIN,
    "20-postgres-changes": PLAIN,
    "21-postgres-changes-rls": PLAIN,
    "23-broadcast-from-database": PLAIN,
    "24-replay": Case(unordered=True),
    "25-broadcast-changes-sql-errors": PLAIN,
    "30-heartbeat-unknown-malformed": PLAIN,
    "31-payload-size": PLAIN,
    "33-vsn2": Case(
        prepare="alter sequence public.open_t_id_seq restart with 10",
        skip=frozenset({40}),
        why_skipped="the real server sends text there that is no JSON; ours sends nothing",
    ),
    "34-http-broadcast": Case(
        skip=frozenset({113, 114, 116, 117, 119, 120}), why_skipped="no tenants here, and no /healthcheck"
    ),
    "35-idle-timeout": Case(limits={"idle": 1.0}),
    "39-server-shutdown": Case(server_stops_at=5),
    "40-limit-channels": Case(limits={"channels_per_socket": 3}),
    "41-limit-users": Case(limits={"users": 2}),
    "42-limit-joins": Case(limits={"joins_per_second": 1}),
    "43-limit-messages": Case(limits={"events_per_second": 5}),
    "47-limit-presence-tenant": Case(limits={"presence_per_second": 1, "presence_calls": 1000}),
    "50-python-client-session": Case(requests={32: HTTP_SEND}),
    "51-python-client-denied": PLAIN,
}

LEFT_OUT: Mapping[str, str] = {
    "11b-slow-reader": "needs a socket that does not read; test_realtime_sockets has one",
    "13b-presence-ghost": "a minute of silence; test_realtime_sockets has it with a short idle time",
    "26-logical-decoding-refused": "we read through pgoutput, which PostgreSQL always has",
    "36-forged-frame-vsn1": "there a frame can be forged; test_realtime_sockets shows ours does not",
    "37-no-channel-sweep": "our sockets without channels cost nothing and are left alone",
    "38-admin-api": "no tenants, so no tenant API",
    "45-private-only-tenant": "no tenants",
    "46-suspended-tenant": "no tenants",
    "48-tenant-database-down": "database and gateway are one here; test_realtime_stream cuts the stream",
    "53-python-client-reconnect": "how the Erlang machine dies; 39 has what a client sees of ours",
}
