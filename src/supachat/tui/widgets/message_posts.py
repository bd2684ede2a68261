"""What `MessageList` tells whoever holds it: handlers are called `on_message_list_...`. Values only."""

from __future__ import annotations

from textual.message import Message as Post

from supachat.domain.model import NOTHING, Gap, Item, Message
from supachat.domain.text import Safe
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """A name above the view, and when what is in view was written."""

    name: Safe = NOTHING
    own: bool = False
    when: Safe = NOTHING


class NearTop(Post, namespace="message_list"):
    """The reader is within a page of the oldest message: older ones are wanted."""


class AtEnd(Post, namespace="message_list"):
    """Whether the newest is in view, or how many messages stand below it."""

    def __init__(self, at_end: bool, below: int) -> None:
        self.at_end = at_end
        self.below = below
        super().__init__()


class Selected(Post, namespace="message_list"):
    """Another message or gap is chosen; None: none."""

    def __init__(self, item: Item | None) -> None:
        self.item = item
        super().__init__()


class Verb(Post, namespace="message_list"):
    """Retry, edit or discard (`name`) a message that was not sent."""

    def __init__(self, name: str, message: Message) -> None:
        self.name = name
        self.message = message
        super().__init__()


class LinkClicked(Post, namespace="message_list"):
    """`url` is checked and percent-encoded."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__()


class FillGap(Post, namespace="message_list"):
    """The reader wants what is missing there."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__()


class GapsInView(Post, namespace="message_list"):
    """Other gaps than before stand where the reader looks: ask `gaps_in_view`."""


class Above(Post, namespace="message_list"):
    """Whose words the first row in view are, where their name has scrolled away; else no name."""

    def __init__(self, head: Head) -> None:
        self.head = head
        super().__init__()
