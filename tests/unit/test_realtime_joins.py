"""What a join asks for, and as whom."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from supachat.server.realtime.access import handshake_refusal, identify, join_refusal, refresh_text
from supachat.server.realtime.joins import (
    JoinConfig,
    Refused,
    Replay,
    binding_id,
    chosen_token,
    read_join,
    read_replay,
)
from supachat.server.tokens import TokenError, mint

SECRET = "a secret of at least thirty-two bytes"


@pytest.mark.parametrize(
    ("payload", "config"),
    [
        ({"config": {}}, JoinConfig()),
        ({"config": {"private": True}}, JoinConfig(private=True)),
        ({"config": {"private": "maybe", "broadcast": {"ack": 7, "self": True}}}, JoinConfig(own=True)),
        (
            {"config": {"presence": {"enabled": "True", "key": "k"}}},
            JoinConfig(presence=True, presence_key="k"),
        ),
        ({"config": {"presence": {"key": 5}, "broadcast": [], "postgres_changes": "x"}}, JoinConfig()),
        ({"config": {"broadcast": {"replay": {"since": 1}}}}, JoinConfig(replay={"since": 1})),
        (
            {"config": {"broadcast": {"replay": [1], "replication_ready": True}}},
            JoinConfig(replication_ready=True),
        ),
        ({"config": {"postgres_changes": [{"event": "*"}, 5]}}, JoinConfig(bindings=({"event": "*"},))),
    ],
)
def test_reads_a_config_as_far_as_it_can_be_read(payload: Any, config: JoinConfig) -> None:
    assert read_join("x", payload) == config


@pytest.mark.parametrize(
    ("topic", "binding"),
    [
        ("public", {"schema": "public"}),
        ("public:t", {"schema": "public", "table": "t"}),
        ("public:t:id=eq.1:2", {"schema": "public", "table": "t", "filter": "id=eq.1:2"}),
    ],
)
def test_the_oldest_clients_name_a_table_in_the_topic(topic: str, binding: dict[str, str]) -> None:
    assert read_join(topic, {}).bindings == (binding,)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (None, "UnknownErrorOnChannel: expected params to be a :map, got: `nil`"),
        ({"config": "x"}, "UnknownErrorOnChannel: no function clause matching in Access.get/3"),
    ],
)
def test_refuses_what_is_no_object(payload: Any, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_join("x", payload)
    assert refused.value.reason == reason


def test_a_bindings_id_is_of_what_it_asks() -> None:
    one = binding_id({"event": "*", "table": "t"})
    assert one == binding_id({"table": "t", "event": "*"})
    assert one != binding_id({"table": "u", "event": "*"})


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ({"since": 5}, Replay(5, 25)),
        ({"since": -5, "limit": 0}, Replay(-5, 1)),
        ({"since": 5, "limit": 100}, Replay(5, 25)),
        ({"since": 5, "limit": 3}, Replay(5, 3)),
    ],
)
def test_replay_is_clamped(asked: dict[str, Any], read: Replay) -> None:
    assert read_replay(asked) == read


@pytest.mark.parametrize(
    "asked", [{}, {"since": "5"}, {"since": True}, {"since": 10**18}, {"since": 5, "limit": "5"}]
)
def test_replay_needs_numbers(asked: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="Replay params are not valid"):
        read_replay(asked)


@pytest.mark.parametrize(
    ("payload", "token"),
    [
        ({}, "connection"),
        ({"access_token": None}, "connection"),
        ({"access_token": 5}, "connection"),
        ({"access_token": "sb_publishable_x"}, "connection"),
        ({"access_token": " "}, " "),
        ({"access_token": "a"}, "a"),
        ({"access_token": "a", "user_token": "u"}, "u"),
    ],
)
def test_which_token_a_join_is_judged_by(payload: dict[str, Any], token: str) -> None:
    assert chosen_token(payload, "connection") == token


def refused(token: str) -> TokenError:
    with pytest.raises(TokenError) as error:
        identify(token, SECRET, {})
    return error.value


def token(secret: str = SECRET, **claims: Any) -> str:
    good = {"role": "anon", "exp": time.time() + 60}
    return mint({name: value for name, value in (good | claims).items() if value is not None}, secret)


REQUIRED = "Fields `role` and `exp` are required in JWT"
FAULTS = [
    (token(role=None), f"InvalidJWTToken: {REQUIRED}", REQUIRED, (401, REQUIRED)),
    (token(exp=None), f"InvalidJWTToken: {REQUIRED}", REQUIRED, (401, REQUIRED)),
    (
        token(exp="tomorrow"),
        f"InvalidJWTToken: {REQUIRED}",
        REQUIRED,
        (500, "Error connecting to Realtime"),
    ),
    (
        "garbage",
        "MalformedJWT: The token provided is not a valid JWT",
        "The token provided is not a valid JWT",
        (401, "The token provided is not a valid JWT"),
    ),
    (
        token("another secret of thirty-two bytes!!"),
        "JwtSignatureError: Failed to validate JWT signature",
        ":signature_error",
        (401, "Failed to validate JWT signature"),
    ),
]


FAULT_NAMES = ["no role", "no exp", "exp is a word", "garbage", "signature"]


@pytest.mark.parametrize(("bad", "join", "refresh", "handshake"), FAULTS, ids=FAULT_NAMES)
def test_a_bad_token_in_three_places(bad: str, join: str, refresh: str, handshake: tuple[int, str]) -> None:
    error = refused(bad)
    assert join_refusal(error).reason == join
    assert refresh_text(error) == refresh
    assert handshake_refusal(error, bad) == handshake


def test_an_expired_token_says_for_how_long() -> None:
    expired = token(exp=time.time() - 100.5)
    error = refused(expired)
    assert join_refusal(error).reason == "InvalidJWTToken: Token has expired 100 seconds ago"
    assert handshake_refusal(error, expired) == (401, "Token has expired")


def test_nobody_becomes_the_role_that_logged_in() -> None:
    refused(token(role="none"))


@pytest.mark.parametrize(
    "claims",
    [{"role": "a\0b"}, {"sub": "\ud800"}, {"level": math.nan}, {"exp": math.inf}],
    ids=["U+0000", "half a letter", "no number", "no end"],
)
def test_what_postgresql_cannot_be_told_is_no_token(claims: dict[str, Any]) -> None:
    """Asked for together with others', it cost all of them their rows."""
    refused(token(**claims))


def test_an_identity_is_its_token() -> None:
    good = token(sub="1")
    assert identify(good, SECRET, {"x-a": "1"}) == identify(good, SECRET, {})
    assert list(identify(good, SECRET, {}).settings())[-1] == "role"
    assert good not in repr(identify(good, SECRET, {}))
