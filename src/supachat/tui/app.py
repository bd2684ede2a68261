"""The app: which screen is up, the theme, the way out. Holds one Client at a time.

It is given a function that makes a Client and one that connects it; it knows nothing else of the world.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.keeping import AHEAD
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe, safe_line
from supachat.tui import hangup
from supachat.tui import theme as themes
from supachat.tui.attending import Attending
from supachat.tui.breaking import Crashed
from supachat.tui.keymap import Keymap
from supachat.tui.screens.chat import ChatScreen
from supachat.tui.screens.chat_posts import SIGN_IN, SIGN_OUT, CommandWanted, SignInWanted
from supachat.tui.screens.layout import SMALL, too_small
from supachat.tui.terminal_keys import teach_terminal_keys
from supachat.tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command
    from supachat.tui.setup_protocol import SetUp, WorkspaceCard

OpenWorkspace = Callable[[str | None], Client | None]
"""A workspace's name, or None for the usual one, to its Client, not started; None where there is none.
Raises `SupachatError`."""
Connect = Callable[[Client], Awaitable[None]]
"""Builds the way to the server and attaches it. Called once per Client, after the first frame."""
PATIENCE = 0.5
"""Seconds after which somebody who leaves is told what they wait for."""
LEAVING = Safe("Leaving: what you wrote is being kept, 8 s at most")


class SupachatApp(Attending, inherit_bindings=False):
    """Ends with an exit code."""

    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "first"
    TITLE = "supachat"
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    BINDINGS = []  # noqa: RUF012 - Textual's own would be quit without a word and a toast for ctrl+c
    _dressed = False
    """The first theme is on."""

    def __init__(
        self,
        *,
        open_workspace: OpenWorkspace,
        connect: Connect,
        workspaces: Callable[[], Sequence[WorkspaceCard]],
        set_up: SetUp | None,
        workspace: str | None = None,
        theme: str | None = None,
        glyphs: str = "auto",
        keys: str = "chat",
        reduce_motion: bool = False,
        keep_theme: Callable[[str], None] = lambda name: None,
        crashed: Crashed = lambda error: Safe("supachat broke"),
        zone: tzinfo | None = None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`workspace`: which to open first. `keys`: a preset. `keep_theme` remembers a choice and raises
        `SupachatError`. `crashed` reports what ends the program. `wall`, `monotonic`: clocks in seconds."""
        teach_terminal_keys()
        super().__init__(crashed, glyphs)
        self.keys = Keymap(keys)
        self.reduce_motion = reduce_motion
        self._open_workspace = open_workspace
        self._connect = connect
        self._workspaces = workspaces
        self._set_up = set_up
        self._first = workspace
        self._chat: ChatScreen | None = None
        """The one screen that lies under all others, where a workspace could be opened."""
        self._opened = 0
        self._keep_theme = keep_theme
        self._zone = zone
        self._wall = wall
        self._monotonic = monotonic
        for each in (*themes.OURS, *themes.SIXTEEN):
            self.register_theme(each)
        known = theme in self.available_themes if theme else False
        self.no_color = self.no_color or themes.colourless(os.environ)
        few = self.console.color_system == "standard"
        self._begin_in(theme if theme and known else themes.fitting(os.environ, few=few))

    # ------------------------------------------------------------ colours

    def _begin_in(self, theme: str) -> None:
        """The first theme. To assign it has all CSS read once more as soon as the app runs: 12 ms. Only
        the terminal's own colours need that, since Textual then changes its filters as well."""
        self._dressed = True
        if self.available_themes[theme].ansi:
            self.theme = theme
        else:
            self.set_reactive(App.theme, theme)
            self.set_class(self.current_theme.dark, "-dark-mode")
            self.set_class(not self.current_theme.dark, "-light-mode")
        self.stylesheet.set_variables(self.get_css_variables())

    def get_css_variables(self) -> dict[str, str]:
        """Textual's variables and ours, legible in every theme; none for the one that Textual begins with,
        which nobody sees."""
        if not self._dressed:
            return {}
        self.theme_variables = themes.variables(self.current_theme)
        return self.theme_variables

    # ------------------------------------------------------------ workspaces

    def on_mount(self) -> None:
        self.set_keymap(self.keys.strokes)
        hangup.watch(self)
        self.add_mode(self.DEFAULT_MODE, Screen)  # Textual removes only the modes that it was told of

    def get_default_screen(self) -> Screen[Any]:
        """The chat itself: under an empty one it would be the second that is styled, laid out and painted,
        a twentieth of the time to the first frame."""
        return self._chat or super().get_default_screen()

    def now(self) -> datetime:
        """The moment, in the reader's zone."""
        return datetime.fromtimestamp(self._wall(), self._zone)

    async def _open(self, name: str | None) -> ChatScreen | None:
        """Open a workspace. None where none is set up, which is asked for, or where it cannot be opened."""
        try:
            client = self._open_workspace(name)
        except SupachatError as error:
            self.call_later(self.exit, 1, 1, Text(safe(str(error))))
            return None
        if client is None:
            self.call_later(self._ask_for_project)
            return None
        self.client = client
        screen = ChatScreen(
            client, self._connect, now=self.now, monotonic=self._monotonic, more=self._commands
        )
        await screen.ready()
        return screen

    def _ask_for_project(self) -> None:
        from supachat.tui.screens.first_run import FirstRun  # late: most starts do not need it

        if self._set_up is None:
            self.exit(1, return_code=1, message=Text("There is no workspace. supachat login makes one."))
        else:
            self.push_screen(FirstRun(self._set_up), self._made)
            self._cover(self.size)

    async def _made(self, name: str | None) -> None:
        if name is not None:
            await self._change_workspace(name)

    async def _change_workspace(self, name: str) -> None:
        """Leave this one as it is and open another. Its screens come in a mode of their own, since the
        lowest of a mode cannot be replaced; those of the one that is left go."""
        if self.client is not None:
            await self.client.close()
            self.client = None
        self._chat, left = await self._open(name), self.current_mode
        if self._chat is None:
            return
        self._opened += 1
        mode = f"workspace {self._opened}"
        self.add_mode(mode, self.get_default_screen)
        await self.switch_mode(mode)
        await self.remove_mode(left)
        self._cover(self.size)

    # ------------------------------------------------------------ signing in

    def on_sign_in_wanted(self, event: SignInWanted) -> None:
        from supachat.tui.screens.sign_in import SignIn  # late: a restored session does not need it

        if self.client is None or any(isinstance(screen, SignIn) for screen in self.screen_stack):
            return
        name = self.client.workspace
        card = next((card for card in self._workspaces() if card.name == name), None)
        host = safe_line(card.url.partition("://")[2].rstrip("/")) if card else NOTHING
        self.push_screen(SignIn(self.client, host, reason=event.reason))

    # ------------------------------------------------------------ the palette's own

    def _commands(self) -> list[Command]:
        """Themes, workspaces, the account."""
        from supachat.tui.screens.commands import Command  # late: with the palette itself

        found = [
            Command(f"theme {name}", Safe(f"Theme: {name}"), Safe("view"))
            for name in themes.names()
            if name != self.theme
        ]
        here = self.client.workspace if self.client else NOTHING
        found += [
            Command(f"workspace {card.name}", Safe(f"Workspace: {card.name}"), Safe("account"))
            for card in self._workspaces()
            if card.name != here
        ]
        if self.client is not None and self.client.online:
            found.append(Command(SIGN_OUT, Safe(f"Sign out of {here}"), Safe("account")))
        elif self.client is not None:
            found.append(Command(SIGN_IN, Safe(f"Sign in to {here}"), Safe("account")))
        return found

    async def on_command_wanted(self, event: CommandWanted) -> None:
        verb, _, what = event.command.partition(" ")
        if verb == "theme":
            self.theme = what
            if self._chat is not None:
                self._chat.lay_out()  # without tones there are lines between the areas
            try:
                self._keep_theme(what)
            except SupachatError as error:
                event.unkept(safe_line(str(error), limit=300))
        elif verb == "workspace":
            await self._change_workspace(what)

    # ------------------------------------------------------------ what happens first

    async def on_event(self, event: events.Event) -> None:
        """A key or the mouse: the reader is here. Before anything is composed a workspace is opened."""
        if isinstance(event, events.Compose):
            self.watch_tasks()  # the client that is opened next has the first of them
            self._chat = await self._open(self._first)
        if isinstance(event, events.Key | events.MouseDown | events.Paste) and self.client is not None:
            self.client.attendance.touched()
        await super().on_event(event)

    # ------------------------------------------------------------ clicks, sizes, the way out

    async def on_drawn_acted(self, event: Drawn.Acted) -> None:
        """A click on a key of the footer, or on the badge: as if it were pressed where the keyboard is."""
        if event.act not in self.keys:
            return
        key = self.keys[event.act]
        event.stop()
        name = key.run.partition("(")[0].rpartition(".")[2]
        focused = self.screen.focused
        nodes = [*(focused.ancestors_with_self if focused else ()), self.screen, self]
        target = next((node for node in nodes if hasattr(node, f"action_{name}")), None)
        if target is not None:
            await self.run_action(key.run[key.run.index(name) :], target)

    def on_resize(self, event: events.Resize) -> None:
        if self.client is not None or len(self.screen_stack) > 1:
            self._cover(event.size)

    def _cover(self, size: Size) -> None:
        """Say so where the terminal is too small, and no longer than it is."""
        small, covered = too_small(size.width, size.height), self.screen.id == SMALL
        if small and not covered:
            from supachat.tui.screens.small import TooSmall  # late: most terminals are large enough

            self.push_screen(TooSmall())
        elif covered and not small:
            self.pop_screen()

    async def action_leave(self) -> None:
        """Close, keeping everything; what is not sent yet is named."""
        words = ""
        if self.client is not None:
            waiting, failed = self.client.unsent()
            if waiting + failed and not self.client.unkept():  # that is told once no try is left
                are = "message is" if waiting + failed == 1 else "messages are"
                kept = "yet. All is kept, and what waits goes out next time"
                words = (
                    f"{waiting + failed} {are} not sent {kept if self.client.kept_on_disk else 'and gone'}."
                )
            ahead = self.client.text(AHEAD)
            if ahead and self.client.account is None:
                words = f"Nobody was signed in, so what you typed is not kept. It was:\n\n{safe(ahead)}"
        self.exit(0, message=Text(words) if words else None)

    async def on_unmount(self) -> None:
        self.restore_title()
        if self.client is not None:
            closing = asyncio.ensure_future(self.client.close())
            await asyncio.wait({closing}, timeout=PATIENCE)
            if not closing.done():
                self.tell_terminal(f"{LEAVING}\n")  # the screen is gone, the shell is not back yet
            await closing
