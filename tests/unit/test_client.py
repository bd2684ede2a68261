"""The client over a scripted remote: what a screen is told, and when a request goes out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.scripted_client import ACCOUNT, SOURCE, A, Viewer, started, until

from supachat.cache.files import Files
from supachat.client import Client
from supachat.client.writing import TEXT_EVERY
from supachat.domain import events as ev
from supachat.domain.errors import BadInput, NotAllowed, Unreachable
from supachat.domain.model import (
    Delivery,
    Feature,
    Message,
    Micros,
    Standing,
)
from supachat.domain.text import safe_line


async def test_a_message_is_shown_at_once_and_ends_as_sent() -> None:
    client, remote, viewer = await started()
    client.send(A, "hello")
    await until(lambda: viewer.items)
    await until(lambda: viewer.last().delivery is Delivery.SENT)
    assert [m.raw for m in remote.table] == ["hello"]
    assert client.unsent() == (0, 0)
    await client.close()


async def test_a_refused_message_says_why_and_can_be_taken_back() -> None:
    client, remote, viewer = await started()
    remote.trouble = NotAllowed("you are not in this thread")
    draft = client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.FAILED)
    assert viewer.last().reason == "you are not in this thread"
    client.keep_text(A, "world")
    assert client.take_back(draft)
    assert client.text(A) == "hello\nworld"
    assert not client.is_unsent(draft)
    await until(lambda: not viewer.items)
    await client.close()


async def said(client: Client, viewer: Viewer, text: str) -> Message:
    client.send(A, text)
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.SENT)
    return viewer.last()


async def test_an_edit_and_a_delete_are_shown_at_once_and_done() -> None:
    client, remote, viewer = await started()
    message = await said(client, viewer, "helo")
    client.edit(message.key, "hello")
    await until(lambda: viewer.last().raw == "hello" and viewer.last().delivery is Delivery.SENT)
    assert [m.raw for m in remote.table] == ["hello"]
    client.delete(message.key)
    await until(lambda: viewer.last().deleted and not remote.table)
    assert client.unsent() == (0, 0)
    await client.close()


async def test_a_refused_edit_is_undone_and_its_text_comes_back() -> None:
    client, remote, viewer = await started()
    message = await said(client, viewer, "helo")
    remote.trouble = NotAllowed("too late")
    client.edit(message.key, "hello")
    await until(lambda: any(isinstance(c, ev.EditRefused) for c in viewer.seen))
    (back,) = [c.draft for c in viewer.seen if isinstance(c, ev.EditRefused)]
    assert (back.raw, back.reason) == ("hello", "too late")
    assert viewer.last().raw == "helo"
    assert client.texts.refused(A) == (back,)
    assert client.unsent() == (0, 1), "it needs the person"
    assert client.take_back(back.id)
    assert (client.texts.begun(A), client.text(message.key)) == ((message.key,), "hello")
    assert client.unsent() == (0, 0)
    client.delete(message.key)
    await until(lambda: any(isinstance(c, ev.Notice) and "not deleted" in c.title for c in viewer.seen))
    assert not viewer.last().deleted
    await client.close()


async def test_a_change_made_offline_survives_a_restart_in_its_order(tmp_path: Path) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    message = await said(client, viewer, "helo")
    remote.trouble = Unreachable("no answer")
    client.edit(message.key, "first try")
    client.edit(message.key, "hello")
    client.send(A, "and more")
    await until(lambda: len(viewer.items) == 2 and viewer.last().delivery is Delivery.QUEUED)
    await client.close()
    again, behind, viewer = await started(tmp_path / "c.db")
    behind.table = remote.table
    await until(lambda: len(behind.table) == 2)
    asked = [r for r in behind.performed if isinstance(r, ev.EditMessage | ev.SendDraft)]
    assert [r.draft.raw for r in asked] == ["hello", "and more"]
    await until(lambda: again.unsent() == (0, 0))
    assert [m.raw for m in behind.table] == ["hello", "and more"]
    await again.close()


async def test_what_a_source_cannot_do_is_refused() -> None:
    client, remote, viewer = await started()
    message = await said(client, viewer, "helo")
    remote.say(ev.SignedIn(ACCOUNT, (replace(SOURCE, features=frozenset({Feature.SEND})),)))
    await until(lambda: not client.can("direct", Feature.EDIT))
    with pytest.raises(BadInput, match="cannot be edited here"):
        client.edit(message.key, "hello")
    with pytest.raises(BadInput, match="cannot be deleted here"):
        client.delete(message.key)
    await client.close()


async def test_a_thread_says_how_complete_it_is_and_who_is_in_it() -> None:
    client, _, viewer = await started()
    await until(lambda: not client.standing(A).catching_up)
    await said(client, viewer, "hello")
    assert client.standing(A) == Standing(complete_to=Micros(1), gaps=0, catching_up=False)
    assert any(isinstance(c, ev.StandingChanged) and not c.standing.catching_up for c in viewer.seen)
    assert [person.name for person in client.members(A)] == ["Me", "You Two"]
    await client.close()


async def test_two_processes_on_one_cache_never_send_one_draft(tmp_path: Path) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    remote.trouble = Unreachable("no answer")
    client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.QUEUED)
    script = f"import sys; path = {str(tmp_path / 'c.db')!r}\n" + LOOKER
    held = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    out, _ = await held.communicate()
    assert out.decode().split() == ["0"]
    await client.close()
    after = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    out, _ = await after.communicate()
    assert out.decode().split() == ["1"]


LOOKER = """
import asyncio
from pathlib import Path
from supachat.cache.files import Files

async def look():
    cache = Files(Path(path)).last()
    print(len((await cache.load()).drafts))
    await cache.close()

asyncio.run(look())
"""


async def test_a_failing_network_is_waited_out() -> None:
    client, remote, viewer = await started()
    remote.trouble = Unreachable("no answer")
    client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.QUEUED)
    remote.trouble = None
    await until(lambda: viewer.last().delivery is Delivery.SENT)
    assert len(remote.table) == 1
    await client.close()


async def test_what_was_not_sent_is_sent_after_a_restart(tmp_path: Path) -> None:
    client, remote, viewer = await started(tmp_path / "c.db")
    remote.trouble = Unreachable("no answer")
    draft = client.send(A, "hello")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.QUEUED)
    await client.close()
    again, remote, viewer = await started(tmp_path / "c.db")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.SENT)
    assert [m.id for m in remote.table] == [draft]
    await again.close()


async def test_a_text_being_typed_is_on_disk_within_a_second_and_comes_back(tmp_path: Path) -> None:
    client, _, _ = await started(tmp_path / "c.db")
    client.keep_text(A, "half a thou")
    assert TEXT_EVERY < 1.0
    await until(lambda: any(thread.draft for thread in client.threads()))
    await client.close()
    again = Client(safe_line("acme"), Files(tmp_path / "c.db"))
    await again.start()
    assert again.text(A) == "half a thou"
    assert again.last_open == A
    assert [thread.title for thread in again.threads()] == ["You Two"]
    await again.close()


async def test_what_can_never_be_sent_is_refused() -> None:
    client, remote, _ = await started()
    for text, words in (("  \n", "nothing to send"), ("é" * 501, "longer than")):
        with pytest.raises(BadInput, match=words):
            client.send(A, text)
    assert remote.table == []
    await client.close()


async def test_a_subject_is_for_sources_that_have_them_and_is_one_short_line() -> None:
    client, remote, _ = await started()
    with pytest.raises(BadInput, match="no subject in Direct"):
        client.send(A, "the text", "Next week")
    able = replace(SOURCE, features=SOURCE.features | {Feature.SUBJECT})
    remote.say(ev.SignedIn(ACCOUNT, (able,)))
    await until(lambda: client.can("direct", Feature.SUBJECT))
    for subject in ("x" * 201, "two\nlines"):
        with pytest.raises(BadInput, match="one line of 200 characters"):
            client.send(A, "the text", subject)
    client.send(A, "the text", "Next week")
    await until(lambda: any(isinstance(r, ev.SendDraft) for r in remote.performed))
    assert [r.draft.subject for r in remote.performed if isinstance(r, ev.SendDraft)] == ["Next week"]
    await client.close()


async def test_typing_is_told_at_most_once_in_three_seconds() -> None:
    client, remote, _ = await started()
    for _ in range(20):
        client.keystroke(A)
    await until(lambda: ev.TellTyping(A) in remote.performed)
    assert remote.performed.count(ev.TellTyping(A)) == 1
    await until(lambda: remote.performed.count(ev.TellTyping(A)) == 2)
    client.send(A, "done")
    await client.close()


async def test_a_key_after_a_message_tells_of_typing_again() -> None:
    client, remote, _ = await started()
    client.keystroke(A)
    client.send(A, "done")
    client.keystroke(A)
    await until(lambda: remote.performed.count(ev.TellTyping(A)) == 2)
    await client.close()


async def test_without_a_remote_the_cache_is_shown_and_nothing_is_lost(tmp_path: Path) -> None:
    client, _, viewer = await started(tmp_path / "c.db")
    client.send(A, "kept")
    await until(lambda: viewer.items and viewer.last().delivery is Delivery.SENT)
    await client.close()
    offline = Client(safe_line("acme"), Files(tmp_path / "c.db"))
    await offline.start()
    seen = Viewer(offline)
    offline.open(A)
    await until(lambda: seen.items)
    offline.send(A, "while offline")
    await until(lambda: seen.last().delivery is Delivery.QUEUED)
    assert [item.raw for item in seen.items if isinstance(item, Message)] == ["kept", "while offline"]
    await offline.close()


async def test_a_new_thread_is_in_the_list_at_once() -> None:
    client, _, _ = await started()
    key = await client.desk.start_thread("direct", "you")
    assert client.thread(key) is not None
    await client.close()


async def test_closing_ends_the_changes_and_every_task() -> None:
    client, remote, viewer = await started()
    before = asyncio.all_tasks() - {asyncio.current_task(), viewer.task}
    assert before
    await client.close()
    await until(viewer.task.done)
    assert remote.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}
