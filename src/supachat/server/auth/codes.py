"""One-time codes: six digits for a person to type, and their hash for a link to carry and a row to keep.

The hash covers the address, so a code is good for nobody else; it is keyed with the project's secret, for
whoever knows the address could else try all million hashes as if each came from a link. Must never keep
the digits anywhere.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from supachat.server.auth.accounts import USER, Connection
from supachat.server.auth.errors import AuthError, invalid
from supachat.server.auth.people import User

PKCE = "pkce_"
"""Marks the hash of a code whose link gives an auth code instead of a session."""


class Kind(StrEnum):
    """What a code was sent for, in the words that clients use for it."""

    SIGNUP = "signup"
    INVITE = "invite"
    MAGICLINK = "magiclink"
    RECOVERY = "recovery"
    EMAIL_CHANGE = "email_change"

    @property
    def method(self) -> str:
        """The name of this way in, in a token's `amr` and in auth.flow_state."""
        return "email/signup" if self is Kind.SIGNUP else self.value


@dataclass(frozen=True, repr=False)
class Code:
    """A code that was made for one address."""

    digits: str
    token_hash: str


@dataclass(frozen=True)
class Found:
    """Whose code it is, what it was for, and the column that keeps it."""

    user: User
    kind: Kind
    column: str


_CONFIRMATION = "confirmation_token"
_RECOVERY = "recovery_token"
CHANGE_OLD = "email_change_token_current"
CHANGE_NEW = "email_change_token_new"

_SENT = {
    _CONFIRMATION: "confirmation_sent_at",
    _RECOVERY: "recovery_sent_at",
    CHANGE_OLD: "email_change_sent_at",
    CHANGE_NEW: "email_change_sent_at",
}
_PLACES: dict[str, tuple[tuple[str, Kind], ...]] = {
    "signup": ((_CONFIRMATION, Kind.SIGNUP),),
    "invite": ((_CONFIRMATION, Kind.INVITE),),
    "magiclink": ((_RECOVERY, Kind.MAGICLINK),),
    "recovery": ((_RECOVERY, Kind.RECOVERY),),
    "email": ((_CONFIRMATION, Kind.SIGNUP), (_RECOVERY, Kind.MAGICLINK)),
    "email_change": ((CHANGE_OLD, Kind.EMAIL_CHANGE), (CHANGE_NEW, Kind.EMAIL_CHANGE)),
}


_FIND = SQL(
    "{user} where deleted_at is null and {token} = any(%s) and {sent} > now() - %s * interval '1 s'"
    " for update"
)


def new_code(email: str, secret: str, *, pkce: bool = False) -> Code:
    """A code for `email` that nobody can guess in the tries that they have; `secret` is the project's."""
    digits = f"{secrets.randbelow(1_000_000):06d}"
    return Code(digits, (PKCE if pkce else "") + hash_of(email, digits, secret))


def hash_of(email: str, digits: str, secret: str) -> str:
    """What is kept of a code, without the mark of its flow: as long as GoTrue's own."""
    return hmac.new(secret.encode(), f"code {email}{digits}".encode(), "sha224").hexdigest()


def hashes_of(email: str, digits: str, secret: str) -> tuple[str, ...]:
    """The forms in which a typed code may be kept."""
    plain = hash_of(email, digits, secret)
    return plain, PKCE + plain


def check_kind(kind: str) -> None:
    """Refuses a type of verification that mails do not have."""
    if not kind:
        raise invalid("Verify requires a verification type")
    if kind not in _PLACES:
        raise invalid("Invalid email verification type")


async def find(connection: Connection, kind: str, hashes: Sequence[str], life: float) -> Found | None:
    """Who waits for a code that is kept as one of `hashes`, not older than `life` seconds; locks it."""
    for column, meaning in _PLACES[kind]:
        query = _FIND.format(user=USER, token=Identifier(column), sent=Identifier(_SENT[column]))
        async with connection.cursor(row_factory=class_row(User)) as cursor:
            await cursor.execute(query, (list(hashes), life))
            user = await cursor.fetchone()
        if user is not None:
            return Found(user, meaning, column)
    return None


def expired(*, link: bool) -> AuthError:
    """The code or link is wrong, too old, or was used: nobody is told which."""
    words = "Email link is invalid or has expired" if link else "Token has expired or is invalid"
    return AuthError(403, "otp_expired", words)
