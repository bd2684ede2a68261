"""The recordings of the real Realtime server, played against ours."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.vectors.realtime_list import LEFT_OUT, NOT_RECORDED, RUN
from tests.vectors.realtime_player import Player, RecordingClock, in_causal_order
from tests.vectors.realtime_server import Restartable
from tests.vectors.realtime_tokens import Tokens

from supachat.server.context import Context, RealtimeLimits
from supachat.server.realtime.app import Realtime

FOLDER = Path(__file__).parent / "data" / "realtime"
PROJECT = (Path(__file__).parent / "realtime_project.sql").read_text()


def recording(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]


def families() -> list[list[str]]:
    """Recordings that share a server: variations of one scenario, told apart by their last word."""
    found: dict[str, list[str]] = {}
    for name in RUN:
        number = name.partition("-")[0]
        found.setdefault(number if number in ("05", "07") else name, []).append(name)
    return list(found.values())


@pytest.mark.parametrize("names", families(), ids=lambda names: names[0])
async def test_answers_as_the_real_server_did(
    names: list[str], context: Context, migrator: psycopg.AsyncConnection[None]
) -> None:
    case = RUN[names[0]]
    await migrator.execute(PROJECT.encode())
    await migrator.execute(case.prepare.encode())
    settings = {"refused_join_pause": 0.05, "refused_handshake_pause": 0.01, **case.limits}
    clock = RecordingClock()
    realtime = Realtime(context, RealtimeLimits(**settings), clock)
    app = Starlette(routes=[Mount("/realtime/v1", routes=realtime.routes())])
    login = context.conninfo("supabase_admin")
    server = Restartable(app)
    async with (
        realtime.lifespan(),
        AsyncExitStack() as stack,
        await psycopg.AsyncConnection.connect(login, autocommit=True) as database,
    ):
        await server.start()
        stack.push_async_callback(server.stop)
        await asyncio.wait_for(realtime.ready.wait(), 10)
        for name in names:
            tokens = Tokens(context.keys.jwt_secret)
            player = Player(f"127.0.0.1:{server.port}", tokens, database, RUN[name], clock)
            try:
                for number, line in in_causal_order(recording(name)):
                    if number == case.server_stops_at:
                        await server.stop()
                    if number == case.server_starts_at:
                        await server.start()
                    await player.play(number, line)
            finally:
                await player.end()


def test_names_every_recording_once() -> None:
    recorded = {path.stem for path in FOLDER.glob("*.jsonl")}
    assert set(RUN) | set(LEFT_OUT) == recorded
    assert not set(RUN) & set(LEFT_OUT)


@pytest.mark.parametrize("number", NOT_RECORDED)
def test_what_was_not_recorded_has_a_test_of_its_own(number: str) -> None:
    module, _, test = NOT_RECORDED[number].partition(":")
    assert callable(getattr(import_module(module), test))
    assert not list(FOLDER.glob(f"{number}-*"))
