"""A person as GoTrue keeps and shows one: the row, its JSON, the claims of an access token. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from supachat.server.auth.errors import AuthError


@dataclass(frozen=True)
class User:
    """One row of auth.users, as far as a client may see it, and the hash of the password.

    `email` is empty where there is none; `email_change` is the address that waits to take its place,
    and `email_change_confirm_status` how many of the two addresses have agreed.
    """

    id: UUID
    role: str
    email: str
    encrypted_password: str
    is_anonymous: bool
    invited_at: datetime | None
    email_confirmed_at: datetime | None
    confirmation_sent_at: datetime | None
    recovery_sent_at: datetime | None
    email_change: str
    email_change_sent_at: datetime | None
    email_change_confirm_status: int
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
    user_id: UUID
    provider_id: str
    provider: str
    identity_data: dict[str, Any]
    last_sign_in_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Session:
    """One row of auth.sessions, and the way in by which it began."""

    id: UUID
    user_id: UUID
    created_at: datetime
    method: str


def claims(user: User, session: Session, *, issuer: str, now: float, lifetime: float) -> dict[str, Any]:
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
        "role": user.role,
        "aal": "aal1",
        "amr": [{"method": session.method, "timestamp": int(session.created_at.timestamp())}],
        "session_id": str(session.id),
        "is_anonymous": user.is_anonymous,
    }


def user_json(user: User, identities: tuple[Identity, ...]) -> dict[str, Any]:
    """A user in GoTrue's shape; a time that is not known is left out."""
    times = {
        "invited_at": user.invited_at,
        "email_confirmed_at": user.email_confirmed_at,
        "confirmation_sent_at": user.confirmation_sent_at,
        "confirmed_at": user.email_confirmed_at,
        "recovery_sent_at": user.recovery_sent_at,
        "email_change_sent_at": user.email_change_sent_at,
        "last_sign_in_at": user.last_sign_in_at,
        "banned_until": user.banned_until,
    }
    return {
        "id": str(user.id),
        "aud": "authenticated",
        "role": user.role,
        "email": user.email,
        **{name: rfc3339(moment) for name, moment in times.items() if moment is not None},
        **({"new_email": user.email_change} if user.email_change else {}),
        "phone": "",
        "app_metadata": user.raw_app_meta_data,
        "user_metadata": user.raw_user_meta_data,
        "identities": [_identity_json(user, identity) for identity in identities],
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "is_anonymous": user.is_anonymous,
    }


def rfc3339(moment: datetime) -> str:
    """`moment` in UTC with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def check_banned(user: User, now: datetime, *, status: int = 403) -> None:
    """Refuses a user who is banned at `now`; a sign-in says 400, everything else 403."""
    if user.banned_until is not None and user.banned_until > now:
        raise AuthError(status, "user_banned", "User is banned")


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
