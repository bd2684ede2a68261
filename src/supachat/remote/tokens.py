"""The tokens in force, and when they are due. Pure: both clocks are arguments."""

from __future__ import annotations

from dataclasses import dataclass

from supabase_auth.types import Session

from supachat.domain.model import Account
from supachat.domain.text import safe_line
from supachat.remote.waits import Waits


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is in force. `got_at` and `got_wall` are the two clocks when it came, `life` is seconds."""

    access: str
    refresh: str
    account: Account
    life: float
    got_at: float
    got_wall: float

    def left(self, now: float, wall: float) -> float:
        """Seconds of life left, by the clock that moved more: the monotonic one sleeps with the
        machine, the other may be set back."""
        return self.life - max(now - self.got_at, wall - self.got_wall)

    def usable(self, now: float, wall: float, waits: Waits) -> bool:
        """It lives long enough for a join or a request to be through."""
        return self.left(now, wall) > min(waits.token_left, self.life * (1 - waits.token_share))

    def due_in(self, now: float, wall: float, waits: Waits) -> float:
        """Seconds until it is to be renewed, negative where that is past: when three quarters of its
        life are over, or when little is left of a life that was longer than that."""
        early = min(waits.token_early, self.life * waits.token_share)
        return self.left(now, wall) - max(early, self.life * (1 - waits.token_share))


def tokens_of(session: Session, now: float, wall: float) -> Tokens:
    """What the server just gave. Its own `expires_at` is not looked at: clocks differ."""
    user = session.user
    meta = user.user_metadata or {}
    name = meta.get("name") or meta.get("full_name") or user.email or user.id
    return Tokens(
        session.access_token,
        session.refresh_token,
        Account(user.id, safe_line(user.email or ""), safe_line(str(name))),
        float(session.expires_in or 3600),
        now,
        wall,
    )
