"""The message pane. The screen hands it items and asks where the reader is; it posts what the reader does.

No widget per message, ever: `LineView` shows rows, `Choosing` knows the reader's place, this adds keys and
clicks. Must never know the client, or what becomes of what it posts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from typing import ClassVar, TypeAlias

from textual import events
from textual.binding import BindingType

from supachat.domain.events import Edge
from supachat.domain.model import Gap, Item, Message, Person
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.keymap import Place, bindings
from supachat.tui.widgets import message_posts as posts
from supachat.tui.widgets.blocks import Ident, ident
from supachat.tui.widgets.choosing import Choosing
from supachat.tui.widgets.copying import message_at, word_at
from supachat.tui.widgets.message_lines import Cast
from supachat.tui.widgets.message_verbs import verbs_of
from supachat.tui.widgets.paint import Row


class MessageList(Choosing, can_focus=True, inherit_bindings=False):
    """The messages of one thread."""

    FOCUS_ON_CLICK = False  # dragging selects text, and the keyboard stays in the composer

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.MESSAGES)

    NearTop: TypeAlias = posts.NearTop
    AtEnd: TypeAlias = posts.AtEnd
    Selected: TypeAlias = posts.Selected
    Verb: TypeAlias = posts.Verb
    LinkClicked: TypeAlias = posts.LinkClicked
    FillGap: TypeAlias = posts.FillGap
    GapsInView: TypeAlias = posts.GapsInView
    Above: TypeAlias = posts.Above

    def __init__(
        self,
        *,
        glyphs: Glyphs | None = None,
        zone: tzinfo | None = None,
        today: Callable[[], date] = date.today,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`zone` is the reader's time zone, None for the computer's; `today` the day there. Without
        `glyphs` the app's `glyphs` are drawn."""
        super().__init__(glyphs=glyphs, zone=zone, today=today, id=id, classes=classes)
        self._asked = False
        self._told: tuple[bool, int] | None = None
        self._chosen: Ident | None = None
        self._gaps: tuple[Gap, ...] = ()
        self._head = posts.Head()
        self._abilities: frozenset[str] = frozenset()

    # ------------------------------------------------------------ what the screen says

    def reset(self, items: Sequence[Item], new_after: str | None = None) -> None:
        """Another thread, or the same from the start; `new_after`: the id above the new line. Of
        another the newest comes into view. What is known of the older end is told by `set_edge`."""
        self._view.reset(items, new_after)
        if not self._cursor.go_found(self._found):
            self._found = ""
            self._view.drawer.mark(None)
        if self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()
        self._asked = False
        self._told = None
        self._later()

    def splice(self, start: int, removed: int, inserted: Sequence[Item]) -> None:
        """`items[start:start + removed] = inserted`. What is being read stays where it is."""
        self._view.splice(start, removed, inserted)
        if start == 0 and inserted:
            self._asked = False
        self._later()

    def set_edge(self, edge: Edge, reason: Safe = Safe("")) -> None:  # noqa: B008 - a string
        """What is known about the older end; `reason` why older ones could not be read."""
        self._view.set_edge(edge, reason)
        self._asked = False
        self._later()

    def set_people(self, resolve: Callable[[str], Person | None]) -> None:
        """Somebody may be called otherwise; `resolve` takes a person id of the thread's source. Draws
        nothing anew if nobody who was drawn is."""
        cast = self._view.drawer.cast
        cast.resolve = resolve
        if cast.changed():
            self._view.renew(cast=Cast(resolve, cast.me))
            self._later()

    def set_me(self, me: str) -> None:
        """The reader's person id in the thread's source."""
        cast = self._view.drawer.cast
        if me != cast.me:
            self._view.renew(cast=Cast(cast.resolve, me))
            self._later()

    def set_abilities(self, verbs: frozenset[str]) -> None:
        """What can be done with one's own messages in this thread: edit, delete."""
        self._abilities = verbs

    @property
    def verbs(self) -> frozenset[str]:
        """What can be done with the chosen item."""
        return verbs_of(self._cursor.item, self._abilities)

    def set_audience(self, words: Safe) -> None:
        """Who can read a thread in which nothing was said yet: `Only you and Renate can read it.`"""
        self._view.set_audience(words)
        self._later()

    # ------------------------------------------------------------ what happens to it

    def _tell(self) -> None:
        view = self._view
        told = (view.at_end, view.below)
        if told != self._told:
            self._told = told
            self.post_message(self.AtEnd(*told))
        item = self._cursor.item
        chosen = None if item is None else ident(item)
        if chosen != self._chosen:
            self._chosen = chosen
            self.post_message(self.Selected(item))
        gaps = self.gaps_in_view
        if gaps != self._gaps:
            self._gaps = gaps
            self.post_message(self.GapsInView())
        head = self.head_above
        if head != self._head:
            self._head = head
            self.post_message(self.Above(head))
        if view.edge is Edge.MORE and view.top < view.height and not self._asked:
            self._asked = True
            self.post_message(self.NearTop())

    def on_focus(self) -> None:
        self._settle()
        self._cursor.begin()
        self._cursor.show(Row.SELECTED)
        self._show()

    def on_blur(self) -> None:
        self._cursor.show(Row.HELD)
        self._show()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked, unless the mouse selected text or a link. Twice selects the word, three
        times the message: Textual's own would be the whole conversation."""
        if event.chain > 1:
            event.prevent_default()
            _, at = self.screen.get_widget_and_offset_at(int(event.screen_x), int(event.screen_y))
            if at is not None and self._view.items:
                selection = word_at(self._view.items, at) if event.chain == 2 else message_at(at)
                self.screen.selections = {self: selection} if selection is not None else {}
            return
        link = str(event.style.meta.get("@click", "")).startswith("link(")
        if link or self.text_selection is not None or not 0 <= event.y < len(self._lines):
            return
        entry, _ = self._lines[event.y]
        if entry is not None:
            self._cursor.choose(self._view.items.at_key(entry.key))
            self.screen.set_focus(self)
            self._show()

    # ------------------------------------------------------------ actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The verbs are there only for a message that is not sent."""
        return action != "verb" or parameters[0] in self.verbs

    def action_move(self, step: int) -> None:
        """The message before or after; before the oldest, try again what could not be read."""
        oldest = step < 0 and self._cursor.index == 0
        self.move(step)
        if oldest and self._view.edge is Edge.FAILED:
            self.action_older()

    def action_oldest(self) -> None:
        self._settle()
        self._cursor.begin()
        self.scroll_to_oldest()

    def action_newest(self) -> None:
        self._settle()
        self._cursor.begin()
        self.scroll_to_newest()

    def action_open(self) -> None:
        """Fill a gap, open or fold a message, go to what it answers, or read older ones again."""
        item = self._cursor.item
        index = self._cursor.index
        if isinstance(item, Gap):
            self.action_fill()
        elif index is not None and self._view.drawer.drawn(index).opens:
            self.action_fold()
        elif self._view.edge is Edge.FAILED and not index:
            self.action_older()
        elif isinstance(item, Message) and item.reply_to is not None and self._cursor.go_to(item.reply_to):
            self._show()

    def action_fold(self) -> None:
        """Open the chosen message in full, or fold it."""
        item, index = self._cursor.item, self._cursor.index
        if item is None or index is None:
            return
        self._view.drawer.expanded ^= {ident(item)}
        self._view.stay(still=True)
        self._view.drawer.forget(self._view.items[index])
        self._view.settle()
        self._cursor.reveal()
        self._show()

    def action_fill(self) -> None:
        item = self._cursor.item
        if isinstance(item, Gap) and not item.filling:
            self.post_message(self.FillGap(item))

    def action_older(self) -> None:
        """Try again to read older messages."""
        self.post_message(self.NearTop())

    def action_verb(self, name: str) -> None:
        item = self._cursor.item
        if isinstance(item, Message) and name in self.verbs:
            self.post_message(self.Verb(name, item))

    def action_link(self, url: str) -> None:
        self.post_message(self.LinkClicked(url))
