"""The sample map of rooms that nobody stores: what it can do, what is heard, which maps make no sense."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from tests.dialects.recorded import sent

from supachat.dialects import catalog, samples
from supachat.dialects.calls import Topic
from supachat.dialects.grammar import parse
from supachat.dialects.uses import uses
from supachat.domain.errors import DialectError
from supachat.domain.events import MessageArrived, TypingHeard
from supachat.domain.model import Draft, Feature, Micros, ThreadKey

TEXT = samples.text("told")
TOLD = parse(TEXT, "told.toml")
ROOMS = (Path(catalog.__file__).parent / "rooms.toml").read_text("utf-8")
THREAD = ThreadKey("told", "r1")


def members(thread: ThreadKey) -> Collection[str]:
    return ("ann", "me") if thread == THREAD else ()


def hear(event: str, payload: dict[str, Any]) -> tuple[object, ...]:
    return TOLD.hear("session:r1", *sent(event, payload), sealed=False, me="me", members=members)


def told(**claims: object) -> tuple[object, ...]:
    return hear("chat:message", {"id": "m", "sender_id": "ann", "body": "hi", **claims})


def test_it_can_send_and_nothing_that_needs_a_row() -> None:
    assert TOLD.features == {Feature.SEND, Feature.TYPING, Feature.PRESENCE}
    assert (TOLD.follows_edits, TOLD.marks_deleted, TOLD.assisted) == (False, False, False)
    assert uses(TOLD.map) == ()
    with pytest.raises(DialectError, match="stores no messages"):
        _ = TOLD.map.messages


def test_its_threads_say_so() -> None:
    row = {"room_id": "r1", "title": "Hall", "owner_id": "ann", "created_at": "2026-11-21T00:00:00Z"}
    (thread,), _ = TOLD.threads([{**row, "members": [{"id": "ann", "name": "Ann"}]}], "me")
    assert (thread.hearsay, thread.unread_local, thread.last) == (True, True, None)


def test_one_topic_that_acknowledges() -> None:
    assert TOLD.thread_topics("r1", "me") == (Topic("session:r1", acks=True, presence_key="me"),)


def test_what_goes_out_comes_in() -> None:
    said = TOLD.hearsay(Draft("d", THREAD, "hi\x1b", Micros(0)), "ann", Micros(1_000_000))
    assert said is not None
    topic, event, payload = said
    assert (topic, payload["sent_at"]) == ("session:r1", "1970-01-01T00:00:01.000000Z")
    (heard,) = hear(event, payload)
    assert isinstance(heard, MessageArrived)
    message = heard.message
    assert (message.id, message.author, message.raw, message.own) == ("d", "ann", "hi\x1b", False)
    assert message.extra is not None
    assert message.extra.hearsay
    assert "\x1b" not in message.body


def test_one_in_the_readers_own_name_is_heard_and_not_their_own() -> None:
    (heard,) = told(sender_id="me")
    assert isinstance(heard, MessageArrived)
    assert (heard.message.author, heard.message.own) == ("me", False)


@pytest.mark.parametrize(
    "claims",
    [{"sender_id": "eve"}, {"sender_id": 7}, {"id": None}, {"id": ""}, {"body": None}, {"body": ["x"]}],
)
def test_what_does_not_fit_is_nothing(claims: dict[str, object]) -> None:
    assert told(**claims) == ()


def test_typing_goes_the_same_way() -> None:
    assert hear("chat:typing", {"user_id": "ann"}) == (TypingHeard(THREAD, "ann"),)


HEARSAY = TEXT[TEXT.index("[news.hearsay]") : TEXT.index("[news.typing]")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT.replace(HEARSAY, ""), r"either \[messages\]"),
        (ROOMS + "\n" + HEARSAY, r"either \[messages\]"),
        (TEXT + '\n[read]\nrpc = "r"', r"no \[read\] where no message is stored"),
        (TEXT + "\n[edit]", r"no \[edit\]"),
        (TEXT + '\n[news.hint]\ntopic = "x:{thread}"\nevent = "e"', r"no \[news.hint\]"),
        (TEXT + '\n[[changes]]\ntopic = "x:{thread}"\ntable = "t"\nmeans = "message"', "means a message"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(DialectError, match=words):
        parse(text, "mine.toml")


def test_the_samples_are_whole() -> None:
    assert set(samples.names()) == {*catalog.names(), "told"}
    assert parse(samples.text("direct"), "direct.toml").name == "direct"
    assert samples.text("direct", sql=True) == catalog.sql("direct")
    assert "chat_messages" not in samples.text("told", sql=True)
    with pytest.raises(DialectError, match="no sample 'x'"):
        samples.text("x")
