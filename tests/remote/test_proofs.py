"""What a person pastes from a mail, and which ways in a project's settings come to: two tables."""

from __future__ import annotations

import pytest
from tests.remote.gotrue import recorded

from supachat.domain.entering import Mailed, NewAccount, Password, Ways
from supachat.domain.errors import BadInput, ServerTrouble, SignInError
from supachat.remote.proofs import Digits, Ended, Hashed, Session, shown
from supachat.remote.ways import ways_in

HOST = "https://acme.supabase.co/auth/v1/verify"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("483120", Digits("483120")),
        (" 48 31 20 ", Digits("483120")),
        ("483-120", Digits("483120")),
        (f"{HOST}?token=pkce_ab12&type=magiclink&redirect_to=x", Hashed("pkce_ab12", "magiclink")),
        (f"  {HOST}?token_hash=ab12&type=signup\n", Hashed("ab12", "signup")),
        ("https://x.dev/cb?code=5d1e", Ended("5d1e")),
        ("http://localhost:3000/#access_token=a&refresh_token=r1&type=magiclink", Session("r1")),
    ],
)  # fmt: skip
def test_what_a_mail_brought(text: str, found: object) -> None:
    assert shown(text) == found


@pytest.mark.parametrize("text", ["", "48312", "hello", "https://x.dev/", f"{HOST}?token=a&type=sms",
                                  "ftp://x/?code=1", "http://[bad/?code=1"])  # fmt: skip
def test_what_is_neither_code_nor_link_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        shown(text)
    assert caught.value.cure


def test_a_link_that_failed_says_why_and_cannot_steer_the_terminal() -> None:
    failed = "https://x.dev/#error=access_denied&error_description=Email+link+has+expired%1b[31m"
    with pytest.raises(SignInError, match="Email link has expired") as caught:
        shown(failed)
    assert "\x1b" not in str(caught.value)


def test_no_secret_is_in_what_a_proof_prints() -> None:
    for proof in (
        Password("a@b.c", "hunter2"),
        NewAccount("a@b.c", "hunter2", "A"),
        Mailed("a", "hunter2"),
    ):
        assert "hunter2" not in repr(proof)


@pytest.mark.parametrize(
    ("external", "closed", "ways"),
    [
        ({"email": True}, False, Ways()),
        ({"email": True}, True, Ways(sign_up=False)),
        ({"email": False, "github": True}, False, Ways(False, False, False, False, ("github",))),
        ({"email": True, "anonymous_users": True}, False, Ways(anonymous=True)),
        ({"email": True, "anonymous_users": True}, True, Ways(sign_up=False)),
        ({"phone": True, "google": True, "azure": False}, False, Ways(providers=("google",))),
        ({"Bad name": True, "\x1b[2J": True}, False, Ways()),
    ],
)
def test_the_ways_that_settings_offer(external: dict[str, bool], closed: bool, ways: Ways) -> None:
    assert ways_in({"external": external, "disable_signup": closed}) == ways


def test_what_is_no_settings_is_trouble() -> None:
    with pytest.raises(ServerTrouble):
        ways_in(None)


def test_the_recorded_settings_are_read() -> None:
    _, body = recorded("auth_session", "settings")
    assert ways_in(body).password
