"""What opens over the chat: switcher, palette, help, health, sign-in; and what they come back with.

Each is imported when it is first opened, since the first frame needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.message import Message as Post

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.events import Notice
from supachat.domain.feeds import FeedInfo
from supachat.domain.health import LinkState
from supachat.domain.model import NOTHING, PersonKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_search import ChatSearch
from supachat.tui.widgets.drawn import Drawn, keys_of
from supachat.tui.widgets.typing_line import Question, TypingLine

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command
    from supachat.tui.screens.switcher import Goal

SIGN_OUT: Final = "sign-out"
SIGN_IN: Final = "sign-in"


class ChatDoors(ChatSearch):
    """`more` gives what the palette offers beside the keys."""

    class SignInWanted(Post):
        """The session is over, or there never was one; `reason` may be empty."""

        def __init__(self, reason: Safe) -> None:
            super().__init__()
            self.reason = reason

    class CommandWanted(Post):
        """Something of the palette that is not this screen's: a theme, a workspace."""

        def __init__(self, command: str, chat: ChatDoors) -> None:
            super().__init__()
            self.command = command
            self.chat = chat

    def __init__(
        self,
        client: Client,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        more: Callable[[], Sequence[Command]],
    ) -> None:
        super().__init__(client, now=now, monotonic=monotonic)
        self._more = more

    # ------------------------------------------------------------ what opens over it

    def action_switch(self, starting: bool = False) -> None:
        from supachat.tui.screens.switcher import Switcher  # late: not before the first frame

        self.app.push_screen(Switcher(self.client, starting=starting), self._went)

    def action_start(self) -> None:
        self.action_switch(starting=True)

    def _went(self, goal: Goal | None) -> None:
        if isinstance(goal, ThreadKey):
            self.go(goal)
        elif isinstance(goal, FeedInfo):
            self.open_feed(goal.source, goal.name)
        elif goal is not None:
            self.run_worker(self._start(goal), group="start", exclusive=True)

    async def _start(self, person: PersonKey) -> None:
        """A conversation with somebody: the server makes the thread, or says that there is one."""
        self.typing.flash(Safe("starting the conversation"))
        try:
            key = await self.client.start_thread(person.source, person.id)
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self.notices.tell(Notice(Safe("The conversation was not started"), words, "error"))
        else:
            self.go(key)

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        """A click on a person in the column starts or opens the conversation with them."""
        key = self.client.open_thread
        if event.widget.id == "people" and key is not None:
            event.stop()
            threads = self.client.threads()
            same = (t.key for t in threads if t.key.source == key.source and t.other == event.act)
            self._went(next(same, PersonKey(key.source, event.act)))

    def action_commands(self) -> None:
        from supachat.tui.screens.commands import Commands  # late: not before the first frame

        more = [*self.thread_commands(), *self._more()]
        self.app.push_screen(Commands(keys_of(self), more, without=self.hidden_commands()), self._command)

    async def _command(self, command: str | None) -> None:
        keys = keys_of(self)
        if command is not None and command in keys:
            await self.run_action(keys[command].action or command)
        elif command is not None and command.startswith("do "):
            await self.run_action(command.removeprefix("do "))
        elif command == SIGN_OUT:
            self._ask_sign_out()
        elif command == SIGN_IN:
            self.post_message(self.SignInWanted(NOTHING))
        elif command is not None:
            self.post_message(self.CommandWanted(command, self))

    def unkept(self, why: Safe) -> None:
        """What was chosen holds, and is not written down."""
        self.notices.tell(Notice(Safe("It stays for this run only"), why, "warning"))

    def action_help(self) -> None:
        from supachat.tui.screens.pages import HelpPage  # late: not before the first frame

        self.app.push_screen(HelpPage())

    def action_health(self) -> None:
        from supachat.tui.screens.health import HealthPage  # late: not before the first frame

        if self.client.health.link.state is LinkState.SIGNED_OUT:
            self.post_message(self.SignInWanted(self.client.health.link.reason))
        else:
            hands = {
                "again": self.action_again,
                "reconnect_all": self.action_reconnect_all,
                "toggle_offline": self.action_toggle_offline,
            }
            self.app.push_screen(HealthPage(self.client, self.monotonic, hands))

    # ------------------------------------------------------------ signing out

    def _ask_sign_out(self) -> None:
        dropped = self.client.entry.would_drop()
        if not dropped:
            self.run_worker(self._sign_out(), group="sign-out", exclusive=True)
            return
        words = Safe(f"Drop {dropped}?")
        self.typing.ask(Question(SIGN_OUT, words, Safe("sign out"), Safe("stay")))

    def on_typing_line_answered(self, event: TypingLine.Answered) -> None:
        if event.question.id == SIGN_OUT:
            event.prevent_default()
            if event.yes:
                self.run_worker(self._sign_out(), group="sign-out", exclusive=True)

    async def _sign_out(self) -> None:
        try:
            await self.client.entry.sign_out()
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self.notices.tell(Notice(Safe("Still signed in"), words, "error"))
