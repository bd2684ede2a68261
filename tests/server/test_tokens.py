"""Tokens are refused for the right reason, and never believed with another algorithm."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest

from supachat.server.keys import TEN_YEARS, make_keys
from supachat.server.tokens import Fault, TokenError, mint, verify

SECRET = "a secret of the length that a project has, made of chance"
NOW = 1_800_000_000.0
GOOD = {"role": "authenticated", "sub": "someone", "exp": NOW + 60}


def unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


def test_a_good_token_gives_its_claims() -> None:
    assert verify(mint(GOOD, SECRET), SECRET, now=NOW, require=("role", "exp")) == GOOD


REFUSED = [
    ("empty", "", Fault.MALFORMED),
    ("no token", "garbage", Fault.MALFORMED),
    ("three parts of nothing", "a.b.c", Fault.MALFORMED),
    ("not a mapping", jwt.api_jws.encode(b'["a"]', SECRET, "HS256"), Fault.MALFORMED),
    ("not ASCII", "ä.ö.ü", Fault.MALFORMED),
    ("alg none", unsigned(GOOD), Fault.ALGORITHM),
    ("another algorithm", jwt.encode(GOOD, SECRET, "HS384"), Fault.ALGORITHM),
    ("another secret", mint(GOOD, SECRET[::-1]), Fault.SIGNATURE),
    ("a changed signature", mint(GOOD, SECRET)[:-4] + "AAAA", Fault.SIGNATURE),
    ("exp is text", mint({**GOOD, "exp": "soon"}, SECRET), Fault.CLAIMS),
    ("exp is true", mint({**GOOD, "exp": True}, SECRET), Fault.CLAIMS),
    ("no role", mint({"exp": NOW + 60}, SECRET), Fault.CLAIMS),
    ("role is null", mint({**GOOD, "role": None}, SECRET), Fault.CLAIMS),
    ("no exp", mint({"role": "anon"}, SECRET), Fault.CLAIMS),
    ("not yet", mint({**GOOD, "nbf": NOW + 5}, SECRET), Fault.NOT_YET),
    ("expired", mint({**GOOD, "exp": NOW - 1}, SECRET), Fault.EXPIRED),
    ("expires now", mint({**GOOD, "exp": NOW}, SECRET), Fault.EXPIRED),
]


@pytest.mark.parametrize(("token", "fault"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_bad_token_is_refused_for_its_own_reason(token: str, fault: Fault) -> None:
    with pytest.raises(TokenError) as caught:
        verify(token, SECRET, now=NOW, require=("role", "exp"))
    assert caught.value.fault is fault


def test_how_late_an_expired_token_is() -> None:
    token = mint({**GOOD, "exp": NOW - 90}, SECRET)
    with pytest.raises(TokenError) as caught:
        verify(token, SECRET, now=NOW, leeway=30)
    assert caught.value.late == 90
    assert verify(token, SECRET, now=NOW, leeway=91)["role"] == "authenticated"


def test_nothing_is_required_that_was_not_asked_for() -> None:
    assert verify(mint({"role": "anon"}, SECRET), SECRET, now=NOW) == {"role": "anon"}


def test_a_projects_keys_are_tokens_of_its_two_roles() -> None:
    keys = make_keys(NOW)
    for key, role in ((keys.publishable_key, "anon"), (keys.service_role_key, "service_role")):
        claims = verify(key, keys.jwt_secret, now=NOW)
        assert (claims["role"], claims["exp"]) == (role, NOW + TEN_YEARS)
        assert keys.knows(key)
    assert not keys.knows(keys.publishable_key[:-1])
    assert not keys.knows("ключ")
    assert make_keys(NOW).jwt_secret != keys.jwt_secret


def test_keys_do_not_show_themselves() -> None:
    keys = make_keys(NOW)
    assert keys.jwt_secret not in repr(keys)
