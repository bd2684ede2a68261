"""Why a session will not outlive this run: a notice on the screen, one line on stderr in the shell."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.scripted_client import Scripted

from supachat.cache.files import Files
from supachat.cli.headless import Headless
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.keeping import Memory
from supachat.domain.text import safe_line
from supachat.sync.engine import Engine

WHY = safe_line("there is no keyring here. Start with --vault file")


def test_the_screen_hears_a_notice() -> None:
    step = Engine(Memory()).receive(ev.SessionUnkept(WHY), 0.0)
    assert ev.Notice(safe_line("The sign-in is not kept"), WHY, "warning") in step.changes


async def test_the_shell_hears_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    client = Client(safe_line("acme"), Files(None))
    session = Headless(client)
    await client.start()
    pump = asyncio.create_task(session.pump())
    remote = Scripted()
    client.attach(remote)
    remote.say(ev.SessionUnkept(WHY))
    await session.signed_in(5)
    heard = ""

    def said() -> bool | None:
        nonlocal heard
        heard += capsys.readouterr().err
        return True if heard else None

    await session.until(said, 5)
    await client.close()
    await asyncio.wait_for(pump, 30)
    assert heard == f"supachat: The sign-in is not kept: {WHY}\n"
