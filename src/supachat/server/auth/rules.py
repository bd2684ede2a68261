"""GoTrue's rules about what may be asked, as functions of values. Pure."""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from supachat.server.auth.errors import bad_json, invalid, weak_password

ADDRESS_LETTERS = 255
PASSWORD_BYTES = 72
"""bcrypt looks at no more, so more is refused."""

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_REFRESH = re.compile(r"[a-z0-9]{24}")
_ALPHABET = string.ascii_lowercase + string.digits
_DURATION = re.compile(r"(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 2**63 / 1e9


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`, `{}` for an empty body; refuses what the database could not keep."""
    if not raw:
        return {}
    try:
        # as UTF-8, or a body in UTF-16 would hide what is looked for below
        body = json.loads(raw.decode(), parse_constant=_no_number)
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


def flag(body: Mapping[str, Any], name: str, *, otherwise: bool = False) -> bool:
    """The truth value `name` of `body`, `otherwise` where it is absent or null."""
    value = body.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise bad_json(f"cannot unmarshal into field {name} of type bool")
    return value


def mapping(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object `name` of `body`, empty where it is absent or null."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_json(f"cannot unmarshal into field {name} of type object")
    return value


def email_of(body: Mapping[str, Any], name: str = "email") -> str:
    """The address `name` of `body` in the form in which it is stored, or a refusal."""
    address = text(body, name).strip().lower()
    if not address:
        raise invalid("An email address is required")
    if len(address) > ADDRESS_LETTERS or not _EMAIL.fullmatch(address):
        raise invalid("Unable to validate email address: invalid format")
    return address


def check_length(password: str) -> None:
    """Refuses a password of which bcrypt would see only the beginning."""
    if len(password.encode()) > PASSWORD_BYTES:
        raise invalid(f"Password cannot be longer than {PASSWORD_BYTES} characters")


def check_password(password: str, shortest: int) -> None:
    """Refuses a password that is too long for bcrypt or shorter than `shortest` characters."""
    check_length(password)
    if len(password) < shortest:
        raise weak_password(shortest)


def merged(held: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata after an update: what is given wins, null takes a name away."""
    return {name: value for name, value in {**held, **given}.items() if value is not None}


def duration(given: str) -> timedelta:
    """A length of time as Go writes it, like 1h30m. Refuses anything else, and what is below zero."""
    if given == "0":
        return timedelta()
    parts = _PART.findall(given) if _DURATION.fullmatch(given) else []
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not parts or seconds >= _LONGEST:
        raise invalid(f'invalid format for ban duration: time: invalid duration "{given[:40]}"')
    return timedelta(seconds=seconds)


def refresh_token() -> str:
    """A new refresh token, 124 bits of chance."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))


def is_refresh_token(token: str) -> bool:
    """Whether `token` could be one of ours."""
    return _REFRESH.fullmatch(token) is not None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")
