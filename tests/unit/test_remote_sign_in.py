"""When a token is due, and what the sign-in server's refusals mean: two tables."""

from __future__ import annotations

import httpx
import pytest
from supabase_auth.errors import (
    AuthApiError,
    AuthError,
    AuthRetryableError,
    AuthUnknownError,
    AuthWeakPasswordError,
)
from tests.remote.answers import Scripted, client_of
from tests.remote.gotrue import Clock
from tests.remote.tokens_shop import jwt

from supachat.domain.errors import (
    BadCredentials,
    EmailUnverified,
    KeyRefused,
    RateLimited,
    Retryable,
    ServerTrouble,
    SessionEnded,
    SignInError,
    SignUpRefused,
    SupachatError,
    Unreachable,
)
from supachat.domain.model import Account
from supachat.domain.text import Safe
from supachat.remote.asking import ask
from supachat.remote.http import Note, OfflineByHand
from supachat.remote.refusals import auth_error
from supachat.remote.tokens import Tokens, tokens_in
from supachat.remote.waits import Waits


@pytest.mark.parametrize(
    ("life", "slept", "passed", "due"),
    [
        (3600.0, 0.0, 0.0, False),
        (3600.0, 0.0, 2699.0, False),
        (3600.0, 0.0, 2701.0, True),
        (3600.0, 2701.0, 0.0, True),
        (600.0, 0.0, 301.0, True),
        (60.0, 0.0, 0.0, False),
        (60.0, 0.0, 46.0, True),
    ],
)
def test_when_a_token_is_due(life: float, slept: float, passed: float, due: bool) -> None:
    clock = Clock()
    account = Account("u", Safe(""), Safe(""))
    tokens = Tokens("a", account, life, clock.mono(), clock.wall())
    clock.pass_(passed)
    clock.sleep(slept)
    assert (tokens.due_in(clock.mono(), clock.wall(), Waits()) <= 0) is due


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (AuthApiError("Invalid login credentials", 400, "invalid_credentials"), 400, BadCredentials),
        (AuthApiError("Invalid login credentials", 400, None), 400, BadCredentials),
        (AuthApiError("Email not confirmed", 400, "email_not_confirmed"), 400, EmailUnverified),
        (
            # the library's list of codes lacks one that the server has
            AuthApiError("x", 400, "refresh_token_already_used"),  # type: ignore[arg-type]
            400,
            SessionEnded,
        ),
        (AuthApiError("Refresh token is not valid", 400, "validation_failed"), 400, SessionEnded),
        (AuthApiError("x", 403, "user_banned"), 403, SessionEnded),
        (AuthApiError("User already registered", 422, "user_already_exists"), 422, SignUpRefused),
        (AuthApiError("Signups not allowed", 422, "signup_disabled"), 422, SignUpRefused),
        (AuthWeakPasswordError("too short", 422, ["length"]), 422, SignUpRefused),
        (AuthApiError("Invalid API key", 401, None), 401, KeyRefused),
        (AuthApiError("slow", 429, "over_request_rate_limit"), 429, RateLimited),
        (AuthApiError("boom", 500, "unexpected_failure"), 500, ServerTrouble),
        (AuthRetryableError("refused", 0), 0, Unreachable),
        (AuthRetryableError("bad gateway", 502), 502, ServerTrouble),
        (AuthApiError("Token has expired or is invalid", 403, "otp_expired"), 403, SignInError),
        (AuthApiError("Signups not allowed for otp", 422, "otp_disabled"), 422, SignInError),
        (AuthApiError("x", 400, "bad_code_verifier"), 400, SignInError),
        (AuthApiError("x", 404, "flow_state_not_found"), 404, SignInError),
        (AuthApiError("x", 422, "anonymous_provider_disabled"), 422, SignInError),
        (AuthApiError("x", 429, "over_email_send_rate_limit"), 429, RateLimited),
        (AuthApiError("something \x1b[31mnew", 400, None), 400, SignInError),
    ],
)
def test_what_the_sign_in_server_says(error: AuthError, status: int, kind: type[SupachatError]) -> None:
    ours = auth_error(error, Note(status))
    assert type(ours) is kind
    assert "\x1b" not in str(ours)


@pytest.mark.parametrize("status", [302, 404, 405, 501])
def test_a_web_server_that_is_no_project_is_called_so(status: int) -> None:
    """Its page is HTML, which the library hands on as an error that it does not know."""
    said = str(auth_error(AuthUnknownError("<html>", ValueError()), Note(status)))
    assert said == "something answers there, but no Supabase project. Check the address"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("otp_expired", "Send another"),
        ("otp_disabled", "Make a new account"),
        ("flow_state_expired", "Begin again"),
        ("captcha_failed", "captcha"),
    ],
)
def test_what_helps_is_said(code: str, words: str) -> None:
    # the library's list of codes is a closed one, the server's is not
    error = AuthApiError("x", 422, code)  # type: ignore[arg-type]
    assert words in str(auth_error(error, Note(422)))


def test_a_token_that_came_alone_ends_by_the_givers_clock() -> None:
    clock = Clock()
    token = jwt(clock.wall() + 600)
    assert tokens_in(token, None, clock.mono(), clock.wall()).life == 600
    behind = clock.wall() - 3600
    assert tokens_in(token, behind, clock.mono(), clock.wall()).life == 4200, "our clock is an hour ahead"
    assert tokens_in(token, None, clock.mono(), clock.wall()).account.name == "Ada"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (httpx.ConnectError("refused"), "http://127.0.0.1:9 cannot be reached"),
        (httpx.ConnectTimeout("late"), "http://127.0.0.1:9 does not answer in time"),
        (httpx.ReadTimeout("late"), "http://127.0.0.1:9 does not answer in time"),
        (httpx.RemoteProtocolError("cut"), "http://127.0.0.1:9 broke off"),
        (httpx.DecodingError("incorrect header check"), "gave an answer that cannot be read"),
        (OfflineByHand("offline"), "offline by hand"),
    ],
)
async def test_a_sign_in_server_that_is_not_there_is_named(trouble: httpx.HTTPError, words: str) -> None:
    def fails(request: httpx.Request) -> httpx.Response:
        trouble.request = request
        raise trouble

    client = client_of(Scripted(fails))
    with pytest.raises(Retryable, match=words) as raised:
        await ask(lambda: client.auth.sign_in_with_password({"email": "a@b.c", "password": "x"}))
    assert raised.value.cure
