"""What opens over the chat: switcher, palette, help, health; and what they come back with.

Each is imported when it is first opened, since the first frame needs none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.events import Notice
from supachat.domain.feeds import FeedInfo
from supachat.domain.health import LinkState
from supachat.domain.model import NOTHING, PersonKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_account import Account
from supachat.tui.screens.chat_hands import Go, Push, Run, Tell
from supachat.tui.screens.chat_posts import SIGN_IN, SIGN_OUT, CommandWanted, SignInWanted
from supachat.tui.screens.views import startable
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.typing_line import TypingLine

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command
    from supachat.tui.screens.switcher import Goal


class Switching:
    """To a thread, a feed or a person by name. `feed` opens a feed of a source."""

    def __init__(
        self,
        client: Client,
        typing: TypingLine,
        notices: Notices,
        *,
        push: Push,
        run: Run,
        go: Go,
        feed: Callable[[str, str], None],
    ) -> None:
        self._client = client
        self._typing = typing
        self._notices = notices
        self._push = push
        self._run = run
        self._go = go
        self._feed = feed

    def switch(self, starting: bool = False) -> None:
        from supachat.tui.screens.switcher import Switcher  # late: not before the first frame

        self._push(Switcher(self._client, starting=starting), self._went)

    def start(self) -> None:
        if startable(self._client):
            self.switch(starting=True)
        else:
            self._typing.flash(Safe("no conversation can be started here"))

    def to_person(self, id_: str) -> None:
        """Open the conversation with somebody of the open thread, or start it."""
        key = self._client.open_thread
        if key is not None:
            threads = self._client.threads()
            same = (t.key for t in threads if t.key.source == key.source and t.other == id_)
            self._went(next(same, PersonKey(key.source, id_)))

    def _went(self, goal: Goal | None) -> None:
        if isinstance(goal, ThreadKey):
            self._go(goal)
        elif isinstance(goal, FeedInfo):
            self._feed(goal.source, goal.name)
        elif goal is not None:
            self._run(self._start(goal), group="start", exclusive=True)

    async def _start(self, person: PersonKey) -> None:
        """A conversation with somebody: the server makes the thread, or says that there is one."""
        self._typing.flash(Safe("starting the conversation"))
        try:
            key = await self._client.desk.start_thread(person.source, person.id)
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self._notices.tell(Notice(Safe("The conversation was not started"), words, "error"))
        else:
            self._go(key)


class Doors:
    """Palette, help, health. `do` runs what the table of keys calls so; `offers` is what the palette has
    beside the keys, `hidden` the keys that it must not offer just now."""

    def __init__(
        self,
        client: Client,
        notices: Notices,
        account: Account,
        *,
        push: Push,
        tell: Tell,
        do: Callable[[str], Awaitable[None]],
        offers: Callable[[], Sequence[Command]],
        hidden: Callable[[], Collection[str]],
        monotonic: Callable[[], float],
        hands: Mapping[str, Callable[[], None]],
    ) -> None:
        self._client = client
        self._notices = notices
        self._account = account
        self._push = push
        self._tell = tell
        self._do = do
        self._offers = offers
        self._hidden = hidden
        self._monotonic = monotonic
        self._hands = hands

    def commands(self) -> None:
        from supachat.tui.screens.commands import Commands  # late: not before the first frame

        keys = keys_of(self._notices)
        self._push(Commands(keys, self._offers(), without=self._hidden()), self._chosen)

    async def _chosen(self, command: str | None) -> None:
        if command is None:
            return
        if command in keys_of(self._notices) or command.startswith("do "):
            await self._do(command.removeprefix("do "))
        elif command == SIGN_OUT:
            self._account.sign_out()
        elif command == SIGN_IN:
            self._tell(SignInWanted(NOTHING))
        else:
            self._tell(CommandWanted(command, self._unkept))

    def _unkept(self, why: Safe) -> None:
        """What was chosen holds, and is not written down."""
        self._notices.tell(Notice(Safe("It stays for this run only"), why, "warning"))

    def help(self) -> None:
        from supachat.tui.screens.pages import HelpPage  # late: not before the first frame

        self._push(HelpPage())

    def health(self) -> None:
        from supachat.tui.screens.health import HealthPage  # late: not before the first frame

        if self._client.health.link.state is LinkState.SIGNED_OUT:
            self._tell(SignInWanted(self._client.health.link.reason))
        else:
            self._push(HealthPage(self._client, self._monotonic, self._hands))
