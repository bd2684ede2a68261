"""What `MessageList` tells whoever holds it: handlers are called `on_message_list_...`."""

from __future__ import annotations

from textual.message import Message as Post

from supachat.domain.model import Gap, Item, Message


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


class Left(Post, namespace="message_list"):
    """The reader is done with choosing."""
