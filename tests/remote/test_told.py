"""A broadcast that the server is asked to acknowledge: what becomes of it, as far as anybody can say."""

from __future__ import annotations

import asyncio

import pytest
from tests.remote import phoenix as px
from tests.remote.ears import ROOM
from tests.remote.phoenix import Phoenix, until

from supachat.dialects.calls import Topic
from supachat.remote.connection import Connection
from supachat.remote.frames import Word

HALL = Topic("hall", acks=True)
SAID = {"type": "broadcast", "event": "chat:message", "payload": {"id": "m"}}


def answer(file: str, words: str, ref: str) -> px.Frame:
    return px.recorded(file, "phx_reply", with_=words, topic="hall", ref=ref)


TAKEN = ("10-broadcast-self-ack", '"ok"')
TOO_LONG = ("31-payload-size", "payload_size_exceeded")


async def telling(server: Phoenix, link: Connection) -> tuple[asyncio.Task[Word], str]:
    """A broadcast is on its way; its ref."""
    task = asyncio.create_task(link.told("hall", "broadcast", SAID))
    await until(lambda: server.events("broadcast"), "the broadcast")
    return task, str(server.events("broadcast")[-1]["ref"])


async def test_only_a_topic_that_needs_it_asks_for_acknowledgements(
    server: Phoenix, link: Connection
) -> None:
    assert await link.join(ROOM) is None
    assert await link.join(HALL) is None
    assert [join.payload["config"]["broadcast"]["ack"] for join in server.joins] == [False, True]


@pytest.mark.parametrize(("recording", "word"), [(TAKEN, Word.TAKEN), (TOO_LONG, Word.REFUSED)])
async def test_the_servers_word_counts(
    server: Phoenix, link: Connection, recording: tuple[str, str], word: Word
) -> None:
    await link.join(HALL)
    task, ref = await telling(server, link)
    await server.say(answer(*recording, "another"))
    await server.say(answer(*recording, ref))
    assert await task is word


async def test_without_a_word_nobody_can_say(server: Phoenix, link: Connection) -> None:
    """A policy that refuses a broadcast says nothing (recording 12)."""
    await link.join(HALL)
    assert await link.told("hall", "broadcast", SAID) is Word.SILENT
    assert server.events("broadcast")


async def test_a_line_that_breaks_meanwhile_says_nothing_either(server: Phoenix, link: Connection) -> None:
    await link.join(HALL)
    task, _ = await telling(server, link)
    server.cut()
    assert await task is Word.SILENT


async def test_what_has_not_left_is_no_riddle(server: Phoenix, link: Connection) -> None:
    assert await link.told("hall", "broadcast", SAID) is Word.UNSENT
    assert server.events("broadcast") == []
