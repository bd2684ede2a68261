"""What is worth telling wherever the person looks: messages elsewhere, conversations that wait, alerts.

Never of one's own, of what was read, of the thread that is looked at, of a muted thread or source, and of
nothing twice. Pure: the minute of the day is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from supachat.domain.changes import Alerted, ThreadWaits
from supachat.domain.feeds import FeedInfo, FeedRow
from supachat.domain.model import Cursor, Message, Person, PersonKind, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync.chosen import Chosen
from supachat.sync.shelf import Outcome, Shelf

DETAILS = 160
"""Characters of a message that a notice shows."""
REMEMBERED = 2000
"""Messages that were told of last."""

_KINDS = {
    PersonKind.CUSTOMER: "a customer",
    PersonKind.ASSISTANT: "the assistant",
    PersonKind.BOT: "the bot",
    PersonKind.SYSTEM: "the system",
}


def who(role: PersonKind | None, person: Person | None) -> str:
    """Whom a message is from, as a notice says it.

    >>> who(PersonKind.CUSTOMER, None)
    'a customer'
    """
    kind = role or (person.kind if person is not None else PersonKind.PERSON)
    return _KINDS.get(kind) or (person.name if person is not None else "somebody")


def waits(thread: Thread) -> bool:
    """Whether nobody has taken a conversation that somebody is to take."""
    return thread.assignee == "" and not thread.archived


def unread_of(threads: Iterable[Thread], muted: frozenset[str]) -> dict[str, int]:
    """Unread messages by source, those of muted and archived threads left out."""
    counts: dict[str, int] = {}
    for thread in threads:
        if thread.unread and not (thread.muted or thread.archived or thread.key.source in muted):
            counts[thread.key.source] = counts.get(thread.key.source, 0) + thread.unread
    return counts


class Notifier:
    """`person` finds a profile by source and id."""

    def __init__(
        self,
        chosen: Chosen,
        shelf: Shelf,
        person: Callable[[str, str], Person | None],
        me: Callable[[str], str],
    ) -> None:
        self.looking = True
        """The person looks at this terminal."""
        self._chosen, self._shelf, self._person, self._me = chosen, shelf, person, me
        self._told: dict[tuple[ThreadKey, str], None] = {}
        self._listed: set[str] = set()
        """Sources whose list came in this run: what a first list brings is no news."""

    def arrived(self, message: Message, thread: Thread | None, out: Outcome) -> None:
        """A row was heard. `thread` is its row of the list before that; None where it is not known yet."""
        if thread is None or message.own or message.deleted:
            return
        if thread.last is None or message.cursor > thread.last:
            self._waits(thread, thread.last is None, out)
        if thread.read_to is not None and message.cursor <= thread.read_to:
            return
        role = message.extra.role if message.extra is not None else None
        self._tell(thread, message.id, message.author, role, message.body, out)

    def listed(
        self, source: str, before: Mapping[ThreadKey, Thread], now: Iterable[Thread], out: Outcome
    ) -> None:
        """A list came: what has moved in it was not heard, or not yet."""
        first = source not in self._listed
        self._listed.add(source)
        for thread in () if first else now:
            held, last = before.get(thread.key), thread.last
            if last is None or thread.preview_author in (None, self._me(source)):
                continue
            self._waits(thread, held is None or held.last is None, out)
            if _moved(held, last) and thread.unread > (held.unread if held is not None else 0):
                self._tell(thread, last.id, thread.preview_author or "", None, thread.preview, out)

    def alert(self, rows: list[FeedRow], info: FeedInfo, out: Outcome) -> None:
        """Alerts that nobody has taken and of which nothing was known."""
        if not rows or info.source in self._chosen.choices.muted:
            return
        title, details = rows[0].title, rows[0].body
        if len(rows) > 1:
            title, details = safe_line(f"{len(rows)} new in {info.label}"), title
        out.changes.append(Alerted(title, details, info.source, feed=info.name, urgent=True))

    def price(self, source: str, words: str, out: Outcome, details: str = "") -> None:
        if source not in self._chosen.choices.muted:
            out.changes.append(Alerted(safe_line(words), safe_line(details), source))

    def held_back(self, alert: Alerted, minute: int) -> bool:
        """Whether it is not told in that minute of the day, where the person is."""
        hours = self._chosen.choices.quiet
        return hours is not None and not alert.urgent and hours.holds(minute)

    def _waits(self, thread: Thread, first: bool, out: Outcome) -> None:
        wanted = ThreadWaits(thread.key)
        if first and self._shelf.open is None and waits(thread) and wanted not in out.changes:
            out.changes.append(wanted)

    def _tell(
        self, thread: Thread, id_: str, author: str, role: PersonKind | None, body: Safe, out: Outcome
    ) -> None:
        key, muted = (thread.key, id_), self._chosen.choices.muted
        if key in self._told:
            return
        self._told[key] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        looked_at = thread.key == self._shelf.open and self.looking
        if looked_at or thread.muted or thread.archived or thread.key.source in muted:
            return
        source = thread.key.source
        by = who(role, self._person(source, author))
        where = (
            f"{thread.title}: " if thread.title != by else ""
        )  # of two people the title is the other one
        details = safe_line(f"{where}{body}" if body else thread.title, limit=DETAILS)
        out.changes.append(Alerted(safe_line(f"New message from {by}"), details, source, thread.key))


def _moved(held: Thread | None, last: Cursor) -> bool:
    return held is None or held.last is None or last > held.last
