"""One account, two terminals: neither burns the other's refresh token, at the local server's rotation."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.journeys.flowing import PACE
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer
from tests.journeys.results import Result
from tests.journeys.storm import SETTLE, Writer, all_sent, judge, rider, stored, whole
from tests.journeys.terminal_child import desk_of, workspace_of

from supachat.assemble.connect import session_vault
from supachat.domain.model import ThreadKey
from supachat.remote.vault import Kept, packed
from supachat.remote.vaultfile import write_private
from supachat.remote.waits import Waits

Names = Callable[[str], str]
TIMES = 15
"""Renewals of each of the two."""
LIFE = 3
"""Seconds that a token lives while both write."""
TOKENS = 2
"""So many each of the two has had in the end."""


def renewing(server: LocalServer, file: Path) -> subprocess.Popen[str]:
    words = ["-m", "tests.journeys.renew_child", server.url, server.key, str(file), str(TIMES)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    )


def rotations(server: LocalServer, user_id: str) -> tuple[int, int]:
    """How many refresh tokens the account's only session has had, and how many are still good."""
    with psycopg.connect(server.database("supabase_admin")) as connection:
        row = connection.execute(
            "select count(*), count(*) filter (where not revoked) from auth.refresh_tokens"
            " where user_id = %s",
            (user_id,),
        ).fetchone()
    assert row is not None
    return row


def test_two_processes_renew_one_session_and_no_token_is_shown_twice(
    server: LocalServer, names: Names, tmp_path: Path
) -> None:
    """The server forgives a token that is shown again within ten seconds, by not rotating: so the number
    of rotations is the proof that each of the renewals showed the newest one."""
    server.sign_up(names("ana"))
    session = server.token(names("ana"))
    user_id, file = session["user"]["id"], tmp_path / "session"
    write_private(file, packed(Kept(session["refresh_token"], user_id)))
    before, _ = rotations(server, user_id)
    both = [renewing(server, file) for _ in range(2)]
    try:
        assert [child.stdout and child.stdout.readline() for child in both] == ["ready\n"] * 2
        for child in both:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [json.loads(child.communicate(timeout=60)[0]) for child in both]
    finally:
        for child in both:
            child.kill()
            child.communicate()
    assert said == [{"lost": []}] * 2
    after, good = rotations(server, user_id)
    assert after - before == 2 * TIMES, "every renewal was a rotation"
    assert good == before


class Terminal:
    """One of the two, see `terminal_child`."""

    def __init__(self, tag: str, process: Process) -> None:
        self.tag, self._process = tag, process

    async def says(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n".encode())
        said = await asyncio.wait_for(self._process.stdout.readline(), 2 * SETTLE)
        assert said, f"terminal {self.tag} has ended"
        answer: dict[str, Any] = json.loads(said)
        return answer

    async def ends(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await asyncio.wait_for(self._process.wait(), SETTLE)

    async def killed(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def terminal(server: LocalServer, home: Path, tag: str) -> AsyncIterator[Terminal]:
    words = [str(home), server.url, server.key, "ben", tag]
    module = "tests.journeys.terminal_child"
    made = Terminal(
        tag,
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *words, stdin=PIPE, stdout=PIPE, limit=1 << 24
        ),
    )
    try:
        yield made
    finally:
        await made.killed()


async def writes(ben: Guest, thread: ThreadKey, texts: list[str]) -> None:
    """Until it is cancelled."""
    for number in itertools.count():
        texts.append(f"ben {number}")
        ben.client.send(thread, texts[-1])
        await asyncio.sleep(PACE)


async def sees(ben: Guest, one: Terminal, *, tokens: int) -> None:
    """That terminal has had so many tokens, and what it writes then arrives."""
    async with asyncio.timeout(SETTLE):
        while (said := await one.says("?"))["tokens"] < tokens:
            await asyncio.sleep(0.1)
    later = f"{one.tag} {said['written'] + 3}"
    await ben.watch.until(lambda: later in ben.bodies() or None, SETTLE)


async def test_two_terminals_write_and_read_while_either_renews_their_session(tmp_path: Path) -> None:
    """Two processes with one folder: one session, one cache. Each renewal is a rotation, see above."""
    home = tmp_path / "home"
    with LocalServer(tmp_path / "server", "--jwt-expiry", str(LIFE)) as server:
        for name in ("ana", "ben"):
            server.sign_up(name)
        session = server.token("ana")
        user_id = session["user"]["id"]
        vault = session_vault(desk_of(home), workspace_of(server.url, server.key))
        await vault.save(session["refresh_token"], user_id)
        before, good = rotations(server, user_id)
        async with (
            rider(server.url, server.key, "ben", None, waits=Waits()) as ben,
            terminal(server, home, "one") as one,
            terminal(server, home, "two") as two,
        ):
            thread, texts = await ben.writes_to("ana"), list[str]()
            writing = asyncio.create_task(writes(ben, thread, texts))
            for tokens, which in itertools.product(range(1, TOKENS + 1), (one, two)):
                await sees(ben, which, tokens=tokens)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            await all_sent([ben])
            said = [await which.says(".") for which in (one, two)]
            table, result = stored(server, thread), Result("two terminals")
            ours = [
                [f"{tag} {n}" for n in range(s["written"])]
                for tag, s in zip(("one", "two"), said, strict=True)
            ]
            judge(result, [Writer(ben, thread, each) for each in (texts, *ours)], table)
            assert result.ends_well, result
            assert await whole(ben, table) == table
            said = [await which.says(json.dumps(table)) for which in (one, two)]
            assert [each["lost"] for each in said] == [None, None]
            assert [await one.ends(), await two.ends()] == [0, 0]
        after, still_good = rotations(server, user_id)
        assert after - before >= sum(each["tokens"] for each in said), "every renewal was a rotation"
        assert still_good == good
