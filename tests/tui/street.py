"""The people of a small town, their threads and what they wrote: what a scripted Town answers with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Account,
    Cursor,
    Delivery,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line

NOW = datetime(2026, 11, 20, 9, 31, 30, tzinfo=UTC)
ACCOUNT = Account("uid-ana", safe_line("ana@acme.dev"), safe_line("ana"))
EVERYTHING = frozenset(
    {
        Feature.SEND,
        Feature.START,
        Feature.FIND_PEOPLE,
        Feature.TYPING,
        Feature.PRESENCE,
        Feature.READ_CURSOR,
    }
)
SOURCE = SourceInfo("direct", safe_line("Direct"), EVERYTHING, "ana")
LIVE = Link(LinkState.CONNECTED, round_trip=0.012, connect_time=0.2, joined=6, wanted=6)


def micros(moment: datetime) -> Micros:
    return Micros(round(moment.timestamp() * 1_000_000))


def person(handle: str, name: str, kind: PersonKind = PersonKind.PERSON) -> Person:
    return Person(PersonKey("direct", handle), safe_line(name), safe_line(handle), kind)


PEOPLE = (
    person("ana", "Ana Lopes"),
    person("mira", "Mira Kovač"),
    person("tom", "Tom Becker"),
    person("noa", "Noa Levi"),
    person("aiko", "田中 愛子"),
    person("relay", "Relay", PersonKind.BOT),
    person("renate", "Renate Vogel"),
)
STRANGER = person("sam", "Samuel Osei")
"""Known to the server only."""


def key(other: str) -> ThreadKey:
    return ThreadKey("direct", "__".join(sorted(("ana", other))))


def thread(other: str, **parts: object) -> Thread:
    name = next((p.name for p in (*PEOPLE, STRANGER) if p.key.id == other), safe_line(other))
    made = Thread(key(other), name, ("ana", other), other, created=micros(NOW - timedelta(days=17)))
    return replace(made, **parts)  # type: ignore[arg-type]  # a test names real fields


def message(other: str, author: str, text: str, at: datetime, number: int = 0) -> Message:
    own = author == "ana"
    return Message(
        key(other),
        f"{other}-{number:05}",
        author,
        Micros(micros(at) + number),
        text,
        safe(text),
        own=own,
        delivery=Delivery.SENT if own else Delivery.RECEIVED,
    )


_MIRA = (
    ("2026-11-19 16:40", "mira", "Rehearsal is done. `pg_restore` took 11 minutes on the copy."),
    ("2026-11-19 16:44", "ana", "Good. Then tomorrow at ten."),
    (
        "2026-11-20 09:04",
        "mira",
        "The migration went through on staging. Index build took 40 minutes, so we run it before the "
        "deploy, not in it:\n```sql\ncreate index concurrently if not exists messages_by_time\n"
        "  on chat_messages (session_id, created_at desc);  -- no lock\n```\n"
        "Anyone against shipping at ten?",
    ),
    ("2026-11-20 09:12", "mira", "Runbook is here:\nhttps://wiki.acme.dev/runbooks/4.2"),
    ("2026-11-20 09:14", "ana", "Fine by me. I watch the dashboards until noon."),
    ("2026-11-20 09:14", "ana", "@mira can you hold the announcement until I say so?"),
    ("2026-11-20 09:28", "mira", "Deploy `4.2.0-rc3` to staging finished in 3 min 12 s."),
    ("2026-11-20 09:30", "mira", "@ana will do. Waiting for your word."),
)


def conversation(other: str = "mira") -> list[Message]:
    """What was said with Mira; one line with everybody else."""
    if other != "mira":
        return [message(other, other, "Hello there", NOW - timedelta(days=2))]
    return [
        message("mira", author, text, datetime.fromisoformat(at).replace(tzinfo=UTC), number)
        for number, (at, author, text) in enumerate(_MIRA)
    ]


def long_conversation(other: str, count: int) -> list[Message]:
    """`count` messages, a minute apart, the last one now."""
    start = NOW - timedelta(minutes=count)
    return [
        message(
            other, other if n % 3 else "ana", f"message {n} of {count}", start + timedelta(minutes=n), n
        )
        for n in range(count)
    ]


def street() -> list[Thread]:
    """The thread list."""

    def last(days: float, preview: str, author: str, **parts: object) -> dict[str, object]:
        at = micros(NOW - timedelta(days=days))
        return {
            "last": Cursor(at, "last"),
            "preview": safe_line(preview),
            "preview_author": author,
            **parts,
        }

    said = conversation()[-1]
    return [
        thread("mira", last=said.cursor, preview=safe_line(said.body), preview_author="mira"),
        thread("tom", **last(0.01, "No objection. Runbook is here", "tom", unread=3)),
        thread("noa", **last(0.02, "the empty state is too loud for a first look", "noa", unread=12)),
        thread("aiko", **last(1.0, "来週の火曜日はいかがですか", "aiko", unread=1)),
        thread("relay", **last(2.0, "p95 back under 200 ms", "relay")),
        thread("renate", **last(11.0, "booked the 7:40 from Porto", "ana")),
    ]
