"""Parts of the chat screen by themselves: no app, no terminal, what they ask for is written down."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from tests.tui.street import key
from textual.message import Message as Post

from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.health import Health, Link, LinkState
from supachat.domain.model import ThreadKey
from supachat.domain.text import Safe
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Middle, misread
from supachat.tui.screens.chat_link import LinkHand
from supachat.tui.screens.chat_posts import Told
from supachat.tui.screens.chat_telling import Telling
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine


class Typing:
    """What the typing line was told to say for a moment."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def flash(self, words: Safe) -> None:
        self.said.append(words)


class Toasts:
    """What was told in a toast."""

    def __init__(self) -> None:
        self.told: list[ev.Notice] = []

    def tell(self, notice: ev.Notice) -> None:
        self.told.append(notice)


class Wire:
    """A client of which only the link is there; `asked` is what was done to it."""

    def __init__(self, state: LinkState) -> None:
        self.health = Health(link=Link(state=state))
        self.asked: list[str] = []

    def reconnect(self) -> None:
        self.asked.append("reconnect")

    def reconnect_all(self) -> None:
        self.asked.append("reconnect_all")

    def go_offline(self) -> None:
        self.asked.append("go_offline")

    def go_online(self) -> None:
        self.asked.append("go_online")


@pytest.mark.parametrize(
    ("state", "verb", "asked"),
    [
        (LinkState.CONNECTED, "again", []),
        (LinkState.RECONNECTING, "again", ["reconnect"]),
        (LinkState.CONNECTED, "reconnect_all", ["reconnect_all"]),
        (LinkState.CONNECTED, "toggle_offline", ["go_offline"]),
        (LinkState.OFFLINE, "toggle_offline", ["go_online"]),
        (LinkState.OFFLINE, "go_online", ["go_online"]),
        (LinkState.RECONNECTING, "go_online", ["reconnect"]),
    ],
)
def test_the_hand_on_the_link_asks_for_what_makes_sense_there(
    state: LinkState, verb: str, asked: list[str]
) -> None:
    wire, drawn = Wire(state), list[str]()
    hand = LinkHand(cast(Client, wire), cast(TypingLine, Typing()), lambda: drawn.append("again"))
    getattr(hand, verb)()
    assert wire.asked == asked
    assert drawn == (["again"] if verb == "again" else [])


@pytest.mark.parametrize(
    ("thread", "feed", "listing", "toasts"),
    [
        (key("mira"), "", True, 0),
        (key("mira"), "", False, 1),
        (key("tom"), "", True, 1),
        (None, "alerts", True, 0),
        (None, "prices", True, 0),
        (None, "", True, 1),
    ],
    ids=["listed", "list hidden", "not listed", "feed looked at", "another of that source", "no feed"],
)
def test_a_toast_covers_nothing_that_tells_the_same(
    thread: ThreadKey | None, feed: str, listing: bool, toasts: int
) -> None:
    middle, shown, posts = Middle(), Toasts(), list[Post]()
    middle.feed = ("direct", "alerts")
    telling = Telling(
        cast(Client, None),
        middle,
        cast(ThreadList, SimpleNamespace(keys=[key("mira")])),
        cast(TypingLine, Typing()),
        cast(Notices, shown),
        posts.append,
    )
    change = ev.Alerted(Safe("Ada"), Safe("here"), thread=thread, source="direct", feed=feed)
    telling.alerted(change, listing=listing)
    assert len(shown.told) == toasts
    assert [type(post) for post in posts] == [Told], "the desktop is told in any case"


def test_words_that_are_no_command_are_not_lost_and_it_is_said_how_they_are_written() -> None:
    shown = Toasts()
    assert misread(cast(Notices, shown), "Those are no hours", "/quiet 22 to 7") is False
    assert shown.told[0].details == "It is written /quiet 22 to 7. The text is still here."
