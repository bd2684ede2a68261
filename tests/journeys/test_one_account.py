"""One account, two terminals: neither burns the other's refresh token, at the local server's rotation."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from tests.journeys.local import LocalServer

from supachat.remote.vault import Kept, packed
from supachat.remote.vaultfile import write_private

Names = Callable[[str], str]
TIMES = 15
"""Renewals of each of the two."""


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
