"""The widgets of the chat screen and how they lie, from the header down to the footer.

Knows neither the client nor a key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from supachat.tui.notices import Notices
from supachat.tui.widgets.completion import Completion
from supachat.tui.widgets.composer import Composer
from supachat.tui.widgets.empty import Empty
from supachat.tui.widgets.feed_list import FeedList
from supachat.tui.widgets.footer import Footer
from supachat.tui.widgets.header import Header, Rule
from supachat.tui.widgets.list_filter import ListFilter
from supachat.tui.widgets.message_list import MessageList
from supachat.tui.widgets.people import PeopleColumn
from supachat.tui.widgets.pinned import Pinned
from supachat.tui.widgets.price_block import PriceBlock
from supachat.tui.widgets.thread_list import ThreadList
from supachat.tui.widgets.typing_line import TypingLine


class Area(Widget):
    """Holds others, which cover it: all its rows are alike, so one is drawn. Each of them for itself was a
    tenth of the first frame. Without a tone of its own it draws none: the screen behind has the same."""

    def render_lines(self, crop: Region) -> list[Strip]:
        if self.styles.background.is_transparent:
            return []
        return super().render_lines(Region(crop.x, crop.y, crop.width, 1)) * crop.height


class Widgets:
    """Made once; the screen and its parts keep the ones that they need."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.header = Header(id="header")
        self.side = Area(id="side")
        self.filter = ListFilter(id="filter")
        self.list = ThreadList(now, id="list")
        self.prices = PriceBlock(id="prices")
        self.empty = Empty(id="empty")
        self.pane = MessageList(zone=now().tzinfo, today=lambda: now().date(), id="pane")
        self.feed = FeedList(now, id="feed")
        self.pinned = Pinned(id="pinned")
        self.typing = TypingLine(id="typing")
        self.completion = Completion(id="completion")
        self.composer = Composer(id="composer")
        self.people = PeopleColumn(id="people")
        self.notices = Notices(id="notices")
        self.footer = Footer(id="footer")

    def compose(self) -> ComposeResult:
        yield self.header
        with Area(id="body"):
            with self.side:
                yield self.filter
                yield self.list
                yield self.prices
            with Area(id="middle"):
                with Area(id="reading"):
                    yield self.pinned
                    yield self.empty
                    yield self.pane
                    yield self.feed
                yield self.typing
                yield self.completion
                yield Rule(id="rule")
                yield self.composer
            yield self.people
        yield self.notices
        yield self.footer
