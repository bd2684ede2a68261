"""The pure rules of letters and links: where they lead, what they prove, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from supabase_auth.helpers import generate_pkce_challenge, generate_pkce_verifier

from supachat.server.auth import codes, letters, redirects, rules
from supachat.server.auth.errors import AuthError
from supachat.server.auth.pkce import Challenge, challenge_of
from supachat.server.auth.service import household
from supachat.server.auth.throttle import Throttle

SITE = "https://chat.example.com"
ADDRESSES = [
    ("http://127.0.0.1:8000/back", True),
    ("http://127.9.9.9/", True),
    ("http://localhost:3000", True),
    ("https://localhost/a?b=c#d", True),
    ("http://project.localhost:1/", True),
    ("http://[::1]:9/x", True),
    ("https://chat.example.com/welcome", True),
    ("http://chat.example.com/welcome", False),
    ("https://chat.example.com:444/", False),
    ("https://chat.example.com.evil.example/", False),
    ("https://evil.example/", False),
    ("http://localhost.evil.example/", False),
    ("http://192.168.1.7/", False),
    ("http://2130706433/", False),
    ("http://0x7f000001/", False),
    ("http://0.0.0.0/", False),
    ("http://evil.example\\@localhost/", False),
    ("http://localhost\\@evil.example/", False),
    ("http://localhost@evil.example/", False),
    ("http://me:secret@localhost/", False),
    ("http://local\thost/", False),
    ("http://localhost/\r\nset-cookie: a=b", False),
    ("http://localhost:99999/", False),
    ("http://[::1/", False),
    ("http://locålhost/", False),
    ("javascript:alert(1)//localhost", False),
    ("file://localhost/etc/passwd", False),
    ("//localhost/", False),
    ("/back", False),
    ("localhost:3000", False),
    ("", False),
]


@pytest.mark.parametrize(("url", "good"), ADDRESSES)
def test_a_link_leads_to_this_machine_or_to_the_site(url: str, good: bool) -> None:
    assert redirects.allowed(url, SITE) is good


def test_without_a_site_only_this_machine_is_left() -> None:
    assert not redirects.allowed("https://chat.example.com/", "")
    assert not redirects.allowed("", "")


TARGETS = [
    ("http://localhost/a", "http://localhost/b", SITE, "http://localhost/a"),
    ("https://evil.example/", "http://localhost/b", SITE, "http://localhost/b"),
    ("https://evil.example/", "https://mail.example/", SITE, SITE),
    ("https://evil.example/", "", "", ""),
]


@pytest.mark.parametrize(("given", "referer", "site", "chosen"), TARGETS)
def test_what_may_not_be_led_to_is_as_if_it_had_not_been_said(
    given: str, referer: str, site: str, chosen: str
) -> None:
    assert redirects.target(given, referer, site) == chosen


def test_a_link_carries_an_address_that_has_parts_of_its_own() -> None:
    made = httpx.URL(redirects.link("http://x", "abc", "signup", "http://localhost/?a=b&c=d#e"))
    assert dict(made.params) == {
        "token": "abc",
        "type": "signup",
        "redirect_to": "http://localhost/?a=b&c=d#e",
    }


def test_what_is_brought_joins_what_is_there() -> None:
    assert redirects.with_code("http://localhost/x?a=1", "c") == "http://localhost/x?a=1&code=c"
    error = AuthError(403, "otp_expired", "Too late & gone")
    led = httpx.URL(redirects.with_error("http://localhost/x?a=1", error, pkce=True))
    assert led.params["error_code"] == "otp_expired"
    assert led.params["a"] == "1"
    plain = httpx.URL(redirects.with_error("http://localhost/x?a=1", error, pkce=False))
    assert dict(plain.params) == {"a": "1"}
    assert "error=access_denied" in plain.fragment
    assert "Too+late+%26+gone" in str(plain)


DURATIONS = [
    ("24h", timedelta(hours=24)),
    ("1h30m", timedelta(minutes=90)),
    ("1.5h", timedelta(minutes=90)),
    (".5m", timedelta(seconds=30)),
    ("300ms", timedelta(milliseconds=300)),
    ("0", timedelta()),
]


@pytest.mark.parametrize(("given", "length"), DURATIONS)
def test_a_length_of_time(given: str, length: timedelta) -> None:
    assert rules.duration(given) == length


@pytest.mark.parametrize(
    "given", ["", "1", "-1h", "1d", "h", "1h 2m", "1e3h", "99999999h", "١h", "1h" * 30_000 + "x"]
)
def test_no_length_of_time(given: str) -> None:
    with pytest.raises(AuthError, match="invalid format for ban duration"):
        rules.duration(given)


@pytest.mark.parametrize("value", ["yes", 1, [], {}])
def test_a_flag_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(AuthError, match="of type bool"):
        rules.flag({"create_user": value}, "create_user")


def test_a_flag_that_is_not_there_is_as_agreed() -> None:
    assert rules.flag({"a": None}, "a", otherwise=True)
    assert not rules.flag({}, "a")


def test_the_client_of_supabase_answers_its_challenge() -> None:
    verifier = generate_pkce_verifier()
    body = {"code_challenge": generate_pkce_challenge(verifier), "code_challenge_method": "s256"}
    challenge = challenge_of(body)
    assert challenge is not None
    assert challenge.answered_by(verifier)
    assert not challenge.answered_by(verifier[:-1])
    assert not challenge.answered_by(challenge.value)
    assert not challenge.answered_by("ключ")
    assert Challenge("a" * 43, "plain").answered_by("a" * 43)
    assert challenge_of({}) is None


CHALLENGES = [
    {"code_challenge": "a" * 43},
    {"code_challenge_method": "s256"},
    {"code_challenge": "a" * 42, "code_challenge_method": "s256"},
    {"code_challenge": "a" * 129, "code_challenge_method": "s256"},
    {"code_challenge": "a" * 42 + "!", "code_challenge_method": "s256"},
    {"code_challenge": "a" * 42 + "\n", "code_challenge_method": "s256"},
    {"code_challenge": "a" * 43, "code_challenge_method": "md5"},
]


@pytest.mark.parametrize("body", CHALLENGES, ids=range(len(CHALLENGES)))
def test_half_a_challenge_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(AuthError) as caught:
        challenge_of(body)
    assert (caught.value.status, caught.value.code) == (400, "validation_failed")


def test_a_code_is_good_for_its_address_and_its_project_alone() -> None:
    made = codes.new_code("ann@example.com", "secret", pkce=True)
    assert len(made.digits) == 6
    assert made.digits.isdecimal()
    assert made.token_hash in codes.hashes_of("ann@example.com", made.digits, "secret")
    assert made.token_hash not in codes.hashes_of("bob@example.com", made.digits, "secret")
    assert made.token_hash not in codes.hashes_of("ann@example.com", made.digits, "another")
    assert made.digits not in repr(made)
    assert made.digits not in codes.hash_of("ann@example.com", made.digits, "secret")[:6]


HOUSEHOLDS = [
    ("192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
    ("testclient", "testclient"),
    ("", ""),
]


@pytest.mark.parametrize(("address", "counted"), HOUSEHOLDS)
def test_one_customer_of_ipv6_knocks_as_one(address: str, counted: str) -> None:
    assert household(address) == counted


NAMES = [
    ("ann@example.com", "ann@example.com"),
    ("a/../../etc/x@y.z", "a_.._.._etc_x@y.z"),
    ("a|b*c?d@y.z", "a_b_c_d@y.z"),
    ("x" * 300 + "@y.z", "x" * 120),
]


@pytest.mark.parametrize(("to", "shown"), NAMES)
def test_a_letters_name_tells_when_and_to_whom(to: str, shown: str) -> None:
    sent = datetime(2026, 11, 20, 11, 57, 58, 152988, UTC)
    assert letters.file_name(to, sent) == f"20261120T115758.152988-{shown}.txt"


def test_a_try_that_was_right_does_not_count() -> None:
    tries = Throttle(2, 60.0)
    for second in range(10):
        assert tries.admits("ann", float(second))
        tries.give_back("ann", float(second))
    assert tries.admits("ann", 10.0)
    assert tries.admits("ann", 10.0)
    assert not tries.admits("ann", 10.0)
    assert tries.wait("ann", 10.0) == pytest.approx(30.0)
    assert tries.admits("ann", 40.0)
    assert tries.wait("bob", 40.0) == 0.0
