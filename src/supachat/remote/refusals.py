"""Foreign errors become ours, here and nowhere else. Pure.

What a server says is a stranger's text: it is made safe before it goes into a message.
"""

from __future__ import annotations

import httpx
from postgrest.exceptions import APIError
from supabase_auth.errors import (
    AuthApiError,
    AuthError,
    AuthRetryableError,
    AuthUnknownError,
    AuthWeakPasswordError,
)

from supachat.domain.errors import (
    AlreadyThere,
    BadCredentials,
    DialectError,
    EmailUnverified,
    KeyRefused,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    SessionEnded,
    SignInError,
    SignUpRefused,
    SupachatError,
    TooEarly,
    Unreachable,
)
from supachat.domain.text import Safe, safe_line
from supachat.remote.doorstep import PROXIED, untrusted
from supachat.remote.http import Note, OfflineByHand

_NO_TABLES = frozenset({"PGRST202", "PGRST205", "PGRST106", "PGRST204", "42P01", "42883", "3F000"})
_TOKEN = frozenset({"PGRST300", "PGRST301", "PGRST302", "PGRST303"})
_TROUBLE = frozenset({"PGRST000", "PGRST001", "PGRST002", "PGRST003", "57014", "40001", "40P01", "55P03"})
_WORDS = {
    "23505": "the server has this already",
    "23503": "what this belongs to is not there any more",
    "23502": "the server wants something that was not given",
    "23514": "the server's rules do not allow this",
    "22001": "this is longer than the server takes",
    "22P02": "the server cannot read this",
    "22P05": "the server cannot store one of the characters",
    "22021": "the server cannot store one of the characters",
}

_POSTGRES_SAYS = ("permission denied", "row-level security", "must be owner", "must be superuser")
WHOM = "Ask whoever keeps this project, or owns the conversation, for the right"


class TokenRefused(Exception):
    """The server does not take our access token: renew it and ask once more. `nameless` where it has seen
    none at all."""

    def __init__(self, *, nameless: bool = False) -> None:
        super().__init__()
        self.nameless = nameless


def network(error: httpx.HTTPError) -> SupachatError:
    """No answer, in words. `httpx.HTTPError` is all that a request can raise."""
    if isinstance(error, OfflineByHand):
        return TooEarly("you are offline by hand", cure="/online comes back", arrived=False)
    server = _server(error)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unreachable(f"{server} does not answer in time", cure=NO_SERVER, arrived=False)
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{server} does not answer in time", cure=LATER)
    if isinstance(error, httpx.ConnectError) and (words := untrusted(error)) is not None:
        return Unreachable(words, cure=ASKED_IN, arrived=False)
    if isinstance(error, httpx.ProxyError):
        return Unreachable(PROXIED, cure="Unset HTTPS_PROXY, or ask whoever keeps it", arrived=False)
    if isinstance(error, httpx.ConnectError):
        return Unreachable(f"{server} cannot be reached", cure=NO_SERVER, arrived=False)
    if isinstance(error, httpx.DecodingError):
        return ServerTrouble(UNREADABLE, cure=LATER)
    return Unreachable(f"the connection to {server} broke off", cure=LATER)


LATER = "Try again in a moment"
UNREADABLE = "the server gave an answer that cannot be read"
ASKED_IN = "Open a browser: this network may want you to sign in. `supachat doctor` tells more"
NO_SERVER = "Check the address and the network; a local server is started by `supachat serve`"


def _server(error: httpx.HTTPError) -> Safe:
    """The server by its address, where the request is known."""
    try:
        url = error.request.url
    except RuntimeError:  # httpx raises it where no request was given along
        return Safe("the server")
    return safe_line(f"the server at {url.scheme}://{url.netloc.decode('ascii', 'replace')}")


def rows_error(error: APIError, note: Note) -> Exception:
    """A refusal of PostgREST, or `TokenRefused`."""
    code, status, words = str(error.code or ""), note.status, safe_line(error.message or "")
    if status == 401 and "api key" in words.lower():
        return KeyRefused(
            "the project does not take the key",
            cure="Copy it from its settings again; a proxy must leave the header apikey alone",
        )
    if status == 401 or code in _TOKEN:
        return TokenRefused(nameless=code == "42501")
    if status == 429 or code == "429":
        return RateLimited("the server asks for patience", after=note.after, arrived=False)
    if code in _NO_TABLES:
        return DialectError(
            "the chat's tables are not there, or not open to the REST API",
            cure="Install them with `supachat dialect sql`, and expose their schema",
        )
    if code == "42501" or status == 403:
        return _not_allowed(code, words)
    if status >= 500 or code in _TROUBLE or code.startswith(("53", "57P", "08")):
        return ServerTrouble("the server has trouble", after=note.after)
    if 300 <= status < 400:
        return ServerTrouble("the address leads elsewhere", cure="Give the address that it leads to")
    return _refused(code, words)


def _not_allowed(code: str, words: Safe) -> NotAllowed:
    """A function that refuses by its own words says who may; PostgreSQL's words name tables, not people."""
    if code == "42501" and words and not any(each in words for each in _POSTGRES_SAYS):
        return NotAllowed(f"you may not do that here: {words}")
    return NotAllowed("you may not do that here", cure=WHOM)


def _refused(code: str, words: Safe) -> SupachatError:
    if code == "PGRST116" or code == "23503":
        return NotFound(_WORDS.get(code, "there is no such thing"))
    if code == "23505":
        return AlreadyThere(_WORDS[code])
    if code in _WORDS:
        return Refused(_WORDS[code])
    return Refused(f"the server refused: {words}" if words else "the server refused")


# ---------------------------------------------------------------- sign-in

_ENDED = frozenset(
    {
        "refresh_token_not_found",
        "refresh_token_already_used",
        "session_not_found",
        "session_expired",
        "user_banned",
        "user_not_found",
    }
)
_SIGN_UP = {
    "user_already_exists": "that e-mail address has an account already",
    "email_exists": "that e-mail address has an account already",
    "signup_disabled": "this project takes no new accounts",
    "email_provider_disabled": "this project takes no accounts by e-mail",
    "email_address_invalid": "that is not an e-mail address that this project takes",
    "email_address_not_authorized": "this project sends no mail to that address",
}
_ELSEWHERE = frozenset({404, 405, 501})
"""What a web server says that has no such page, where its words are no sign-in server's."""
_MAILED = "that code or link is old, wrong, or was used already"
_SIGN_IN = {
    "otp_expired": (_MAILED, "Send another"),
    "otp_disabled": ("no account has that e-mail address", "Make a new account instead"),
    "same_password": ("that is the account's password already", "Choose another one"),
    "reauthentication_needed": ("this project wants a fresh sign-in first", "Sign in by a code"),
    "bad_code_verifier": ("that sign-in was begun by another program", "Begin again here"),
    "flow_state_not_found": ("that sign-in was used already", "Begin again"),
    "flow_state_expired": ("that sign-in took too long", "Begin again"),
    "anonymous_provider_disabled": ("this project lets nobody in without a name", ""),
    "provider_disabled": ("this project has that way in switched off", ""),
    "captcha_failed": ("this project asks for a captcha, which a terminal cannot show", ""),
}
"""What happened, and its cure."""


def auth_error(error: AuthError, note: Note) -> SupachatError:
    """A refusal of the sign-in server."""
    code, status = str(error.code or ""), note.status or int(getattr(error, "status", 0) or 0)
    words = safe_line(error.message or "")
    if isinstance(error, AuthRetryableError) and status == 0:
        return _unanswered(error)
    if status == 429:
        return RateLimited("too many tries", cure="Wait a little", after=note.after)
    if isinstance(error, AuthUnknownError) and (status in _ELSEWHERE or 300 <= status < 400):
        return SignInError("something answers there, but no Supabase project", cure="Check the address")
    if status >= 500 or isinstance(error, AuthRetryableError):
        return ServerTrouble("the sign-in server has trouble", cure=LATER, after=note.after)
    if isinstance(error, AuthWeakPasswordError):
        return SignUpRefused(f"the password is too weak: {words}")
    if code in _ENDED or "refresh token" in words.lower():
        return SessionEnded("the session is over", cure="Sign in again; nothing else is lost")
    if code == "email_not_confirmed":
        return EmailUnverified("the e-mail address is not confirmed yet", cure="Open the mail you got")
    if code == "invalid_credentials" or words == "Invalid login credentials":
        return BadCredentials("e-mail and password do not match")
    if code in _SIGN_UP:
        return SignUpRefused(_SIGN_UP[code])
    if code in _SIGN_IN:
        return SignInError(_SIGN_IN[code][0], cure=_SIGN_IN[code][1])
    if status in (401, 403) and ("api key" in words.lower() or not isinstance(error, AuthApiError)):
        return KeyRefused("this project does not know the key", cure="Copy it again from its settings")
    return SignInError(f"the server refused: {words}" if words else "the server refused")


def _unanswered(error: AuthError) -> SupachatError:
    """The library keeps the words alone; what they were made of knows whom it asked."""
    cause = error.__cause__ or error.__context__
    if isinstance(cause, httpx.HTTPError):
        return network(cause)
    return Unreachable("the server cannot be reached", cure=NO_SERVER)
