"""A running server whose people's tokens are signed by a key pair, and what it says about letters."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jwt
import pytest
from click.testing import CliRunner
from realtime import RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from tests.server.auth_world import ANN, PASSWORD
from tests.server.served import process, served

from supachat.cli.serve import serve as serve_command
from supachat.server.serve import Options, Started

SQL = """
create table if not exists public.notes (owner uuid default auth.uid(), at timestamptz default now());
alter table public.notes enable row level security;
create or replace function public.address() returns text language sql as 'select auth.email()';
drop policy if exists own on realtime.messages;
create policy own on realtime.messages for select to authenticated using (realtime.topic() = 'mine');
"""


@asynccontextmanager
async def client_of(started: Started) -> AsyncIterator[AsyncClient]:
    """A real client; its realtime connection is closed at the end."""
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        made = await acreate_client(started.url, started.publishable_key, options)
        try:
            yield made
        finally:
            await made.realtime.close()


async def joined(client: AsyncClient) -> bool:
    """Whether the client may hear a topic that is open to signed-in people only."""
    heard: asyncio.Future[RealtimeSubscribeStates] = asyncio.get_running_loop().create_future()

    def told(state: RealtimeSubscribeStates, _error: Exception | None) -> None:
        if not heard.done():
            heard.set_result(state)

    channel = client.channel("mine", {"config": {"private": True, "broadcast": None, "presence": None}})
    await channel.subscribe(told)
    return await asyncio.wait_for(heard, 10) is RealtimeSubscribeStates.SUBSCRIBED


async def test_every_part_believes_both_kinds_of_token(tmp_path: Path) -> None:
    texts = (("notes", SQL),)
    tokens = {}
    for asymmetric in (True, False):
        options = Options(tmp_path, port=0, texts=texts, asymmetric=asymmetric)
        async with served(options) as started, client_of(started) as client:
            if asymmetric:
                await client.auth.sign_up({"email": ANN, "password": PASSWORD})
            signed = await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
            assert signed.session is not None
            tokens[asymmetric] = signed.session.access_token
            for token in tokens.values():  # the other one was given out before the restart
                await client.auth.set_session(token, signed.session.refresh_token)
                checked = await client.auth.get_claims(token)
                assert checked is not None
                assert checked["claims"]["sub"] == signed.session.user.id
                client.postgrest.auth(token)
                assert (await client.rpc("address", {}).execute()).data == ANN
                await client.realtime.set_auth(token)
                assert await joined(client)
                await client.remove_all_channels()
    headers = {kind: jwt.get_unverified_header(token) for kind, token in tokens.items()}
    assert (headers[True]["alg"], headers[False]["alg"]) == ("ES256", "HS256")


async def test_only_half_of_the_pair_is_published(tmp_path: Path) -> None:
    async with served(Options(tmp_path, port=0, asymmetric=True)) as started, httpx.AsyncClient() as http:
        answer = await http.get(f"{started.url}/auth/v1/.well-known/jwks.json")
    (shown,) = answer.json()["keys"]
    assert (shown["kty"], shown["alg"], shown["use"], "d" in shown) == ("EC", "ES256", "sig", False)
    kept = tmp_path / "signing_key.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert json.loads(kept.read_text())["kid"] == shown["kid"]
    async with served(Options(tmp_path / "other", port=0)) as started, httpx.AsyncClient() as http:
        answer = await http.get(f"{started.url}/auth/v1/.well-known/jwks.json")
        assert answer.json() == {"keys": []}
    assert not (tmp_path / "other" / "signing_key.json").exists()


async def test_times_are_utc_whatever_the_shell_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "America/New_York")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    show = (
        "create function public.zone() returns text language sql as $$select current_setting('timezone')$$"
    )
    options = Options(tmp_path, port=0, texts=(("zone", show),))
    async with served(options) as started, client_of(started) as client:
        assert (await client.rpc("zone", {}).execute()).data == "UTC"


def ask_for_a_code(url: str, key: str) -> None:
    answer = httpx.post(f"{url}/auth/v1/otp", headers={"apikey": key}, json={"email": ANN})
    assert (answer.status_code, answer.json()) == (200, {})


def test_a_person_who_watches_the_server_reads_the_code(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "supachat.cli.serve", "--port", "0", "--data-dir", str(tmp_path)]
    running = subprocess.Popen(
        [*command, "--watch-fd", str(reader)], stdout=subprocess.PIPE, text=True, pass_fds=(reader,)
    )
    os.close(reader)
    assert running.stdout is not None
    try:
        url = running.stdout.readline().split()[2].rstrip(",")
        key = running.stdout.readline().split()[-1]
        ask_for_a_code(url, key)
        line = running.stdout.readline()
        (letter,) = (tmp_path / "outbox").iterdir()
        code = letter.read_text().split("code is ")[1][:6]
        assert line.startswith(f"mail to {ANN}: Sign in: code {code} or {url}/auth/v1/verify?token=")
    finally:
        os.close(writer)  # it ends by itself when nobody holds the pipe any more
        rest = running.stdout.read()
        running.stdout.close()
        assert running.wait(timeout=10) == 0
    assert rest == ""


def test_a_program_that_reads_one_line_gets_no_second(tmp_path: Path) -> None:
    with process(tmp_path) as (running, told, _):
        ask_for_a_code(told["url"], told["publishable_key"])
        assert len(list((tmp_path / "outbox").iterdir())) == 1
        running.terminate()
        assert running.stdout is not None
        assert running.stdout.read() == ""
        assert "code is" not in (tmp_path / "postgres.log").read_text()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "chat.example.com", "file:///etc/passwd"])
def test_links_cannot_be_made_to_lead_to_what_is_no_page(url: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(serve_command, ["--site-url", url, "--data-dir", str(tmp_path / "none")])
    assert answer.exit_code == 2
    assert "--site-url" in answer.output
    assert not (tmp_path / "none").exists()
