"""What waits to be sent, told one by one; and that it goes out as soon as the tables answer again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.core_screen import CONNECTED, SIGNED_IN, Screen, listed
from tests.unit.scripted_client import A, Scripted, Viewer, until

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, ServerTrouble
from supachat.domain.health import LinkState
from supachat.domain.model import Act, DraftState
from supachat.domain.text import safe_line


async def test_every_draft_is_told_with_its_age_its_tries_and_what_they_came_to(tmp_path: Path) -> None:
    wall = [1_000.0]
    client = Client(safe_line("acme"), Files(tmp_path / "c.db"), wall=lambda: wall[0])
    remote, viewer = Scripted(), Viewer(client)
    await client.start()
    client.attach(remote)
    await until(lambda: client.online and client.threads())
    client.open(A)
    assert client.waiting() == ()
    remote.trouble = NotAllowed("you may not do that here\x1b[2J")
    client.send(A, "one\nwith\x07 lines" + "x" * 100)
    await until(lambda: client.unsent() == (0, 1))
    remote.trouble = ServerTrouble("the server has trouble")
    wall[0] = 1_004.0
    client.send(A, "two")
    await until(lambda: client.waiting()[-1].tries > 0 and client.waiting()[-1].reason)
    failed, waits = client.waiting()
    assert (failed.state, failed.age, failed.tries) == (DraftState.FAILED, 4.0, 1)
    assert failed.reason.startswith("you may not do that here")
    assert "\x1b" not in failed.reason + failed.words
    assert len(failed.words) < 70
    assert (waits.title, waits.act, waits.age) == ("You Two", Act.SEND, 0.0)
    assert (waits.reason, waits.words) == ("the server has trouble", "two")
    await client.close()
    await viewer.task


def test_once_the_tables_answer_again_all_is_read_and_what_waits_goes_at_once() -> None:
    screen = Screen()
    silent = ev.LinkMoved(replace(CONNECTED.link, silent=True))
    screen.hear(SIGNED_IN, CONNECTED, listed())
    screen.asked(ev.ListThreads)
    screen.hear(silent)
    assert screen.engine.health.health.link.state is LinkState.CONNECTED
    assert screen.asked(ev.ListThreads) == []
    screen.hear(CONNECTED)
    assert len(screen.asked(ev.ListThreads)) == 1
