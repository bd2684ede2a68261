"""GoTrue's rules as functions of values: what may be asked, and how a user and a token look. Pure."""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from supachat.server.auth.errors import AuthError, bad_json, invalid, weak_password

PASSWORD_BYTES = 72
"""bcrypt looks at no more, so more is refused."""

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_REFRESH = re.compile(r"[a-z0-9]{24}")
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class User:
    """One row of auth.users, as far as a client may see it, and the hash of the password."""

    id: UUID
    email: str
    encrypted_password: str
    email_confirmed_at: datetime | None
    confirmation_sent_at: datetime | None
    last_sign_in_at: datetime | None
    banned_until: datetime | None
    created_at: datetime
    updated_at: datetime
    raw_app_meta_data: dict[str, Any]
    raw_user_meta_data: dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """One row of auth.identities."""

    id: UUID
    provider_id: str
    provider: str
    identity_data: dict[str, Any]
    last_sign_in_at: datetime | None
    created_at: datetime
    updated_at: datetime


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`, `{}` for an empty body; refuses what the database could not keep."""
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_number)
        # lone surrogates fail here, and numbers that became infinite
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise bad_json("it is nested too deeply") from error
    except ValueError as error:
        raise bad_json(str(error)) from error
    if not isinstance(body, dict):
        raise bad_json("cannot unmarshal into an object")
    if b"\\u0000" in raw:
        raise bad_json("it holds the character U+0000")
    return body


def text(body: Mapping[str, Any], name: str) -> str:
    """The string `name` of `body`, empty where it is absent or null."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_json(f"cannot unmarshal into field {name} of type string")
    return value


def mapping(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object `name` of `body`, empty where it is absent or null."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_json(f"cannot unmarshal into field {name} of type object")
    return value


def email_of(body: Mapping[str, Any]) -> str:
    """The address of `body` in the form in which it is stored, or a refusal."""
    address = text(body, "email").strip().lower()
    if len(address) > 255 or not _EMAIL.fullmatch(address):
        raise invalid("Unable to validate email address: invalid format")
    return address


def check_password(password: str, shortest: int) -> None:
    """Refuses a password that is too long for bcrypt or shorter than `shortest` characters."""
    if len(password.encode()) > PASSWORD_BYTES:
        raise invalid(f"Password cannot be longer than {PASSWORD_BYTES} characters")
    if len(password) < shortest:
        raise weak_password(shortest)


def merged(held: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata after an update: what is given wins, null takes a name away."""
    return {name: value for name, value in {**held, **given}.items() if value is not None}


def refresh_token() -> str:
    """A new refresh token, 124 bits of chance."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))


def is_refresh_token(token: str) -> bool:
    """Whether `token` could be one of ours."""
    return _REFRESH.fullmatch(token) is not None


def claims(
    user: User, session: UUID, began: datetime, *, issuer: str, now: float, lifetime: float
) -> dict[str, Any]:
    """The content of an access token; times in epoch seconds, `lifetime` in seconds."""
    return {
        "iss": issuer,
        "sub": str(user.id),
        "aud": "authenticated",
        "exp": int(now + lifetime),
        "iat": int(now),
        "email": user.email,
        "phone": "",
        "app_metadata": user.raw_app_meta_data,
        "user_metadata": user.raw_user_meta_data,
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": int(began.timestamp())}],
        "session_id": str(session),
        "is_anonymous": False,
    }


def user_json(user: User, identities: tuple[Identity, ...]) -> dict[str, Any]:
    """A user in GoTrue's shape; a time that is not known is left out."""
    times = {
        "email_confirmed_at": user.email_confirmed_at,
        "confirmation_sent_at": user.confirmation_sent_at,
        "confirmed_at": user.email_confirmed_at,
        "last_sign_in_at": user.last_sign_in_at,
    }
    return {
        "id": str(user.id),
        "aud": "authenticated",
        "role": "authenticated",
        "email": user.email,
        **{name: rfc3339(moment) for name, moment in times.items() if moment is not None},
        "phone": "",
        "app_metadata": user.raw_app_meta_data,
        "user_metadata": user.raw_user_meta_data,
        "identities": [_identity_json(user, identity) for identity in identities],
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "is_anonymous": False,
    }


def rfc3339(moment: datetime) -> str:
    """`moment` in UTC with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def check_banned(user: User, now: datetime) -> None:
    """Refuses a user who is banned at `now`."""
    if user.banned_until is not None and user.banned_until > now:
        raise AuthError(400, "user_banned", "User is banned")


def _identity_json(user: User, identity: Identity) -> dict[str, Any]:
    seen = identity.last_sign_in_at or identity.created_at
    return {
        "identity_id": str(identity.id),
        "id": identity.provider_id,
        "user_id": str(user.id),
        "identity_data": identity.identity_data,
        "provider": identity.provider,
        "last_sign_in_at": rfc3339(seen),
        "created_at": rfc3339(identity.created_at),
        "updated_at": rfc3339(identity.updated_at),
        "email": identity.identity_data.get("email", user.email),
    }


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")
