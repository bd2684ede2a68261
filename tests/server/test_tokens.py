"""Tokens are refused for the right reason, and never believed with another algorithm."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest

from supachat.server.keys import TEN_YEARS, make_keys, signing_key
from supachat.server.tokens import Fault, SigningKey, TokenError, Trust, issue, mint, verify
from supachat.server.trouble import ServerTrouble

SECRET = "a secret of the length that a project has, made of chance"
NOW = 1_800_000_000.0
GOOD = {"role": "authenticated", "sub": "someone", "exp": NOW + 60}


def unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


def too_long(claims: dict[str, Any]) -> str:
    text = json.dumps({**claims, "exp": 0}).replace('"exp": 0', '"exp": 1' + "0" * 5000)
    return jwt.api_jws.encode(text.encode(), SECRET, "HS256")


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
    ("exp is more than a float", mint({**GOOD, "exp": 10**400}, SECRET), Fault.CLAIMS),
    ("nbf is more than a float", mint({**GOOD, "nbf": -(10**400)}, SECRET), Fault.CLAIMS),
    ("exp is more than Python reads", too_long(GOOD), Fault.MALFORMED),
    ("exp is infinite", mint({**GOOD, "exp": math.inf}, SECRET), Fault.CLAIMS),
    ("exp is no number", mint({**GOOD, "exp": math.nan}, SECRET), Fault.CLAIMS),
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


PAIR = SigningKey.new()
BOTH = replace(make_keys(NOW), signing_key=PAIR)


def test_a_pair_signs_for_people_only_where_it_is_asked_to() -> None:
    for asymmetric, algorithm in ((False, "HS256"), (True, "ES256")):
        token = issue(GOOD, replace(BOTH, asymmetric=asymmetric))
        assert jwt.get_unverified_header(token)["alg"] == algorithm
        assert verify(token, BOTH, now=NOW) == GOOD
    assert jwt.get_unverified_header(issue(GOOD, BOTH))["alg"] == "HS256"


def test_what_is_published_checks_a_token_and_makes_none() -> None:
    shown = PAIR.public_jwk()
    assert "d" not in shown
    assert (shown["kty"], shown["crv"], shown["alg"], shown["kid"]) == ("EC", "P-256", "ES256", PAIR.kid)
    token = issue(GOOD, replace(BOTH, asymmetric=True))
    key: Any = jwt.PyJWK(shown).key
    assert jwt.decode(token, key, ["ES256"], options={"verify_exp": False})["sub"] == "someone"


def signed(pair: SigningKey, kid: str | None) -> str:
    return jwt.encode(GOOD, pair.pair, "ES256", headers={"kid": kid} if kid else {})


REFUSED_PAIRS = [
    ("no pair here", issue(GOOD, replace(BOTH, asymmetric=True)), SECRET, Fault.ALGORITHM),
    ("another pair of that name", signed(SigningKey.new(), PAIR.kid), BOTH, Fault.SIGNATURE),
    ("another name", signed(PAIR, "other"), BOTH, Fault.SIGNATURE),
    ("no name", signed(PAIR, None), BOTH, Fault.SIGNATURE),
    ("the public half as a secret", mint(GOOD, PAIR.public_jwk()["x"]), BOTH, Fault.SIGNATURE),
    ("alg none", unsigned(GOOD), BOTH, Fault.ALGORITHM),
]


@pytest.mark.parametrize(
    ("token", "trust", "fault"), [row[1:] for row in REFUSED_PAIRS], ids=[row[0] for row in REFUSED_PAIRS]
)
def test_a_pair_is_believed_by_its_own_name_and_algorithm_only(
    token: str, trust: Trust, fault: Fault
) -> None:
    with pytest.raises(TokenError) as caught:
        verify(token, trust, now=NOW)
    assert caught.value.fault is fault


def test_a_pair_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    assert signing_key(tmp_path, wanted=False) is None
    made = signing_key(tmp_path, wanted=True)
    kept = tmp_path / "signing_key.json"
    assert made is not None
    assert kept.stat().st_mode & 0o077 == 0
    for wanted in (False, True):
        again = signing_key(tmp_path, wanted=wanted)
        assert again is not None
        assert again.public_jwk() == made.public_jwk()


@pytest.mark.parametrize(
    "spoilt",
    ["", "{}", json.dumps(PAIR.public_jwk()), '{"kty": "oct", "k": "YQ"}'],
    ids=["nothing", "empty", "public half", "another kind"],  # the pair is made anew in each worker
)
def test_a_spoilt_pair_is_named_and_left_alone(tmp_path: Path, spoilt: str) -> None:
    kept = tmp_path / "signing_key.json"
    kept.write_text(spoilt)
    with pytest.raises(ServerTrouble, match="cannot be read as a signing key"):
        signing_key(tmp_path, wanted=True)
    assert kept.read_text() == spoilt
