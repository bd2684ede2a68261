"""Is there a Supabase project at this address, and does it know this key? For the first run.

Must never raise, and never send a key that opens more than the door.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from supachat.domain.errors import SupachatError
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.remote.address import Address, checked_key, checked_url
from supachat.remote.http import make_client, tls_context
from supachat.remote.refusals import network
from supachat.remote.waits import Waits


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. `sentence` says what is wrong; it is empty where nothing is."""

    answers: bool = False
    key_known: bool = False
    round_trip: float | None = None
    """Seconds."""
    sign_up: bool = True
    """New accounts may be made by e-mail."""
    sentence: Safe = NOTHING


async def probe(url: str, key: str, *, waits: Waits | None = None) -> Probe:
    """Ask the sign-in server for its settings. Never raises; with an empty `key` only the address is
    looked at."""
    waits = waits or Waits()
    try:
        address = Address(checked_url(url), checked_key(key) if key else "")
    except SupachatError as error:
        return Probe(sentence=safe_line(str(error)))
    began = time.monotonic()
    try:
        async with make_client(address, waits, tls_context()) as client:
            answer = await client.get(f"{address.url}/auth/v1/settings", headers={"apikey": address.key})
    except httpx.HTTPError as error:
        return Probe(sentence=safe_line(str(network(error))))
    except SupachatError as error:
        return Probe(sentence=safe_line(str(error)))
    return found(answer.status_code, answer.content, time.monotonic() - began, bool(key))


def found(status: int, body: bytes, seconds: float, with_key: bool) -> Probe:
    """What the answer says."""
    if status in (401, 403):
        sentence = "this project does not know the key. Copy it again from its settings" if with_key else ""
        return Probe(answers=True, round_trip=seconds, sentence=Safe(sentence))
    settings = _settings(body) if status == 200 else None
    if settings is None:
        return Probe(round_trip=seconds, sentence=Safe("something answers there, but no Supabase project"))
    return Probe(True, with_key, seconds, sign_up=settings.get("disable_signup") is not True)


def _settings(body: bytes) -> dict[str, object] | None:
    """The settings of a GoTrue server; None where it is none."""
    try:
        settings = httpx.Response(200, content=body).json()
    except (ValueError, RecursionError):
        return None
    return settings if isinstance(settings, dict) and "disable_signup" in settings else None
