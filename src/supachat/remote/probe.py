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
from supachat.remote.waits import Waits
from supachat.remote.ways import ask_settings, json_object


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
            answer = await ask_settings(client, address)
    except SupachatError as error:
        return Probe(sentence=safe_line(str(error)))
    return found(answer, time.monotonic() - began, bool(key))


def found(answer: httpx.Response, seconds: float, with_key: bool) -> Probe:
    """What the answer says."""
    if answer.status_code in (401, 403):
        sentence = "this project does not know the key. Copy it again from its settings" if with_key else ""
        return Probe(answers=True, round_trip=seconds, sentence=Safe(sentence))
    settings = json_object(answer) if answer.status_code == 200 else None
    if settings is None or "disable_signup" not in settings:  # no GoTrue server's
        return Probe(round_trip=seconds, sentence=Safe("something answers there, but no Supabase project"))
    return Probe(True, with_key, seconds, sign_up=settings.get("disable_signup") is not True)
