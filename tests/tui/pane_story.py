"""A thread to look at: what the pictures of the look show, as items. Times are UTC, names are fixed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from supachat.domain.model import (
    Cursor,
    Delivery,
    Extra,
    Gap,
    Item,
    Message,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    ThreadKey,
)
from supachat.domain.text import Safe, safe

THREAD: Final = ThreadKey("rooms", "release")
TODAY: Final = date(2026, 11, 20)
_numbers = count(1)


def person(handle: str, name: str, kind: PersonKind = PersonKind.PERSON) -> Person:
    return Person(PersonKey(THREAD.source, handle), Safe(name), Safe(handle), kind)


PEOPLE: Final = {
    each.key.id: each
    for each in (
        person("mira", "Mira Kovač"),
        person("tom", "Tom Becker"),
        person("ana", "Ana"),
        person("relay", "Relay", PersonKind.BOT),
        person("noa", "Noa Levi"),
        person("sam", "Sam Osei"),
        person("tanaka", "田中 愛子"),
        person("sol", "Sol", PersonKind.ASSISTANT),
        person("hannah", "Hannah Weiss", PersonKind.CUSTOMER),
        person("jonas", "Jonas Lind", PersonKind.AGENT),
    )
}


def at(hour: int, minute: int, day: int = 20) -> Micros:
    return Micros(int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()) * 1_000_000)


def said(author: str, when: Micros, text: str, **rest: Any) -> Message:
    """A message as a dialect makes it: `raw` as written, `body` safe. The reader is `ana`."""
    key = rest.pop("id", None) or f"m{next(_numbers)}"
    return Message(THREAD, key, author, when, text, safe(text), own=author == "ana", **rest)


def gap(after: Micros, before: Micros, *, filling: bool = False) -> Gap:
    return Gap(THREAD, Cursor(after, "a"), Cursor(before, "b"), filling)


CODE: Final = (
    "```sql\ncreate index concurrently if not exists messages_by_time\n"
    "  on chat_messages (session_id, created_at desc);  -- no lock\n```"
)

CHAT: Final[tuple[Item, ...]] = (
    said(
        "mira",
        at(9, 4),
        "The migration went through on staging. Index build took 40 minutes, so we run it before the "
        f"deploy, not in it:\n{CODE}",
    ),
    said("mira", at(9, 5), "Anyone against shipping at ten?", id="question"),
    said(
        "tom",
        at(9, 12),
        "No objection. Runbook is here: https://wiki.acme.dev/runbooks/4.2",
        reply_to="question",
    ),
    said(
        "ana",
        at(9, 14),
        "Fine by me. I watch the dashboards until noon.",
        delivery=Delivery.SENT,
        seen_by=2,
    ),
    said(
        "ana",
        at(9, 14),
        "@tom can you hold the announcement until I say so?",
        delivery=Delivery.SENT,
        id="read",
    ),
    said("relay", at(9, 28), "Deploy `4.2.0-rc3` to staging finished in 3 min 12 s."),
    said("tom", at(9, 30), "@ana will do. Waiting for your word."),
    said("ana", at(9, 31), "Starting now.", delivery=Delivery.SENDING),
    said("ana", at(9, 31), "Dashboards are open, error rate is flat.", delivery=Delivery.QUEUED),
)
"""Picture 01. The new line stands after `read`."""

LOG: Final = "Full log of the restore rehearsal, for the record:\n" + "\n".join(
    f"pg_restore: creating TABLE {number}" for number in range(36)
)
NOT_SENT: Final = said(
    "ana",
    at(10, 12, 19),
    "Posting the announcement in Customers now.",
    id="not-sent",
    delivery=Delivery.FAILED,
    reason=Safe("you are no longer a member of Customers"),
)
BY_SYSTEM: Final = Extra(role=PersonKind.SYSTEM)
HISTORY: Final[tuple[Item, ...]] = (
    said("tom", at(9, 12, 19), "Reindex is at 60 percent.", edited=at(9, 13, 19)),
    gap(at(9, 12, 19), at(10, 3, 19)),
    said(
        "tanaka",
        at(10, 3, 19),
        "お疲れさまです。ステージング環境の移行は問題なく完了しました 🎉 明日の朝、本番の手順をもう一度"
        "確認させてください。",
    ),
    said(
        "noa",
        at(10, 5, 19),
        "אפשר לאשר, הבדיקות עברו בהצלחה\nConfirmed in English too: all checks passed 👩‍💻👍",
    ),
    said("sam", at(10, 6, 19), "what was here", deleted=True),
    said("sam", at(10, 6, 19), "and here", deleted=True),
    said("tom", at(10, 8, 19), LOG, id="log"),
    said("mira", at(10, 9, 19), 'Mira Kovač renamed this room from "Release 4.2 prep"', extra=BY_SYSTEM),
    said("mira", at(10, 9, 19), "Mira Kovač added 田中 愛子", extra=BY_SYSTEM),
    said(
        "ana", at(10, 11, 19), "Then we are good. Going live at 10:30.", delivery=Delivery.SENT, seen_by=6
    ),
    NOT_SENT,
)
"""Picture 02."""

MARKED_UP: Final[tuple[Item, ...]] = (
    said(
        "hannah",
        at(8, 0),
        "Two things:\n- the **first** is a long item that has to wrap around the end of its row\n"
        "  - nested\n10. ten\n\n> quoted *text*\n\n# A heading\nSee [the runbook](https://wiki.acme.dev/x)",
        id="marked-up",
    ),
    said("jonas", at(8, 1), "ok"),
    said("sol", at(8, 2), "`code`, *italic*, ***both***, snake_case_name and 2 * 3 * 4"),
)
