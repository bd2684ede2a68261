"""Is there a project at this address, and does it know the key?"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from supachat.domain.errors import SettingsError
from supachat.remote.address import SECRET, Address
from supachat.remote.http import make_client, tls_context
from supachat.remote.probe import found, probe
from supachat.remote.waits import Waits

HTTP = Path(__file__).parents[1] / "vectors" / "data" / "http"


def settings() -> bytes:
    """The recorded settings of a sign-in server."""
    for line in (HTTP / "auth_session.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["label"] == "settings":
            return json.dumps(entry["response"]["body"]).encode()
    raise LookupError("settings")


@pytest.mark.parametrize(
    ("status", "body", "with_key", "answers", "ok", "words"),
    [
        (200, settings(), True, True, True, ""),
        (200, settings(), False, True, False, ""),
        (401, b'{"message":"Invalid API key"}', True, True, False, "does not know the key"),
        (401, b'{"message":"No API key found in request"}', False, True, False, ""),
        (403, b"", True, True, False, "does not know the key"),
        (404, b"not here", True, False, False, "no Supabase project"),
        (200, b"<html>", True, False, False, "no Supabase project"),
        (200, b"[1]", True, False, False, "no Supabase project"),
        (200, b"\xff", True, False, False, "no Supabase project"),
        (302, b"", True, False, False, "no Supabase project"),
        (502, b"", True, False, False, "no Supabase project"),
    ],
)
def test_what_is_found(
    status: int, body: bytes, with_key: bool, answers: bool, ok: bool, words: str
) -> None:
    result = found(httpx.Response(status, content=body), 0.012, with_key)
    assert (result.answers, result.answers and result.key_known) == (answers, ok)
    assert words in result.sentence
    assert bool(words) == bool(result.sentence)
    assert result.round_trip == 0.012


def test_a_project_that_takes_no_accounts() -> None:
    closed = json.dumps({**json.loads(settings()), "disable_signup": True}).encode()
    assert not found(httpx.Response(200, content=closed), 0.0, True).sign_up
    assert found(httpx.Response(200, content=settings()), 0.0, True).sign_up


@pytest.mark.parametrize(
    ("url", "key", "words"),
    [
        ("nonsense", "", "not a web address"),
        ("http://example.org", "", "unprotected"),
        ("https://example.org", "sb_secret_x", SECRET),
        ("http://127.0.0.1:1", "", "cannot be reached"),
    ],
)
async def test_it_never_raises(url: str, key: str, words: str) -> None:
    result = await probe(url, key)
    assert not result.answers
    assert words in result.sentence


def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(SettingsError, match="proxy"):
        make_client(Address("https://example.org", "sb_publishable_x"), Waits(), tls_context())
