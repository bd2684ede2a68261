"""`supachat serve` as a process: its first line, its end, and what is left when it is killed."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import psycopg
import pytest
from supabase import AsyncClientOptions, acreate_client
from tests.server.served import COMMAND, ended, postmaster, process, served
from websockets.sync.client import connect

from supachat.server.serve import FILES, Options, _open_more_files, listen, serve
from supachat.server.trouble import AlreadyRunning, PortTaken, ServerTrouble


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_though_a_socket_is_open(tmp_path: Path, sign: signal.Signals) -> None:
    with process(tmp_path) as (running, told, _):
        assert set(told) == {"url", "publishable_key", "data_dir", "pid"}
        assert told["pid"] == running.pid
        database = postmaster(tmp_path)
        assert database is not None
        url = httpx.URL(told["url"])
        with socket.create_connection((url.host, url.port)):
            running.send_signal(sign)
            assert running.wait(timeout=20) == 0, "a socket that nobody closes holds nothing up"
        ended(database, 0.0)
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_nothing_is_left_when_it_is_killed_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with process(tmp_path) as (running, told, _):
        keys = json.loads((tmp_path / "keys.json").read_text())
        with psycopg.connect(keys["database"]) as connection:
            connection.execute("create table kept as select 1 as n")
        database = postmaster(tmp_path)
        running.kill()
        running.wait()
        ended(database, 2.0)
    with process(tmp_path) as (_, again, _):
        assert again["publishable_key"] == told["publishable_key"]
        with psycopg.connect(json.loads((tmp_path / "keys.json").read_text())["database"]) as connection:
            assert connection.execute("select n from kept").fetchone() == (1,)


def test_it_ends_when_its_parents_pipe_closes(tmp_path: Path) -> None:
    with process(tmp_path) as (running, _, writer):
        os.write(writer, b"still here")
        assert running.poll() is None
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), writer)  # closes the pipe; the number stays ours to close
        assert running.wait(timeout=20) == 0


def test_a_second_one_names_the_first(tmp_path: Path) -> None:
    with process(tmp_path) as (running, told, _):
        second = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stdout == ""
        assert told["url"] in second.stderr
        assert f"pid {running.pid}" in second.stderr


def test_a_limit_of_realtime_is_set_where_it_is_started(tmp_path: Path) -> None:
    wrong = subprocess.run(
        [*COMMAND, str(tmp_path / "new"), "--limit", "nobody=1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (wrong.returncode, "nobody is no limit" in wrong.stderr) == (1, True)
    assert not (tmp_path / "new").exists()
    with process(tmp_path, "--limit", "channels_per_socket=1") as (_, told, _):
        url = told["url"].replace("http", "ws") + "/realtime/v1/websocket?apikey=" + told["publishable_key"]
        with connect(url) as client:
            said = []
            for topic in ("realtime:one", "realtime:two"):
                client.send(json.dumps({"topic": topic, "event": "phx_join", "payload": {}, "ref": topic}))
                said.append(json.loads(client.recv(30))["payload"])
    assert [reply["status"] for reply in said] == ["ok", "error"]
    assert said[1]["response"]["reason"] == "ChannelRateLimitReached: Too many channels"


async def test_a_real_client_makes_an_account_and_stays_signed_in(tmp_path: Path) -> None:
    email, password = "ann@example.com", "correct-horse"
    async with served(Options(tmp_path, port=0)) as started, httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http)
        client = await acreate_client(started.url, started.publishable_key, options)
        await client.auth.sign_up({"email": email, "password": password})
        signed = await client.auth.sign_in_with_password({"email": email, "password": password})
        refreshed = await client.auth.refresh_session()
        assert signed.session is not None
        assert refreshed.session is not None
        assert refreshed.session.refresh_token != signed.session.refresh_token
        seen = await client.auth.get_user()
        assert seen is not None
        assert seen.user.email == email
        await client.auth.sign_out()


async def test_postgres_is_started_again_when_it_dies(tmp_path: Path) -> None:
    async with served(Options(tmp_path, port=0)) as started:
        headers = {"apikey": started.publishable_key}
        body = {"email": "ann@example.com", "password": "correct-horse"}
        async with httpx.AsyncClient(base_url=started.url, headers=headers, timeout=20) as client:
            assert (await client.post("/auth/v1/signup", json=body)).status_code == 200
            first = postmaster(tmp_path)
            assert first is not None
            os.kill(first, signal.SIGKILL)
            async with asyncio.timeout(30):
                while postmaster(tmp_path) in (None, first):
                    await asyncio.sleep(0.02)
                while (
                    await client.post("/auth/v1/token?grant_type=password", json=body)
                ).status_code != 200:
                    await asyncio.sleep(0.1)


async def test_texts_and_settings_are_applied_before_it_answers(tmp_path: Path) -> None:
    text = "create table if not exists wanted as select current_setting('supachat.test') as heard"
    options = Options(tmp_path, port=0, texts=(("wanted.sql", text),), settings={"supachat.test": "on"})
    for _ in range(2):
        async with served(options):
            database = json.loads((tmp_path / "keys.json").read_text())["database"]
            with psycopg.connect(database) as connection:
                assert connection.execute("select heard from wanted").fetchone() == ("on",)


async def test_a_text_that_fails_stops_the_start_and_leaves_nothing_running(tmp_path: Path) -> None:
    options = Options(tmp_path, port=0, texts=(("bad.sql", "select 1;\nselect oops"),))
    with pytest.raises(ServerTrouble, match=r"bad\.sql, line 2"):
        async with served(options):
            pytest.fail("it must not answer")
    assert postmaster(tmp_path) is None


async def test_a_taken_folder_is_said_before_a_taken_port(tmp_path: Path) -> None:
    async with served(Options(tmp_path, port=0)) as started:
        port = int(started.url.rsplit(":", 1)[1])
        with pytest.raises(AlreadyRunning):
            await serve(Options(tmp_path, port=port), print)
        with pytest.raises(PortTaken, match=f"port {port}"):
            await serve(Options(tmp_path / "other", port=port), print)
        (tmp_path / "used").mkdir()
        (tmp_path / "used" / "keys.json").touch()
        with pytest.raises(PortTaken):
            await serve(Options(tmp_path / "used", port=port), print)
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "used" / "keys.json").exists()


def test_a_system_that_lets_few_files_be_open_is_asked_for_more() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        _open_more_files()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert most == (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard), hard)


def test_a_host_that_is_not_ours() -> None:
    with pytest.raises(ServerTrouble):
        listen("no.such.host.invalid", 0)
