"""What a person does to a thread as a whole: status, assignee, bot, title, archive, people.

Between `ChatList` and the doors of the chat screen. Everything acts on the thread under the list's cursor
while the list has the keyboard, else on the open one. What a source cannot do is not offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.events import Notice
from supachat.domain.model import (
    NOTHING,
    Alteration,
    Feature,
    Person,
    PersonKey,
    PersonKind,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.chat_list import ChatList
from supachat.tui.screens.sections import initials, status_kind
from supachat.tui.widgets.drawn import glyphs_of
from supachat.tui.widgets.list_entries import StatusKind
from supachat.tui.widgets.typing_line import Question

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
_OWNERS: Final = frozenset({"rename", "invite", "remove"})
"""What only the owner of a thread may do, where it has one."""


class ChatThreads(ChatList):
    """Keys and commands that act on whole threads."""

    def thread_commands(self) -> list[Command]:
        """What the palette offers beside the keys: a new thread, and for the open one what it can do."""
        from supachat.tui.screens.commands import Command  # late: with the palette itself

        thread = self.subject
        able_to_create = ", ".join(self._label(each) for each in self._able_to_create())
        new = Command("do create", Safe("New thread with a title"), Safe(able_to_create))
        found = [new] if able_to_create else []
        if thread is not None:
            label = self._label(thread.key.source)
            able = [
                each
                for each in _COMMANDS
                if self.client.can(thread.key.source, each[0]) and not self._owner_of(thread, each[0])
            ]
            found += [Command(f"do {action}", Safe(words), label) for _, action, words in able]
            muted = self.client.telling.is_muted(thread.key.source)
            words = f"{'Unmute' if muted else 'Mute'} all of {label}"
            found.append(Command("do mute_source", Safe(words), label))
        return found

    # ------------------------------------------------------------ altering

    def alter(self, thread: ThreadKey, what: Alteration, value: str = "") -> None:
        """Shown at once; what the source cannot do is said."""
        try:
            self.client.desk.alter(thread, what, value)
        except BadInput as error:
            self.notices.tell(Notice(safe_line(error.message), safe_line(error.cure), "warning"))

    def _able(self, what: Alteration) -> Thread | None:
        """The thread that is meant, if its source can do that; else it is said that it cannot."""
        thread = self.subject
        if thread is not None and not self.client.can(thread.key.source, Feature(what.value)):
            self.typing.flash(Safe(f"{self._label(thread.key.source)} cannot do that"))
            return None
        if thread is not None and (owner := self._owner_of(thread, what)):
            self.typing.flash(safe_line(f"only {owner} can do that"))
            return None
        return thread

    def _owner_of(self, thread: Thread, what: str) -> str:
        """Who alone may do that there; empty where the reader may."""
        owner, source = thread.owner, thread.key.source
        if what not in _OWNERS or owner is None or owner == self.client.me(source):
            return ""
        person = self.client.person(source, owner)
        return person.name if person is not None else "its owner"

    def action_status(self) -> None:
        thread = self._able(Alteration.STATUS)
        source = next((s for s in self.client.sources if thread and s.name == thread.key.source), None)
        if thread is None or source is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        glyphs, key = glyphs_of(self), thread.key
        looks = {
            StatusKind.OPEN: (glyphs.customer, "accent"),
            StatusKind.WAITING: (glyphs.waiting, "warning"),
            StatusKind.CLOSED: (glyphs.done, "quiet"),
        }
        choices = []
        for word in source.statuses:
            kind = status_kind(word, source)
            glyph, look = looks[kind] if kind else (" ", "quiet")
            now = Safe("now") if word == thread.status else NOTHING
            choices.append(Result(word, safe_line(word), mark=Safe(glyph), mark_look=look, right=now))

        def chosen(word: str | None) -> None:
            if word is not None and word != thread.status:
                self.alter(key, Alteration.STATUS, word)

        self.app.push_screen(Picker(Safe(f"Status of {thread.title}"), choices), chosen)

    def action_assign(self) -> None:
        thread = self._able(Alteration.ASSIGN)
        if thread is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        key, me = thread.key, self.client.me(thread.key.source)
        agents = [
            p for p in self.client.people(key.source) if p.kind is PersonKind.AGENT and p.key.id != me
        ]
        choices = [Result(f"={me}", Safe("You")), Result("=", Safe("Nobody"))]
        choices += [Result(f"={p.key.id}", p.name, right=initials(p.name)) for p in agents]
        now = f"={thread.assignee or ''}"
        choices = [r if r.id != now else Result(r.id, r.title, right=Safe("now")) for r in choices]

        def chosen(answer: str | None) -> None:
            if answer is not None and answer != now:
                self.alter(key, Alteration.ASSIGN, answer[1:])

        self.app.push_screen(Picker(Safe(f"Who sees to {thread.title}"), choices), chosen)

    def action_archive(self) -> None:
        thread = self._able(Alteration.ARCHIVE)
        if thread is not None:
            self.alter(thread.key, Alteration.ARCHIVE, "off" if thread.archived else "on")
            self.typing.flash(Safe("brought back" if thread.archived else "archived"))

    def action_bot(self) -> None:
        thread = self._able(Alteration.BOT)
        if thread is not None:
            self.alter(thread.key, Alteration.BOT, "off" if thread.bot else "on")
            self.typing.flash(Safe("the bot is off" if thread.bot else "the bot answers"))

    def action_rename(self) -> None:
        thread = self._able(Alteration.RENAME)
        if thread is None:
            return
        from supachat.tui.screens.picking import AskLine  # late: not before the first frame

        key = thread.key

        def named(title: str | None) -> None:
            if title:
                self.alter(key, Alteration.RENAME, title)

        self.app.push_screen(AskLine(Safe("The new title"), Safe("rename"), thread.title), named)

    # ------------------------------------------------------------ people

    def action_invite(self) -> None:
        thread = self._able(Alteration.INVITE)
        if thread is None:
            return
        from supachat.tui.screens.picking import Invite  # late: not before the first frame

        key = thread.key

        def found(person: Goal | None) -> None:
            if isinstance(person, PersonKey):
                self.alter(key, Alteration.INVITE, person.id)

        self.app.push_screen(Invite(self.client, key), found)

    def action_remove_member(self) -> None:
        thread = self._able(Alteration.REMOVE)
        if thread is None:
            return
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        key, me = thread.key, self.client.me(thread.key.source)
        others: list[Person] = [
            p for p in self.client.members(key) if p.key.id != me and p.kind is not PersonKind.ASSISTANT
        ]

        def chosen(person: str | None) -> None:
            if person is not None:
                self.alter(key, Alteration.REMOVE, person)

        choices = [Result(p.key.id, p.name) for p in others]
        self.app.push_screen(Picker(Safe(f"Remove from {thread.title}"), choices), chosen)

    def action_leave_thread(self) -> None:
        thread = self._able(Alteration.LEAVE)
        if thread is not None and thread.key == self.client.open_thread:
            words = Safe(f"Leave {thread.title}?")
            self.typing.ask(Question(words, Safe("leave"), Safe("stay"), self._leave))

    def _leave(self, yes: bool) -> None:
        key = self.client.open_thread
        self.set_focus(self.composer.field)
        if yes and key is not None:
            self.alter(key, Alteration.LEAVE)

    def action_create(self) -> None:
        sources = self._able_to_create()
        if not sources:
            self.typing.flash(Safe("threads cannot be made here"))
            return
        from supachat.tui.screens.picking import AskLine  # late: not before the first frame

        def named(title: str | None) -> None:
            if title and len(sources) > 1:
                self._ask_where(title, sources)
            elif title:
                self.run_worker(self._create(sources[0], title), group="start", exclusive=True)

        where = f", in {self._label(sources[0])}" if len(sources) == 1 else ""
        verb = "go on" if len(sources) > 1 else "make it"
        self.app.push_screen(AskLine(Safe(f"Its title{where}"), Safe(verb)), named)

    def _ask_where(self, title: str, sources: Sequence[str]) -> None:
        """Several kinds of chat can make a thread; one that has none yet would never get its first."""
        from supachat.tui.screens.picking import Picker  # late: not before the first frame
        from supachat.tui.widgets.results import Result

        def chosen(source: str | None) -> None:
            if source:
                self.run_worker(self._create(source, title), group="start", exclusive=True)

        choices = [Result(each, self._label(each), right=Safe("make it")) for each in sources]
        self.app.push_screen(Picker(safe_line(f"{title}, in"), choices), chosen)

    def _able_to_create(self) -> list[str]:
        """The sources in which a thread can be made, that of the thread that is meant first."""
        names = [each.name for each in self.client.sources if self.client.can(each.name, Feature.CREATE)]
        here = self.subject.key.source if self.subject is not None else ""
        return sorted(names, key=lambda name: name != here)

    async def _create(self, source: str, title: str) -> None:
        try:
            key = await self.client.desk.create_thread(source, title)
        except SupachatError as error:
            words = safe_line(str(error), limit=300)
            self.notices.tell(Notice(Safe("The thread was not made"), words, "error"))
        else:
            self.go(key)
