"""What a person does to a thread as a whole: status, assignee, bot, title, archive, people.

Everything acts on the thread that a key means: see `chat_list`. What a source cannot do is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from supachat.client import Client
from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.events import Notice
from supachat.domain.model import NOTHING, Alteration, Feature, PersonKey, PersonKind, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.notices import Notices
from supachat.tui.screens.chat_hands import Go, Push, Run, Then
from supachat.tui.screens.sections import initials, status_kind
from supachat.tui.screens.views import reserved_to, source_label
from supachat.tui.widgets.drawn import glyphs_of
from supachat.tui.widgets.marks import of_status
from supachat.tui.widgets.typing_line import Question, TypingLine

if TYPE_CHECKING:
    from supachat.tui.screens.commands import Command
    from supachat.tui.screens.switcher import Goal

_COMMANDS: Final = (
    (Feature.BOT, "bot", "Switch the bot on or off"),
    (Feature.RENAME, "rename", "Rename this thread"),
    (Feature.INVITE, "invite", "Invite somebody"),
    (Feature.REMOVE, "remove_member", "Remove somebody"),
    (Feature.LEAVE, "leave_thread", "Leave this thread"),
)
"""What has no key, and what its source must be able to do."""


class ThreadActs:
    """Keys and commands that act on whole threads. `subject` is the one that is meant, `write` gives the
    composer the keyboard."""

    def __init__(
        self,
        client: Client,
        typing: TypingLine,
        notices: Notices,
        *,
        subject: Callable[[], Thread | None],
        push: Push,
        run: Run,
        go: Go,
        write: Callable[[], None],
    ) -> None:
        self._client = client
        self._typing = typing
        self._notices = notices
        self._subject = subject
        self._push = push
        self._run = run
        self._go = go
        self._write = write

    def commands(self) -> list[Command]:
        """What the palette offers beside the keys: a new thread, and for the open one what it can do."""
        from supachat.tui.screens.commands import Command  # late: with the palette itself

        thread = self._subject()
        able_to_create = ", ".join(source_label(self._client, each) for each in self._able_to_create())
        new = Command("do acts.create", Safe("New thread with a title"), Safe(able_to_create))
        found = [new] if able_to_create else []
        if thread is not None:
            label = source_label(self._client, thread.key.source)
            able = [
                each
                for each in _COMMANDS
                if self._client.can(thread.key.source, each[0])
                and not reserved_to(self._client, thread, each[0])
            ]
            found += [Command(f"do acts.{action}", Safe(words), label) for _, action, words in able]
            muted = self._client.telling.is_muted(thread.key.source)
            words = f"{'Unmute' if muted else 'Mute'} all of {label}"
            found.append(Command("do lists.mute_source", Safe(words), label))
        return found

    # ------------------------------------------------------------ altering

    def _alter(self, thread: ThreadKey, what: Alteration, value: str = "") -> None:
        """Shown at once; what the source cannot do is said."""
        try:
            self._client.desk.alter(thread, what, value)
        except BadInput as error:
            self._notices.tell(Notice(safe_line(error.message), safe_line(error.cure), "warning"))

    def _altering(self, thread: Thread, what: Alteration, *, now: str = "") -> Then[str]:
        """For a question: what is answered becomes of the thread, unless it is so `now`."""

        def answered(value: str | None) -> None:
            if value and value != now:
                self._alter(thread.key, what, value)

        return answered

    def _able(self, what: Alteration) -> Thread | None:
        """The thread that is meant, if its source can do that; else it is said that it cannot."""
        thread = self._subject()
        if thread is not None and not self._client.can(thread.key.source, Feature(what.value)):
            self._typing.flash(Safe(f"{source_label(self._client, thread.key.source)} cannot do that"))
            return None
        if thread is not None and (owner := reserved_to(self._client, thread, what)):
            self._typing.flash(safe_line(f"only {owner} can do that"))
            return None
        return thread

    def status(self) -> None:
        thread = self._able(Alteration.STATUS)
        source = next((s for s in self._client.sources if thread and s.name == thread.key.source), None)
        if thread is None or source is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        glyphs, choices = glyphs_of(self._typing), []
        for word in source.statuses:
            glyph, look = of_status(status_kind(word, source), glyphs)
            now = Safe("now") if word == thread.status else NOTHING
            choices.append(Result(word, safe_line(word), mark=Safe(glyph), mark_look=look, right=now))
        ask = Safe(f"Status of {thread.title}")
        self._push(Picker(ask, choices), self._altering(thread, Alteration.STATUS, now=thread.status))

    def assign(self) -> None:
        thread = self._able(Alteration.ASSIGN)
        if thread is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        key, me = thread.key, self._client.me(thread.key.source)
        people = self._client.people(key.source)
        agents = [p for p in people if p.kind is PersonKind.AGENT and p.key.id != me]
        choices = [Result(f"={me}", Safe("You")), Result("=", Safe("Nobody"))]
        choices += [Result(f"={p.key.id}", p.name, right=initials(p.name)) for p in agents]
        now = f"={thread.assignee or ''}"
        choices = [r if r.id != now else Result(r.id, r.title, right=Safe("now")) for r in choices]

        def chosen(answer: str | None) -> None:
            if answer is not None and answer != now:
                self._alter(key, Alteration.ASSIGN, answer[1:])

        self._push(Picker(Safe(f"Who sees to {thread.title}"), choices), chosen)

    def archive(self) -> None:
        thread = self._able(Alteration.ARCHIVE)
        if thread is not None:
            self._alter(thread.key, Alteration.ARCHIVE, "off" if thread.archived else "on")
            self._typing.flash(Safe("brought back" if thread.archived else "archived"))

    def bot(self) -> None:
        thread = self._able(Alteration.BOT)
        if thread is not None:
            self._alter(thread.key, Alteration.BOT, "off" if thread.bot else "on")
            self._typing.flash(Safe("the bot is off" if thread.bot else "the bot answers"))

    def rename(self) -> None:
        thread = self._able(Alteration.RENAME)
        if thread is None:
            return
        from supachat.tui.screens.picking import AskLine  # late: not before the first frame

        ask = AskLine(Safe("The new title"), Safe("rename"), thread.title)
        self._push(ask, self._altering(thread, Alteration.RENAME))

    # ------------------------------------------------------------ people

    def invite(self) -> None:
        thread = self._able(Alteration.INVITE)
        if thread is None:
            return
        from supachat.tui.screens.picking import Invite  # late: not before the first frame

        key = thread.key

        def found(person: Goal | None) -> None:
            if isinstance(person, PersonKey):
                self._alter(key, Alteration.INVITE, person.id)

        self._push(Invite(self._client, key), found)

    def remove_member(self) -> None:
        thread = self._able(Alteration.REMOVE)
        if thread is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        me, people = self._client.me(thread.key.source), self._client.members(thread.key)
        others = [p for p in people if p.key.id != me and p.kind is not PersonKind.ASSISTANT]
        ask = Picker(Safe(f"Remove from {thread.title}"), [Result(p.key.id, p.name) for p in others])
        self._push(ask, self._altering(thread, Alteration.REMOVE))

    def leave_thread(self) -> None:
        thread = self._able(Alteration.LEAVE)
        if thread is not None and thread.key == self._client.open_thread:
            words = Safe(f"Leave {thread.title}?")
            self._typing.ask(Question(words, Safe("leave"), Safe("stay"), self._leave))

    def _leave(self, yes: bool) -> None:
        key = self._client.open_thread
        self._write()
        if yes and key is not None:
            self._alter(key, Alteration.LEAVE)

    def create(self) -> None:
        sources = self._able_to_create()
        if not sources:
            self._typing.flash(Safe("threads cannot be made here"))
            return
        from supachat.tui.screens.picking import AskLine  # late: not before the first frame

        def named(title: str | None) -> None:
            if title and len(sources) > 1:
                self._ask_where(title, sources)
            elif title:
                self._run(self._create(sources[0], title), group="start", exclusive=True)

        where = f", in {source_label(self._client, sources[0])}" if len(sources) == 1 else ""
        verb = "go on" if len(sources) > 1 else "make it"
        self._push(AskLine(Safe(f"Its title{where}"), Safe(verb)), named)

    def _ask_where(self, title: str, sources: Sequence[str]) -> None:
        """Several kinds of chat can make a thread; one that has none yet would never get its first."""
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        def chosen(source: str | None) -> None:
            if source:
                self._run(self._create(source, title), group="start", exclusive=True)

        choices = [
            Result(each, source_label(self._client, each), right=Safe("make it")) for each in sources
        ]
        self._push(Picker(safe_line(f"{title}, in"), choices), chosen)

    def _able_to_create(self) -> list[str]:
        """The sources in which a thread can be made, that of the thread that is meant first."""
        names = [each.name for each in self._client.sources if self._client.can(each.name, Feature.CREATE)]
        thread = self._subject()
        here = thread.key.source if thread is not None else ""
        return sorted(names, key=lambda name: name != here)

    async def _create(self, source: str, title: str) -> None:
        try:
            key = await self._client.desk.create_thread(source, title)
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self._notices.tell(Notice(Safe("The thread was not made"), words, "error"))
        else:
            self._go(key)
