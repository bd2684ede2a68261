"""`cache = "off"`: whatever happens in a run, not one file or folder is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.scripted_client import ACCOUNT, A, Scripted, until

from supachat.assemble import Desk, open_client
from supachat.assemble.trying import remember
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.settings import Settings, Workspace, places

WORK = Workspace("work", "http://127.0.0.1:9", "sb_publishable_x")


def desk(home: Path, cache: str) -> Desk:
    return Desk(places({"SUPACHAT_HOME": str(home)}), Settings(cache=cache), "memory", {})


async def a_run(client: Client) -> str:
    """Signed in, read, written, half written, handed over, and signed out; the draft that waited."""
    remote = Scripted()
    await client.start()
    client.attach(remote)
    await until(lambda: client.threads())
    client.open(A)
    remote.trouble = Unreachable("no way out", arrived=False)
    draft = client.send(A, "waits for the network")
    client.keep_text(A, "half a thought")
    await until(lambda: [each for each in remote.performed if isinstance(each, ev.SendDraft)])
    take_in = client.entry._hands.take_in
    await take_in(replace(ACCOUNT, user_id="another"))
    await take_in(ACCOUNT)
    assert client.text(A) == "half a thought"
    return draft


async def test_nothing_is_written_and_a_draft_lives_as_long_as_the_program(tmp_path: Path) -> None:
    here = desk(tmp_path / "home", "off")
    client = open_client(here, WORK)
    assert not client.kept_on_disk
    draft = await a_run(client)
    assert client.is_unsent(draft)
    await client.entry.sign_out()
    await client.close()
    remember(here, WORK, ACCOUNT)
    assert list(tmp_path.iterdir()) == []


async def test_the_same_run_with_a_cache_does_write(tmp_path: Path) -> None:
    """So that the test above cannot pass for another reason."""
    client = open_client(desk(tmp_path / "home", "on"), WORK)
    assert client.kept_on_disk
    await a_run(client)
    await client.close()
    made = sorted((tmp_path / "home" / "data").iterdir())
    assert [path.suffix for path in made] == [
        ".db",
        ".db",
        ".last",
    ]
