"""The rules of the link as tables: (what happened, when) -> what may happen next."""

from __future__ import annotations

from math import inf

import pytest
from tests.waits import scaled

from supachat.dialects.calls import Topic
from supachat.domain.text import Safe
from supachat.remote.rules import (
    Backoff,
    Fate,
    Standing,
    Throttle,
    dead_at,
    jittered,
    next_due,
    picks,
    to_tick,
)
from supachat.remote.verdicts import Cure, Verdict, judge_handshake, judge_join, judge_live
from supachat.remote.waits import Waits

W = Waits()


def verdict(cure: Cure) -> Verdict:
    return Verdict(cure, Safe("because"))


@pytest.mark.parametrize(
    ("failures", "luck", "expected"),
    [
        (0, 1.0, 0.5),
        (1, 1.0, 1.0),
        (3, 1.0, 4.0),
        (3, 0.25, 1.0),
        (6, 1.0, 30.0),
        (5000, 1.0, 30.0),
        (5, 0.0, 0.0),
    ],
)
def test_full_jitter(failures: int, luck: float, expected: float) -> None:
    assert jittered(failures, luck, W) == expected


@pytest.mark.parametrize(
    ("every", "now", "left"),
    [(1.0, 70000.25, 0.75), (2.0, 70001.5, 0.5), (1.5, 4.25, 0.25), (1.0, 7.0, 1.0), (inf, 7.0, inf)],
)
def test_everybody_looks_around_at_the_same_moments(every: float, now: float, left: float) -> None:
    assert to_tick(every, now) == left


@pytest.mark.parametrize(
    ("lived", "expected"),
    [
        (None, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]),  # never opened
        (1.0, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]),
        (0.99, [0.5, 2.0, 8.0, 30.0, 30.0, 30.0, 30.0, 30.0]),  # taken and dropped
    ],
)
def test_backoff_doubles_while_connections_die_young(lived: float | None, expected: list[float]) -> None:
    """A server that accepts and closes at once must not be stormed: opening alone forgives nothing."""
    backoff, now, waits = Backoff(), 128.0, []
    for _ in range(8):
        backoff = backoff.trying(now)
        if lived is not None:
            backoff = backoff.opened(now)
            now += lived
        backoff = backoff.lost(now, 1.0, W)
        waits.append(backoff.next_at - now)
        now = backoff.next_at
    assert waits == pytest.approx(expected)


@pytest.mark.parametrize(("lived", "expected"), [(29.9, 16.0), (30.0, 0.5)])
def test_backoff_forgets_only_after_health(lived: float, expected: float) -> None:
    backoff = Backoff(failures=5).trying(0.0).opened(0.0).lost(lived, 1.0, W)
    assert backoff.next_at - lived == expected


@pytest.mark.parametrize(
    ("tried_at", "poked_at", "tries_at"),
    [
        (100.0, 101.0, 105.0),  # five seconds after the last attempt, no sooner
        (100.0, 110.0, 110.0),  # at once
        (80.0, 100.0, 100.0),
    ],
)
def test_a_poke_brings_the_next_try_nearer(tried_at: float, poked_at: float, tries_at: float) -> None:
    backoff = Backoff(failures=9).trying(tried_at).lost(tried_at, 1.0, W)
    assert backoff.next_at == tried_at + 30.0
    assert backoff.poked(poked_at, W).next_at == tries_at


def test_a_poke_never_puts_a_try_off_nor_overrides_the_server() -> None:
    soon = Backoff().trying(0.0).lost(0.0, 0.2, W)
    assert soon.poked(0.05, W).next_at == soon.next_at
    limited = Backoff().trying(0.0).lost(0.0, 1.0, W, floor=30.0)
    assert limited.poked(6.0, W).next_at == 30.0


@pytest.mark.parametrize(
    ("heard_at", "oldest_join", "expected"),
    [
        (100.0, None, 125.0),
        (100.0, 90.0, 120.0),  # heard since the join was sent: twenty seconds from then
        (100.0, 114.9, 134.9),  # a refusal may stop the socket for five seconds, an outage for fifteen
    ],
)
def test_when_a_silent_socket_is_dead(heard_at: float, oldest_join: float | None, expected: float) -> None:
    assert dead_at(heard_at, oldest_join, W) == pytest.approx(expected)


# ---------------------------------------------------------------- fates


@pytest.mark.parametrize(
    ("cure", "standing", "wait"),
    [
        (Cure.RETRY, Standing.WAITING, 0.5),
        (Cure.RENEW, Standing.WAITING, 2.0),
        (Cure.PARK, Standing.PARKED, None),
        (Cure.LIMIT, Standing.LIMITED, 30.0),
        (Cure.HALT, Standing.LIMITED, 30.0),
    ],
)
def test_what_becomes_of_a_refused_topic(cure: Cure, standing: Standing, wait: float | None) -> None:
    fate = Fate().joining(10.0).ended(verdict(cure), 11.0, 1.0, W, answered=True)
    assert fate.standing is standing
    assert fate.refused
    assert not fate.due(11.0)
    assert fate.due(11.0 + wait) if wait is not None else not fate.due(inf)


def test_a_parked_topic_waits_for_a_token_and_nothing_else() -> None:
    parked = Fate().ended(verdict(Cure.PARK), 0.0, 1.0, W, answered=True)
    assert parked.dropped() == parked
    assert parked.renewed().due(0.0)
    assert not parked.renewed().refused


def test_a_topic_whose_token_ended_goes_on_with_the_next_one_at_once() -> None:
    stale = Fate().joined(0.0).ended(verdict(Cure.RENEW), 1.0, 1.0, W, answered=False)
    assert not stale.due(1.0)
    assert stale.renewed().due(1.0)
    failing = Fate().ended(verdict(Cure.RETRY), 1.0, 1.0, W, answered=False)
    assert failing.renewed() == failing
    assert not stale.joining(3.0).joined(3.0).stale


def test_a_limited_topic_stays_limited_through_a_reconnect() -> None:
    limited = Fate().ended(verdict(Cure.LIMIT), 0.0, 1.0, W, answered=True)
    assert limited.dropped() == limited
    assert limited.renewed() == limited


def test_a_lost_connection_is_no_topics_fault() -> None:
    joined = Fate().joining(0.0).joined(1.0)
    assert joined.dropped().due(1.0)
    assert joined.dropped().failures == 0


def test_a_topic_that_is_joined_and_closed_again_backs_off_until_it_lives() -> None:
    fate, now, waits = Fate(), 0.0, []
    for _ in range(4):
        fate = fate.joining(now).joined(now).ended(verdict(Cure.RETRY), now, 1.0, W, answered=False)
        waits.append(fate.next_at - now)
        now = fate.next_at
    assert waits == [0.5, 1.0, 2.0, 4.0]
    lived = fate.joining(now).joined(now).ended(verdict(Cure.RETRY), now + 31, 1.0, W, answered=False)
    assert lived.next_at - (now + 31) == 0.5


def test_refused_topics_are_joined_last_and_alone() -> None:
    clean, bad, worse = Topic("clean"), Topic("bad"), Topic("worse")
    wanted = [bad, worse, clean]
    refused = Fate(refused=True, failures=1, next_at=0.0)
    fates = {"bad": refused, "worse": refused}
    assert picks(wanted, fates, 1.0, W) == [clean]
    fates["clean"] = Fate().joining(1.0)
    assert picks(wanted, fates, 1.0, W) == []
    fates["clean"] = fates["clean"].joined(2.0)
    assert picks(wanted, fates, 2.0, W) == [bad]
    fates["bad"] = refused.joining(2.0)
    assert picks(wanted, fates, 2.0, W) == []
    assert picks([*wanted, Topic("new")], fates, 2.0, W) == [], "the socket stands still: wait for it"


def test_ten_joins_in_flight_in_the_order_wanted() -> None:
    wanted = [Topic(f"t{n}") for n in range(25)]
    first = picks(wanted, {}, 0.0, W)
    assert [topic.name for topic in first] == [f"t{n}" for n in range(10)]
    fates = {topic.name: Fate().joining(0.0) for topic in first}
    assert picks(wanted, fates, 0.0, W) == []
    fates["t3"] = fates["t3"].joined(0.1)
    assert [topic.name for topic in picks(wanted, fates, 0.1, W)] == ["t10"]


def test_next_due_looks_at_waiting_topics_only() -> None:
    fates = {
        "parked": Fate(standing=Standing.PARKED, next_at=1.0),
        "late": Fate(next_at=9.0),
        "limited": Fate(standing=Standing.LIMITED, next_at=5.0),
        "joined": Fate(standing=Standing.JOINED),
    }
    assert next_due([Topic(name) for name in fates], fates) == 5.0
    assert next_due([Topic("joined")], fates) == inf


def test_a_throttle_counts_each_key_by_itself() -> None:
    throttle = Throttle(10.0)
    assert throttle.wait("a", 0.0) == 0.0
    throttle.went("a", 0.0)
    assert throttle.wait("a", 4.0) == 6.0
    assert throttle.wait("b", 4.0) == 0.0
    assert throttle.wait("a", 10.0) == 0.0
    throttle.forget("a")
    assert throttle.wait("a", 4.0) == 0.0


# ---------------------------------------------------------------- verdicts: the server's own texts


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("Unauthorized: You do not have permissions to read from this Channel topic: x", Cure.PARK),
        ("PrivateOnly: This project only allows private channels", Cure.PARK),
        ("ClientJoinRateLimitReached: Too many joins per second", Cure.LIMIT),
        ("ChannelRateLimitReached: Too many channels", Cure.LIMIT),
        ("ConnectionRateLimitReached: Too many connected users", Cure.LIMIT),
        (
            "DatabaseConnectionRateLimitReached: Too many database connections attempts per second",
            Cure.LIMIT,
        ),
        ("InvalidJWTToken: Token has expired 3 seconds ago", Cure.RENEW),
        ("MalformedJWT: The token provided is not a valid JWT", Cure.RENEW),
        ("JwtSignatureError: Failed to validate JWT signature", Cure.RENEW),
        ("RealtimeRestarting: Realtime is restarting, please standby", Cure.RETRY),
        ("UnableToConnectToProject: Realtime was unable to connect to the project database", Cure.RETRY),
        ("IncreaseConnectionPool: Please increase your connection pool size", Cure.RETRY),
        ("MissingPartition: Realtime was unable to find the expected messages partition", Cure.RETRY),
        ("something \x1b[31mnew", Cure.RETRY),
        ("", Cure.RETRY),
    ],
)
def test_join_errors(reason: str, cure: Cure) -> None:
    judged = judge_join(reason)
    assert judged.cure is cure
    assert judged.words
    assert "\x1b" not in judged.words


@pytest.mark.parametrize(
    ("message", "cure"),
    [
        ("Token has expired 0 seconds ago", Cure.RENEW),
        (":signature_error", Cure.RENEW),
        ("You do not have permissions to read from this Channel topic: x", Cure.PARK),
        ("You no longer have permission to read from this Channel topic: x", Cure.PARK),
        ("Too many messages per second", Cure.LIMIT),
        ("Client presence rate limit exceeded", Cure.LIMIT),
        ("Replication connection was not established in time", Cure.RETRY),
        ("", Cure.RETRY),
    ],
)
def test_what_ends_a_joined_topic(message: str, cure: Cure) -> None:
    assert judge_live(message).cure is cure


KEY = "this project does not know the key: copy it again from its settings"
PAGE = "<!doctype html><title>Hotel</title>"


@pytest.mark.parametrize(
    ("status", "body", "cure", "words"),
    [
        (401, '{"message":"Invalid API key","hint":"x"}', Cure.HALT, KEY),
        (401, "Failed to validate JWT signature", Cure.HALT, KEY),
        (403, "Realtime was disabled for this tenant", Cure.HALT, "realtime is switched off"),
        (404, '{"error":"Tenant not found"}', Cure.HALT, "the server does not know this project"),
        (403, PAGE, Cure.HALT, "the server answered 403"),
        (404, "", Cure.HALT, "the server answered 404"),
        (429, '{"msg":"slow down"}', Cure.LIMIT, "the server answered 429: slow down"),
        (500, '{"error":{"deep":[1]}}', Cure.RETRY, "the server answered 500"),
        (503, '{"error":"a \u202e reason"}', Cure.RETRY, "the server answered 503: a "),
        (503, '{"message":"cut in the mid', Cure.RETRY, "the server answered 503"),
        (200, PAGE, Cure.FOREIGN, "this network may want you to sign in"),
        (302, "", Cure.FOREIGN, "this network may want you to sign in"),
    ],
)
def test_refused_handshakes(status: int, body: str, cure: Cure, words: str) -> None:
    """In words: nobody is shown the braces of an answer, or a page."""
    judged = judge_handshake(status, body)
    assert judged.cure is cure
    assert words in judged.words
    assert not set(judged.words) & {"{", "<", "\u202e"}


def test_every_wait_scales_and_no_count_does() -> None:
    small = scaled(0.01, open=1.0)
    assert small.silence == pytest.approx(0.25)
    assert small.open == 1.0
    assert small.joins_in_flight == 10
    assert small.token_share == W.token_share
