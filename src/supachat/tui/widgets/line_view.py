"""The Textual side of a `Viewport`: a Line API widget without children.

It hands the kept strips straight to the compositor (so no border, padding or opacity: put those on a
container), sizes itself without a layout, and paints only if a row in view is another one than before.
Knows nothing of choosing, of keys or of what rows mean.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from supachat.domain.events import Edge
from supachat.domain.model import Gap, Item
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.widgets import scroll_bar
from supachat.tui.widgets.blocks import Entry
from supachat.tui.widgets.copying import selected_text
from supachat.tui.widgets.drawn import glyphs_of
from supachat.tui.widgets.frame import frame
from supachat.tui.widgets.message_lines import Cast, is_notice
from supachat.tui.widgets.message_posts import Head
from supachat.tui.widgets.paint import Depth, Look, Row
from supachat.tui.widgets.rows import Line
from supachat.tui.widgets.seeking import day_of, first_on, oldest_day
from supachat.tui.widgets.viewport import Viewport


class LineView(ScrollView):
    """Shows a viewport. Whoever changes that calls `_later`, or `_show` if it must be seen at once."""

    DEFAULT_CSS = """
    LineView {
        background: $background;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """

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
        super().__init__(id=id, classes=classes)
        self.auto_links = False  # hovering would paint the pane anew
        self._glyphs = glyphs
        self._zone = zone
        self._today = today
        self._view = Viewport(Cast(), Look.of())
        self._lines: list[tuple[Entry | None, Line]] = []
        self._painted: list[Strip] = []
        self._pending = False

    def _tell(self) -> None:
        """Called after each showing: what is seen may have changed."""

    # ------------------------------------------------------------ showing

    def _later(self) -> None:
        """Show once for however many changes come in this turn."""
        if not self._pending:
            self._pending = True
            self.call_next(self._flush)

    def _flush(self) -> None:
        if self._pending:
            self._show()

    def _settle(self) -> None:
        """Before the view is asked anything: what came in this turn counts."""
        if self._pending:
            self._view.settle()

    def _show(self) -> None:
        """Say where the view is, paint what is another row than before, and tell the screen."""
        self._pending = False
        if not self.size:
            return
        if self.scrollable_content_region.height != self._view.height:
            self._reshape()  # it was hidden when it heard its size
        self._view.settle()
        self._place()
        self._lines = list(self._view.visible())
        self._paint([line.strip for _, line in self._lines])
        self._tell()

    def _paint(self, strips: list[Strip]) -> None:
        """Refresh from the first to the last row that is another than before: over a slow line a state
        that changes must not cost a screen."""
        before, self._painted = self._painted, strips
        if len(before) != len(strips):
            self.refresh()
            return
        pairs = enumerate(zip(strips, before, strict=True))
        changed = [y for y, (one, other) in pairs if one is not other and one != other]
        if changed:
            self.refresh(Region(0, changed[0], self.size.width, changed[-1] - changed[0] + 1))

    def _place(self) -> None:
        """Scroll without a layout: the plain assignment of `virtual_size` lays the whole screen out."""
        view = self._view
        size = Size(self.size.width, view.rows)
        bar = self.vertical_scrollbar
        if size != self.virtual_size or bar.window_size != view.height:
            self.set_reactive(Widget.virtual_size, size)
            bar.window_virtual_size = view.rows
            bar.window_size = view.height
        self.set_reactive(Widget.scroll_y, float(view.top))
        self.set_reactive(Widget.scroll_target_y, float(view.top))
        bar.position = view.top

    def _draw_at_once(self) -> None:
        """The very first frame is painted before the pane has heard its size: with what is there already
        it is whole, 40 ms earlier."""
        self._reshape()
        self._view.settle()
        self._lines = list(self._view.visible())

    def render_lines(self, crop: Region) -> list[Strip]:
        """The kept strips themselves, unless text in them is selected."""
        if not self._lines:
            self._draw_at_once()
        selection = self.text_selection
        filters = self.get_line_filters()
        _, background = self.background_colors
        strips: list[Strip] = []
        for entry, line in self._lines[crop.y : crop.bottom]:
            strip = line.strip
            if selection is not None and entry is not None:
                strip = line.chosen(entry.key, selection.get_span, self._view.drawer.look.chosen)
            if crop.x or crop.width != strip.cell_length:
                strip = strip.crop_extend(crop.x, crop.right, self._blank)
            for each in filters:
                strip = strip.apply_filter(each, background)
            strips.append(strip)
        missing = crop.height - len(strips)
        return strips + [Strip.blank(crop.width, self._blank)] * missing

    def render_line(self, y: int) -> Strip:
        """The row under the pointer, with the places in the source that a selection is made of."""
        if not 0 <= y < len(self._lines):
            return Strip.blank(self.size.width, self._blank)
        entry, line = self._lines[y]
        if entry is None:
            items = self._view.items
            return line.placed(items[0].key) if len(items) else line.strip
        return line.placed(entry.key)

    @property
    def _blank(self) -> Style:
        return self._view.drawer.look.styles[Row.PLAIN][0]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What was written, for copying."""
        return selected_text(self._view.items, selection), "\n"

    # ------------------------------------------------------------ days and gaps

    @property
    def edge(self) -> Edge:
        """What is known about the older end."""
        return self._view.edge

    @property
    def oldest_day(self) -> date | None:
        """The day of the oldest that is loaded."""
        return oldest_day(self._view.items, self._view.drawer.frame)

    def scroll_to_day(self, day: date) -> date | None:
        """The first message of `day`, or of the next day on which anything was said, comes to the top;
        that day. None where all is older: then to the newest."""
        self._settle()
        view, frame = self._view, self._view.drawer.frame
        index = first_on(view.items, frame, day)
        if index is None:
            view.scroll_to(view.last_top)
            self._show()
            return None
        view.scroll_to_entry(view.items[index], above=view.drawer.drawn(index).lead)
        self._show()
        return day_of(view.items[index].item, frame)

    @property
    def head_above(self) -> Head:
        """Whose words the first row in view are, if the name stands above the view."""
        view = self._view
        found = view.place_at(view.top)
        if found is None:
            return Head()
        index, row = found
        item, drawer = view.items[index].item, view.drawer
        if isinstance(item, Gap) or is_notice(item, drawer.cast) or row < drawer.drawn(index).lead:
            return Head()
        name = Safe("You") if item.own else drawer.cast.name(item.author)
        return Head(
            name, item.own, Safe(f"{drawer.frame.day_name(item.at)}, {drawer.frame.clock(item.at)}")
        )

    def scroll_to_head(self) -> None:
        """Up to the name under which the first row in view stands."""
        self._settle()
        view = self._view
        found = view.place_at(view.top)
        if found is not None:
            index, drawn = found[0], view.drawer.drawn
            while index > 0 and not drawn(index).lead:
                index -= 1
            view.scroll_to_entry(view.items[index], above=drawn(index).lead)
            self._show()

    def newest(self, most: int) -> tuple[Item, ...]:
        """The last items, oldest first."""
        items = self._view.items
        return tuple(items[at].item for at in range(max(0, len(items) - most), len(items)))

    @property
    def gaps_in_view(self) -> tuple[Gap, ...]:
        """What is missing where the reader looks."""
        seen = dict.fromkeys(entry for entry, _ in self._lines if entry is not None)
        return tuple(entry.item for entry in seen if isinstance(entry.item, Gap))

    # ------------------------------------------------------------ what happens to it

    def on_mount(self) -> None:
        scroll_bar.install()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._recolour())
        self._recolour()

    def _recolour(self) -> None:
        theme = self.app.current_theme
        depth = Depth.NONE if self.app.no_color else Depth.SIXTEEN if theme.ansi else Depth.FULL
        look = Look.of(self.app.theme_variables, dark=theme.dark, depth=depth)
        self._view.renew(look=look)
        self._reshape()
        self._later()

    def on_resize(self, event: events.Resize) -> None:
        self._reshape()
        self._show()

    def _reshape(self) -> None:
        """The frame that the rows are drawn in: another one for another size or other glyphs."""
        height = self.scrollable_content_region.height
        if not self.size or not height:  # hidden
            return
        shape = frame(
            self.size.width,
            columns=self.app.size.width,
            lines=self.app.size.height,
            glyphs=self._glyphs or glyphs_of(self),
            zone=self._zone,
            today=self._today(),
        )
        self._view.resize(shape, height)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel or the bar moved; while a new size is on its way, that is only Textual's clamping."""
        by = round(new_value) - self._view.top
        if by and self.scrollable_content_region.height == self._view.height:
            self._settle()
            self._view.scroll_to(self._view.top + by)
            self._show()
