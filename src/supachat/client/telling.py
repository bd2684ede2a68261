"""What the person is told of when they look elsewhere: mutes, quiet hours, and how much is unread."""

from __future__ import annotations

from supachat.client.runner import Runner
from supachat.domain.changes import ThreadsChanged
from supachat.domain.choices import Quiet
from supachat.domain.model import Thread, ThreadKey
from supachat.sync.notices import unread_of
from supachat.sync.shelf import Outcome


class Telling:
    def __init__(self, run: Runner) -> None:
        self._run = run

    def mute(self, thread: ThreadKey, muted: bool) -> None:
        """Tell nothing of one thread, on this computer."""

        def act(out: Outcome) -> None:
            roster = self._run.parts.roster
            roster.note(roster.threads.mute(thread, muted), out)

        self._run.act(act)

    def mute_source(self, source: str, muted: bool) -> None:
        """Tell nothing of a whole source, its alerts included."""

        def act(out: Outcome) -> None:
            self._run.parts.chosen.mute(source, muted, out)
            out.changes.append(ThreadsChanged())

        self._run.act(act)

    def is_muted(self, source: str) -> bool:
        return source in self._run.parts.chosen.choices.muted

    @property
    def quiet(self) -> Quiet | None:
        """The hours in which nothing is told but urgent alerts."""
        return self._run.parts.chosen.choices.quiet

    def set_quiet(self, hours: Quiet | None) -> None:
        self._run.act(lambda out: self._run.parts.chosen.quiet(hours, out))

    def looks(self, looking: bool) -> None:
        """Whether the person looks at this terminal: the open thread is told of while they do not."""
        self._run.parts.notifier.looking = looking

    def mentions(self, thread: Thread) -> int:
        """How many of a thread's unread messages are known to mean the reader: `@` and their name."""
        return self._run.parts.mentions.count(thread)

    def unread(self) -> dict[str, int]:
        """Unread messages by source, of muted and archived threads none: for the window's title."""
        return unread_of(self._run.threads(), self._run.parts.chosen.choices.muted)
