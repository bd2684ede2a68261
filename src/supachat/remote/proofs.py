"""What a person shows to be let in, as requests to the sign-in server, and what a mail's link holds.

Must never keep a password, a code or a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from supabase import AsyncClient
from supabase_auth.types import AuthResponse, EmailOtpType

from supachat.domain.entering import Mailed, NewAccount, Nobody, Outside, Password, Proof
from supachat.domain.errors import BadInput, SignInError
from supachat.domain.text import safe_line

_KINDS = ("signup", "invite", "magiclink", "recovery", "email_change", "email")


async def prove(client: AsyncClient, proof: Proof) -> AuthResponse:
    """Ask the server. Raises `BadInput`, `SignInError` and the library's own errors."""
    match proof:
        case Password(email, password):
            return await client.auth.sign_in_with_password({"email": email, "password": password})
        case NewAccount(email, password, name):
            return await client.auth.sign_up(
                {"email": email, "password": password, "options": {"data": {"name": name}}}
            )
        case Nobody():
            return await client.auth.sign_in_anonymously()
        case Mailed(email, text):
            return await _mailed(client, email, shown(text))
        case Outside():
            raise SignInError("this project hands out its own sign-ins")


async def send_code(client: AsyncClient, email: str, *, create: bool) -> None:
    """Have a code sent. `create`: a new account, where the address has none."""
    await client.auth.sign_in_with_otp({"email": email, "options": {"should_create_user": create}})


# ---------------------------------------------------------------- what a mail brought


@dataclass(frozen=True, slots=True)
class Digits:
    token: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """A link that nobody has opened yet."""

    token: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Where a link ended that somebody opened: it brought a code for the program that asked."""

    code: str


@dataclass(frozen=True, slots=True)
class Session:
    """Where a link ended that nobody asked for by program: it brought the session itself."""

    refresh_token: str


def shown(text: str) -> Digits | Hashed | Ended | Session:
    """What `text` is. Pure. Raises `BadInput`, or `SignInError` where the link says that it failed."""
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"\d{6,10}", digits):
        return Digits(digits)
    parts = _parts(text.strip())
    if said := parts.get("error_description") or parts.get("error"):
        raise SignInError(f"the link did not work: {safe_line(said)}", cure="Send another")
    if refresh := parts.get("refresh_token"):
        return Session(refresh)
    if code := parts.get("code"):
        return Ended(code)
    if (token := parts.get("token_hash") or parts.get("token")) and parts.get("type") in _KINDS:
        return Hashed(token, parts["type"])
    raise BadInput(
        "that is neither a code nor the link of such a mail",
        cure="Type its digits, or paste the whole link",
    )


def _parts(text: str) -> dict[str, str]:
    """Query and fragment of an address; nothing for what is none."""
    try:
        address = urlsplit(text)
    except ValueError:
        return {}
    if address.scheme not in ("http", "https"):
        return {}
    return dict(parse_qsl(address.query)) | dict(parse_qsl(address.fragment))


async def _mailed(
    client: AsyncClient, email: str, given: Digits | Hashed | Ended | Session
) -> AuthResponse:
    match given:
        case Digits(token):
            if not email:
                raise BadInput(
                    "a code needs its e-mail address", cure="Type the address, or paste the link"
                )
            return await client.auth.verify_otp({"email": email, "token": token, "type": "email"})
        case Hashed(token, kind):
            # the kinds were looked at in `shown`
            return await client.auth.verify_otp({"token_hash": token, "type": cast("EmailOtpType", kind)})
        case Ended(code):
            return await client.auth.exchange_code_for_session({"auth_code": code})
        case Session(refresh_token):
            return await client.auth.refresh_session(refresh_token)
