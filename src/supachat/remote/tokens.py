"""The tokens in force, and when they are due. Pure: both clocks are arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from supabase_auth.types import Session

from supachat.domain.model import Account
from supachat.domain.text import safe_line
from supachat.remote.outside import access_claims
from supachat.remote.waits import Waits


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is in force. `got_at` and `got_wall` are the two clocks when it was asked for, `life` is
    seconds."""

    access: str
    account: Account
    life: float
    got_at: float
    got_wall: float

    def age(self, now: float, wall: float) -> float:
        """Seconds, by the clock that moved more: the monotonic one sleeps with the machine, the other may
        be set back."""
        return max(now - self.got_at, wall - self.got_wall)

    def left(self, now: float, wall: float) -> float:
        """Seconds of life left."""
        return self.life - self.age(now, wall)

    def usable(self, now: float, wall: float, waits: Waits) -> bool:
        """It lives long enough for a join or a request to be through."""
        return self.left(now, wall) > min(waits.token_left, self.life * (1 - waits.token_share))

    def due_in(self, now: float, wall: float, waits: Waits) -> float:
        """Seconds until it is to be renewed, negative where that is past: when three quarters of its
        life are over, or when little is left of a life that was longer than that."""
        early = min(waits.token_early, self.life * waits.token_share)
        return self.left(now, wall) - max(early, self.life * (1 - waits.token_share))


def tokens_of(session: Session, now: float, wall: float) -> Tokens:
    """What the server gave, asked for at `now`. Its own `expires_at` is not looked at: clocks differ. A
    life that cannot be is taken for the usual hour; the server says soon enough if it is over."""
    user, life = session.user, session.expires_in
    return Tokens(
        session.access_token,
        _account(user.id, user.email or "", user.user_metadata or {}),
        float(life if 0 < life < 1e9 else 3600),
        now,
        wall,
    )


def tokens_in(access: str, given_at: float | None, now: float, wall: float) -> Tokens:
    """An access token that came alone. Its end is compared with the giver's own clock, `given_at`, else
    with ours: it may have been made long before it was given."""
    claims = access_claims(access) or {}
    meta = claims.get("user_metadata")
    who = _account(
        str(claims.get("sub") or ""), str(claims.get("email") or ""), meta if isinstance(meta, dict) else {}
    )
    life = float(claims.get("exp") or 0) - (wall if given_at is None else given_at)
    return Tokens(access, who, life, now, wall)


def _account(user_id: str, email: str, meta: Mapping[str, Any]) -> Account:
    name = meta.get("name") or meta.get("full_name") or email or user_id
    return Account(user_id, safe_line(email), safe_line(str(name)))
