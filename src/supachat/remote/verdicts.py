"""What the server's refusals mean and what cures them: one table for joins, live channels, handshakes.

Pure. The texts are the real server's (recordings 03 to 08 and 40 to 48). Every word that goes on to a
person is made safe here, since a proxy or a stranger's server may have written it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from supachat.domain.text import Safe, safe_line


class Cure(StrEnum):
    RETRY = "retry"
    """Time may cure it."""
    LIMIT = "limit"
    """Time will, but at least half a minute of it."""
    RENEW = "renew"
    """A new token."""
    PLAIN = "plain"
    """A join that does not ask for what was missed."""
    PARK = "park"
    """A right that we do not have."""
    HALT = "halt"
    """The address or the key is wrong: a person must look."""
    FOREIGN = "foreign"
    """Somebody else answers there, as a hotel's sign-in does, until a person has looked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    cure: Cure
    words: Safe


_JOIN = (
    ("Unauthorized", Cure.PARK, "you may not listen here"),
    ("PrivateOnly", Cure.PARK, "this project takes private channels only"),
    ("TopicNameRequired", Cure.PARK, "the topic has no name"),
    ("RealtimeDisabledForTenant", Cure.LIMIT, "realtime is switched off for this project"),
    ("TenantNotFound", Cure.LIMIT, "the server does not know this project"),
    ("ClientJoinRateLimitReached", Cure.LIMIT, "too many joins a second"),
    ("ChannelRateLimitReached", Cure.LIMIT, "too many channels on this connection"),
    ("ConnectionRateLimitReached", Cure.LIMIT, "too many people are connected"),
    ("DatabaseConnectionRateLimitReached", Cure.LIMIT, "the project's database is busy"),
    ("InvalidJWTToken", Cure.RENEW, "the sign-in has run out"),
    ("MalformedJWT", Cure.RENEW, "the server cannot read our sign-in"),
    ("JwtSign", Cure.RENEW, "the server does not take our sign-in"),
    ("UnableToReplayMessages", Cure.PLAIN, "the server cannot repeat what was missed"),
    ("RealtimeRestarting", Cure.RETRY, "realtime is restarting"),
    ("unmatched topic", Cure.RETRY, "the server has forgotten the topic"),
)
_LIVE = (
    ("Token has expired", Cure.RENEW, "the sign-in has run out"),
    ("The token provided is not a valid JWT", Cure.RENEW, "the server cannot read our sign-in"),
    ("Fields `role` and `exp`", Cure.RENEW, "the server cannot read our sign-in"),
    (":signature_error", Cure.RENEW, "the server does not take our sign-in"),
    ("You do not have permissions", Cure.PARK, "you may not listen here any more"),
    ("You no longer have permission", Cure.PARK, "you may not listen here any more"),
    ("Too many messages per second", Cure.LIMIT, "too many messages a second"),
    ("Too many presence messages", Cure.LIMIT, "too many presence calls a second"),
    ("Client presence rate limit", Cure.LIMIT, "too many presence calls"),
)


def judge_join(reason: str) -> Verdict:
    """The `reason` of an error reply to a join."""
    return _judge(_JOIN, reason)


def judge_live(message: str) -> Verdict:
    """The text of a `system` error that came before the server closed a joined channel."""
    return _judge(_LIVE, message)


_KEY = "this project does not know the key: copy it again from its settings"
PAGE = "a page answers in the server's place: this network may want you to sign in, in a browser"
_HANDSHAKE = (
    ("Realtime was disabled", "realtime is switched off for this project"),
    ("Tenant not found", "the server does not know this project"),
)


def judge_handshake(status: int, text: str) -> Verdict:
    """The HTTP status of a refused handshake, and its body. The handshake carries the project's key and
    not the person's token, so no renewal cures a 401."""
    if 200 <= status < 400:
        return Verdict(Cure.FOREIGN, Safe(PAGE))
    words = Safe(_KEY) if status == 401 else _said(status, _reason(text))
    if status in (401, 403, 404):
        return Verdict(Cure.HALT, words)
    return Verdict(Cure.LIMIT if status == 429 else Cure.RETRY, words)


def _reason(body: str) -> str:
    """What a refusal's body says in words: none of its braces, and nothing of a page."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "" if body.lstrip().startswith(("<", "{")) else body
    found = (said.get(name) for name in ("message", "msg", "error")) if isinstance(said, dict) else ()
    return next((text for text in found if isinstance(text, str)), "")


def _said(status: int, reason: str) -> Safe:
    for start, words in _HANDSHAKE:
        if reason.startswith(start):
            return Safe(words)
    return safe_line(f"the server answered {status}: {reason[:120]}".rstrip(": \n"), limit=160)


def _judge(table: tuple[tuple[str, Cure, str], ...], text: str) -> Verdict:
    for start, cure, words in table:
        if text.startswith(start):
            return Verdict(cure, Safe(words))
    return Verdict(Cure.RETRY, safe_line(text or "the server gave no reason", limit=120))
