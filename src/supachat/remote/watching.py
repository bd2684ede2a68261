"""What is wanted of the link for the watched threads: their topics, being present there, typing.

Decides which topics; joining them is the supervisor's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from supachat.dialects.calls import Topic
from supachat.domain.errors import Refused, Unreachable
from supachat.domain.events import Event
from supachat.domain.model import Act, Draft, Micros, Presence, Thread, ThreadKey
from supachat.remote import rules
from supachat.remote.attendance import Attendance
from supachat.remote.frames import Word
from supachat.remote.hearing import Hearing, Known
from supachat.remote.registry import Registry
from supachat.remote.supervisor import Supervisor
from supachat.remote.waits import Waits


def topics_of(known: Known, key: ThreadKey) -> Sequence[Topic]:
    """A thread's topics, the one with its rows first; none while its source is not entered."""
    dialect, me = known.dialects.get(key.source), known.me.get(key.source)
    return dialect.thread_topics(key.id, me) if dialect is not None and me is not None else ()


class Watching:
    def __init__(
        self,
        known: Known,
        registry: Registry,
        supervisor: Supervisor,
        hearing: Hearing,
        attendance: Attendance,
        waits: Waits,
    ) -> None:
        self._known, self._registry = known, registry
        self._supervisor, self._hearing = supervisor, hearing
        self._attendance = attendance
        self._typing = rules.Throttle(waits.typing)

    def watch(self, threads: Sequence[ThreadKey]) -> Sequence[Event]:
        """These are wanted from now on, the most wanted first. The events: which are ready already."""
        events = self._registry.watch(threads, without=self._known.gone)
        self._be_present()
        self._supervisor.want(self._registry.wanted())
        return events

    def _be_present(self) -> None:
        presence = self._attendance.presence
        for topic in self._registry.wanted():
            for asker in self._registry.askers(topic.name) if topic.presence_key else ():
                payload = self._known.dialects[asker.source].presence_payload(topic.presence_key, presence)
                self._supervisor.track(topic.name, payload)
        self._attendance.moved()

    def tell_presence(self, presence: Presence) -> None:
        """What the reader is from now on, on every topic and in every table that says so."""
        self._attendance.presence = presence
        self._be_present()

    async def written_down(self, now: bool) -> None:
        """What the tables say is the reader's; `now`: there is no later for it."""
        if now:
            await self._attendance.leave()

    def again(self) -> None:
        """The sources are known: what was asked for before can be joined now."""
        self.watch(self._registry.watched)

    def learn(self, threads: Sequence[Thread]) -> None:
        """Who belongs where: what was refused may be allowed now, and who is present can be told."""
        self._learned(self._known.learn(threads))

    def listed(self, source: str, threads: Sequence[Thread]) -> None:
        """The same of a whole source. The topics of a thread that is gone are left."""
        before = self._known.gone
        self._learned(self._known.listed(source, threads))
        if self._known.gone != before:
            self.again()

    def _learned(self, news: bool) -> None:
        if news:
            self._hearing.members_learned()
            self._supervisor.members_changed()

    async def tell_typing(self, thread: ThreadKey) -> None:
        """Told or not told: nobody waits for it, and nothing is kept for later."""
        dialect, me = self._known.dialects.get(thread.source), self._known.me.get(thread.source)
        said = dialect.typing(thread.id, me) if dialect is not None and me is not None else None
        now = time.monotonic()
        if said is not None and self._typing.wait(said[0], now) == 0:
            self._typing.went(said[0], now)
            await self._supervisor.push(*said)

    # ------------------------------------------------------------ messages that nobody stores

    def only_told(self, draft: Draft) -> bool:
        """Whether the draft's source stores no messages."""
        dialect = self._known.dialects.get(draft.thread.source)
        return dialect is not None and draft.act is Act.SEND and dialect.map.stored is None

    async def tell_message(self, draft: Draft) -> None:
        """Told, and the server said so. Raises `Unreachable` where it has not left, so that it may go
        later, and `Refused` where it was refused or nobody can say what became of it."""
        me, now = self._known.me.get(draft.thread.source), Micros(time.time_ns() // 1000)
        dialect = self._known.dialects[draft.thread.source]
        said = dialect.hearsay(draft, me, now) if me is not None else None
        word = await self._supervisor.told(*said) if said is not None else Word.UNSENT
        match word:
            case Word.UNSENT:
                raise Unreachable("nobody can be told yet: the room is not joined", arrived=False)
            case Word.REFUSED:
                raise Refused("the server refused it: it may be too long to be told")
            case Word.SILENT:
                raise Refused(
                    "nobody can say whether it was heard: the server did not acknowledge it, as if you"
                    " might only listen here",
                    cure="Retry: whoever heard it already sees it once",
                )
