"""A dialect: one chat schema spoken in the words of the domain.

Built from a TOML map; pure. What to ask of the server comes out as `calls`, what the server said goes in
and comes out as nouns and events. Must never name a table, a column, a function or a topic: they all
come from the map. Answers that do not fit the map raise `DialectError`; frames that do not fit are nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from supachat.dialects import abilities, asks, changes, faults, frames, listed, rows, topics
from supachat.dialects.acts import Acts
from supachat.dialects.beside import Beside
from supachat.dialects.calls import Call, Row, Rpc, Select, Topic
from supachat.dialects.fitting import Fitting, misfit
from supachat.dialects.frames import Members
from supachat.dialects.shape import Map
from supachat.domain.events import (
    Event,
    FetchEdits,
    FetchMentions,
    FetchPage,
    PersonRead,
    PresenceHeard,
    Reread,
)
from supachat.domain.model import (
    Cursor,
    Draft,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    Presence,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe_line


def parse(text: str, file: str) -> Dialect:
    """The dialect of a TOML text. `file` is named in the DialectError that a wrong map raises."""
    try:
        return Dialect(Map.model_validate(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise faults.no_toml(error, file) from error
    except ValidationError as error:
        raise faults.wrong_map(error, text, file, Map) from error


@dataclass(frozen=True)
class Dialect:
    """One map and what it means. Person ids are the source's own; `me` is the reader's."""

    map: Map

    @property
    def name(self) -> str:
        return self.map.name

    @property
    def label(self) -> Safe:
        return safe_line(self.map.label)

    @property
    def schema(self) -> str:
        """The schema that has to be exposed to the REST API."""
        return self.map.schema_

    @property
    def max_length(self) -> int:
        """The longest message, in bytes of UTF-8."""
        return self.map.max_length

    @property
    def features(self) -> frozenset[Feature]:
        return abilities.features(self.map)

    @property
    def acts(self) -> Acts:
        return Acts(self.map)

    @property
    def beside(self) -> Beside:
        return Beside(self.map)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The words that a thread's status can be."""
        part = self.map.threads.statuses
        return tuple(part.words) if part else ()

    @property
    def own_ids(self) -> bool:
        """A draft's id becomes the row's key."""
        return self.map.own_ids

    @property
    def follows_edits(self) -> bool:
        return self.map.stored is not None and self.map.stored.edited is not None

    @property
    def marks_deleted(self) -> bool:
        return self.map.stored is not None and self.map.stored.deleted is not None

    @property
    def typing_lasts(self) -> float:
        """Seconds; 0 where nobody's typing is told."""
        return self.map.news.typing.lasts if self.map.news.typing is not None else 0.0

    @property
    def assisted(self) -> bool:
        """An assistant may be among the authors of messages."""
        return self.map.stored is not None and "assistant" in self.map.stored.roles.values()

    # ------------------------------------------------------------ who I am, and my threads

    def me_call(self, user_id: str = "") -> Call:
        """`user_id` is the auth id: a table of people has to be told whose row is wanted."""
        return asks.me(self.map, user_id)

    def me(self, answer: Sequence[Row], user_id: str) -> Person:
        """The reader as this source knows them. `user_id` is the auth id, named if there is no row."""
        part = self.map.me
        if part is None:
            return Person(PersonKey(self.name, user_id), safe_line(user_id), safe_line(user_id))
        if not answer:
            raise misfit(self.name, f"nobody here has the account {safe_line(user_id)}")
        with Fitting(self.name):
            return rows.person(self.map, answer[0], part.id, part.name)

    def list_call(self) -> Rpc | Select:
        return asks.threads(self.map)

    def threads(self, answer: Sequence[Row], me: str) -> tuple[tuple[Thread, ...], tuple[Person, ...]]:
        """The list in the server's order, and the other people in it, each once."""
        with Fitting(self.name):
            pairs = [listed.thread(self.map, row, me) for row in answer]
        people = {person.key: person for _, others in pairs for person in others}
        return tuple(thread for thread, _ in pairs), tuple(people.values())

    def reads(self, answer: Sequence[Row]) -> tuple[PersonRead, ...]:
        """How far the others have read, where the list tells it."""
        with Fitting(self.name):
            found = [listed.seen(self.map, row) for row in answer]
        return tuple(PersonRead(*seen) for seen in found if seen is not None)

    # ------------------------------------------------------------ history

    def page_call(self, request: FetchPage) -> Call:
        return asks.page(self.map, request)

    def any_messages(self, answer: Sequence[Row], me: str) -> tuple[Message, ...]:
        """Rows of whichever threads, in the order of the answer."""
        with Fitting(self.name):
            return tuple(rows.message(self.map, row, me) for row in answer)

    def authors(self, answer: Sequence[Row]) -> tuple[Person, ...]:
        """Whoever the rows of a page name, each once."""
        with Fitting(self.name):
            found = [rows.author(self.map, row) for row in answer]
        return tuple({person.key: person for person in found if person is not None}.values())

    def messages(self, answer: Sequence[Row], thread: ThreadKey, me: str) -> tuple[Message, ...]:
        """One page, oldest first, whichever way it was asked for. Rows of other threads are left out."""
        found = self.any_messages(answer, me)
        return tuple(sorted((m for m in found if m.thread == thread), key=lambda m: m.cursor))

    def mentions_call(self, request: FetchMentions) -> Call | None:
        """None where the server stores no messages."""
        return asks.mentions(self.map, request) if self.map.stored is not None else None

    def edits_call(self, request: FetchEdits) -> Call | None:
        return asks.edits(self.map, request)

    def edited_to(self, answer: Sequence[Row]) -> Cursor | None:
        """The last row's place in the order of edits."""
        with Fitting(self.name):
            return rows.edit_place(self.map, answer[-1]) if answer else None

    def window_call(self, request: Reread) -> Select:
        return asks.window(self.map, request)

    # ------------------------------------------------------------ whom to write to

    def find_call(self, text: str) -> Call | None:
        """People by exact handle, or by how their name begins; None for a text with nothing in it."""
        if self.map.find is None or not text.strip():
            return None
        return asks.rpc(self.map, self.map.find, {"text": text.strip()})

    def people(self, answer: Sequence[Row]) -> tuple[Person, ...]:
        part = self.map.find
        if part is None:
            return ()
        with Fitting(self.name):
            return tuple(rows.person(self.map, row, part.id, part.name) for row in answer)

    def ensure_call(self, person_id: str, me: str) -> Call | None:
        """The thread with that person, made if it is new; None where threads are not ours to make."""
        if self.map.ensure is None or person_id == me:
            return None
        return asks.rpc(self.map, self.map.ensure, {"person": person_id})

    def ensured(self, answer: Sequence[Row], me: str) -> tuple[Thread, tuple[Person, ...]]:
        threads, people = self.threads(answer[:1], me)
        if not threads:
            raise misfit(self.name, "the thread was not made and no reason was given")
        return threads[0], people

    # ------------------------------------------------------------ what is heard

    def thread_topics(self, thread_id: str, me: str) -> tuple[Topic, ...]:
        """The topics of one thread, the ones that carry its rows first."""
        return topics.of_thread(self.map, thread_id, me)

    def user_topics(self, user_id: str, me: str) -> tuple[Topic, ...]:
        """The topics of the reader's own account. `user_id` is the auth id."""
        return topics.of_user(self.map, user_id)

    def hear(
        self, topic: str, event: str, payload: object, *, sealed: bool, me: str, members: Members
    ) -> tuple[Event, ...]:
        """What a broadcast says. Never raises.

        `payload` is what stands under "payload" inside the broadcast, `topic` has no `realtime:` before
        it, `sealed` is how the topic was joined, `members` gives the person ids of a thread.
        """
        return frames.hear(self.map, topic, event, payload, sealed=sealed, me=me, members=members)

    def told(self, topic: str, data: Mapping[str, Any], *, private: bool, me: str) -> tuple[Event, ...]:
        """What a changed row says: `data` as it stands in the frame, `private` how the topic was joined.
        Never raises."""
        return changes.told(self.map, topic, data, private=private, me=me)

    def present(self, topic: str, state: object, me: str, members: Members) -> PresenceHeard | None:
        """Who is on `topic`: `state` is each presence key with the payloads under it. Never raises."""
        return frames.present(self.map, topic, state, me, members)

    def typing(self, thread_id: str, me: str) -> tuple[str, str, dict[str, Any]] | None:
        """Topic, event and payload that tell others of a key press."""
        part = self.map.news.typing
        return (part.of(thread_id), part.event, {part.person: me}) if part else None

    def presence_payload(self, me: str, presence: Presence = Presence.ONLINE) -> dict[str, Any]:
        """What to track on a topic that was joined with a presence key."""
        part = self.map.news.presence
        return {part.status: presence.value} if part else {}

    def hearsay(self, draft: Draft, me: str, now: Micros) -> tuple[str, str, dict[str, Any]] | None:
        """Topic, event and payload that tell a message, where it is stored nowhere."""
        return frames.saying(self.map, draft, me, now)
