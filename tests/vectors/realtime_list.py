"""Which recordings of the real Realtime server run against ours, under which settings, and why some do not.

Every recording in `data/realtime` is named here, in RUN or in LEFT_OUT; a test holds us to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.vectors.realtime_acts import Act, caught_up, flood, read_again, stop_reading


@dataclass(frozen=True)
class Case:
    """One recording. `limits` are fields of RealtimeLimits; `skip` are line numbers (from 1) not played.

    `headers` go with the handshake of that line, `requests` are made when that line is reached, `prepare`
    is SQL that brings the database to where it was when the recording began. `acts` are what a note says
    was done; connections in `awake` send heartbeats all along; `closed_with` is the code that ours gives
    where the recording's connection was cut.
    """

    limits: Mapping[str, Any] = field(default_factory=dict)
    skip: frozenset[int] = frozenset()
    why_skipped: str = ""
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    unordered: bool = False
    requests: Mapping[int, tuple[str, str, Any]] = field(default_factory=dict)
    server_stops_at: int | None = None
    server_starts_at: int | None = None
    acts: Mapping[int, Act] = field(default_factory=dict)
    awake: frozenset[str] = frozenset()
    closed_with: Mapping[int, int] = field(default_factory=dict)
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
    "11b-slow-reader": Case(
        acts={11: stop_reading("S"), 12: flood("A", "C", 300), 13: read_again("S"), 15: caught_up("S", 300)}
    ),
    "12-broadcast-write-denied": PLAIN,
    "13-presence-two-clients": PLAIN,
    "13b-presence-ghost": Case(limits={"idle": 1.0}, awake=frozenset({"B"})),
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
    "36-forged-frame-vsn1": Case(
        skip=frozenset({9}),
        why_skipped="there the forged frame arrives; ours reads the body, finds no JSON and sends nothing",
    ),
    "39-server-shutdown": Case(server_stops_at=5),
    "40-limit-channels": Case(limits={"channels_per_socket": 3}),
    "41-limit-users": Case(limits={"users": 2}),
    "42-limit-joins": Case(limits={"joins_per_second": 1}),
    "43-limit-messages": Case(limits={"events_per_second": 5}),
    "47-limit-presence-tenant": Case(limits={"presence_per_second": 1, "presence_calls": 1000}),
    "50-python-client-session": Case(requests={32: HTTP_SEND}),
    "51-python-client-denied": PLAIN,
    "53-python-client-reconnect": Case(
        server_stops_at=14,
        server_starts_at=30,
        skip=frozenset({15, 18}),
        why_skipped="a channel's crash as the Erlang machine dies; ours closes the socket, as in 39",
        closed_with={19: 1012},
    ),
}

LEFT_OUT: Mapping[str, str] = {
    "26-logical-decoding-refused": "about wal2json; we read through pgoutput, which PostgreSQL always has",
    "37-no-channel-sweep": "our sockets without channels cost nothing and are left alone",
    "38-admin-api": "hosted administration: no tenants, so no tenant API",
    "45-private-only-tenant": "hosted administration: a switch of a tenant",
    "46-suspended-tenant": "hosted administration: a state of a tenant",
    "48-tenant-database-down": "database and gateway are one here; test_realtime_stream cuts the stream,"
    " test_realtime_away the database",
}

SOCKETS = "tests.server.test_realtime_sockets"

NOT_RECORDED: Mapping[str, str] = {
    "03b": f"{SOCKETS}:test_a_policy_that_fails_denies",
    "08b": f"{SOCKETS}:test_a_refresh_that_loses_one_of_two_rights_ends_the_channel",
    "14": f"{SOCKETS}:test_presence_events_are_read_in_any_case_and_failures_not_counted",
    "22": "tests.server.test_realtime_changes:test_a_bad_binding_spoils_all_and_the_channel_stays",
    "32": f"{SOCKETS}:test_a_second_join_is_answered_before_the_first_is_closed",
    "32b": f"{SOCKETS}:test_a_leave_with_another_join_ref_is_ignored",
    "44": "tests.unit.test_realtime_limits:test_the_payload_limit_is_the_recorded_one",
    "52": "tests.unit.test_realtime_frames:test_a_body_on_version_1_is_re_encoded_or_not_sent",
}
"""Scenarios that INDEX.md or the protocol's description counts and of which no file was ever kept; the test
of ours that stands for each."""
