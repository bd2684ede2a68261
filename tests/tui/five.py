"""The five systems side by side: one account, five sources, what each of them adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.tui.street import NOW, PEOPLE, SOURCE, conversation, micros, street
from tests.tui.town import Town

from supachat.domain.feeds import Canned, FeedInfo, FeedRow, Severity, Tick
from supachat.domain.model import (
    Cursor,
    Delivery,
    Extra,
    Feature,
    Message,
    MessageKind,
    Person,
    PersonKey,
    PersonKind,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe, safe_line

_TALK = frozenset({Feature.SEND, Feature.START, Feature.FIND_PEOPLE, Feature.TYPING, Feature.READ_CURSOR})
ROOMS = SourceInfo(
    "rooms",
    Safe("Rooms"),
    _TALK
    | {
        Feature.PRESENCE,
        Feature.RENAME,
        Feature.INVITE,
        Feature.REMOVE,
        Feature.LEAVE,
        Feature.CREATE,
    },
    "ana",
)
INBOX = SourceInfo(
    "inbox",
    Safe("Inbox"),
    frozenset(
        {
            *(Feature.SEND, Feature.TYPING, Feature.STATUS, Feature.ASSIGN, Feature.BOT),
            *(Feature.SEARCH, Feature.CANNED),
        }
    ),
    "ana",
    statuses=("open", "pending", "closed"),
)
SESSIONS = SourceInfo(
    "sessions",
    Safe("Sessions"),
    _TALK
    | {
        *(Feature.PRESENCE, Feature.EDIT, Feature.DELETE, Feature.RENAME, Feature.ARCHIVE),
        *(Feature.CREATE, Feature.AWAY, Feature.PRICES),
    },
    "ana",
    assisted=True,
)
PORTAL = SourceInfo(
    "portal", Safe("Portal"), frozenset({Feature.SEND, Feature.START, Feature.SUBJECT}), "ana"
)
SOURCES = (SOURCE, ROOMS, INBOX, SESSIONS, PORTAL)
HANNAH = ThreadKey("inbox", "hannah")
RELEASE = ThreadKey("rooms", "release")
STAKING = ThreadKey("sessions", "staking")
INVOICE = ThreadKey("portal", "invoice")
HALL = ThreadKey("rooms", "hall")


def person(source: str, id_: str, name: str, kind: PersonKind = PersonKind.PERSON) -> Person:
    return Person(PersonKey(source, id_), safe_line(name), safe_line(id_), kind)


FIVE_PEOPLE = (
    *PEOPLE,
    person("rooms", "ana", "Ana Lopes"),
    person("rooms", "mira", "Mira Kovač"),
    person("rooms", "tom", "Tom Becker"),
    person("rooms", "relay", "Relay", PersonKind.BOT),
    person("inbox", "ana", "Ana Lopes", PersonKind.AGENT),
    person("inbox", "jonas", "Jonas Lind", PersonKind.AGENT),
    person("inbox", "mk", "Mira Kovač", PersonKind.AGENT),
    person("inbox", "hannah", "Hannah Weiss", PersonKind.CUSTOMER),
    person("inbox", "desk", "Desk bot", PersonKind.BOT),
    person("sessions", "ana", "Ana Lopes"),
    person("sessions", "assistant", "Sol", PersonKind.ASSISTANT),
    person("portal", "ana", "Ana Lopes", PersonKind.AGENT),
    person("portal", "rui", "Rui Costa", PersonKind.CUSTOMER),
)


def said(
    key: ThreadKey, author: str, text: str, minutes: float, extra: Extra | None = None, **parts: object
) -> Message:
    """`text` of `author`, so many minutes ago."""
    at = micros(NOW - timedelta(minutes=minutes))
    own = author == "ana"
    made = Message(
        key,
        f"{key.id}-{at}",
        author,
        at,
        text,
        safe(text),
        own=own,
        delivery=Delivery.SENT if own else Delivery.RECEIVED,
        extra=extra,
    )
    return replace(made, **parts)  # type: ignore[arg-type]  # a test names real fields


def _role(kind: PersonKind, **parts: object) -> Extra:
    return Extra(role=kind, **parts)  # type: ignore[arg-type]  # a test names real fields


_CUSTOMER, _AGENT = _role(PersonKind.CUSTOMER), _role(PersonKind.AGENT)
_SOL = _role(PersonKind.ASSISTANT)

INBOX_TALK = (
    said(HANNAH, "hannah", "Hi, I changed my e-mail yesterday and now I cannot log in.", 30, _CUSTOMER),
    said(HANNAH, "desk", "Thanks Hannah. Which device are you on?", 29, _role(PersonKind.BOT)),
    said(HANNAH, "hannah", "Both, same thing.", 28, _CUSTOMER),
    said(HANNAH, "", "Bot handed over. Jonas Lind took this conversation", 27, _role(PersonKind.SYSTEM)),
    said(HANNAH, "jonas", "Hello Hannah, the link is only good for an hour.", 25, _AGENT),
    said(
        HANNAH, "ana", "I can see the mail left us at 09:07. Could you look in the spam folder?", 10, _AGENT
    ),
    said(HANNAH, "hannah", "Found it, but the link still opens a blank page.", 1, _CUSTOMER),
)
_TRADE = (
    (Safe("adapter"), Safe("sei-evm")),
    (Safe("action"), Safe("delegate")),
    (Safe("amount"), Safe("120 SEI")),
    (Safe("status"), Safe("simulated")),
)
SESSIONS_TALK = (
    said(STAKING, "ana", "How does SEI staking pay out?", 15),
    said(STAKING, "assistant", "Rewards accrue with every block.", 14, _SOL),
    said(STAKING, "ana", "so what do I lose", 12, Extra(kind=MessageKind.VOICE)),
    said(STAKING, "assistant", "", 11, replace(_SOL, kind=MessageKind.ACTION, facts=_TRADE)),
    said(STAKING, "assistant", "The price feed did not", 9, replace(_SOL, trouble=Safe("unfinished"))),
    said(STAKING, "ana", "Show me the 30 day yield by validator.", 2),
    said(
        STAKING,
        "assistant",
        "Two caveats before you trust the numbers: the snapshot job skipped 11 November, and fees are",
        0,
        replace(_SOL, growing=True),
    ),
)


def _thread(source: str, id_: str, title: str, days: float, **parts: object) -> Thread:
    at = micros(NOW - timedelta(days=days))
    made = Thread(
        ThreadKey(source, id_),
        safe_line(title),
        ("ana",),
        created=micros(NOW - timedelta(days=17)),
        last=Cursor(at, "last"),
        preview=safe_line("same on my other phone"),
    )
    return replace(made, **parts)  # type: ignore[arg-type]  # a test names real fields


def threads() -> list[Thread]:
    web = (Safe("web chat"), Safe("3 earlier"))
    crew = ("ana", "mira", "tom", "relay")
    return [
        *street()[:4],
        _thread("rooms", "release", "Release 4.2", 0.001, members=crew, owner="mira"),
        _thread("rooms", "oncall", "On call", 0.01, members=crew, unread=3),
        _thread("rooms", "random", "Random", 3, members=crew, unread=86, muted=True),
        _thread("rooms", "hall", "Standup", 9, members=crew, hearsay=True),
        _thread(
            "inbox",
            "hannah",
            "Hannah Weiss",
            0.0005,
            members=("ana", "hannah"),
            status="pending",
            assignee="ana",
            bot=False,
            facts=web,
        ),
        _thread(
            "inbox", "order", "Order 58213 never arrived", 0.002, status="open", assignee="jonas", unread=4
        ),
        _thread("inbox", "login", "Login loop on Android", 0.02, status="open", assignee="", unread=2),
        _thread("inbox", "thanks", "Thanks!", 0.001, status="closed", assignee="mk"),
        _thread(
            "sessions",
            "staking",
            "Explain SEI staking",
            0.0001,
            members=("ana", "assistant"),
            owner="ana",
            status="active",
        ),
        _thread("sessions", "portfolio", "Portfolio review", 1, owner="ana", unread=1),
        _thread("sessions", "old", "Tax lots 2025", 40, owner="ana", archived=True),
        _thread("portal", "invoice", "Invoice 2041", 2, facts=(Safe("client 0388"),)),
        _thread("portal", "tuesday", "Tuesday appointment", 3, unread=1),
    ]


ALERTS = FeedInfo("portal", "alerts", Safe("Critical alerts"), takes=True, urgent=True, closes=True)
NOTES = FeedInfo("portal", "notifications", Safe("Notifications"), takes=True)
AUDIT = FeedInfo("portal", "audit", Safe("Audit"))


def row(
    feed: str, number: int, kind: str, title: str, body: str, minutes: float, **parts: object
) -> FeedRow:
    made = FeedRow(
        "portal",
        feed,
        f"{feed}-{number}",
        micros(NOW - timedelta(minutes=minutes)),
        safe_line(title),
        safe_line(body),
        safe_line(kind),
    )
    return replace(made, **parts)  # type: ignore[arg-type]  # a test names real fields


def feed_rows() -> list[FeedRow]:
    critical = Severity.CRITICAL
    return [
        row(
            "alerts",
            1,
            "Critical",
            'PHQ-9 item 9 answered "several days"',
            "Client 0417, assessment of 20 November. Score 16, was 9 a month ago.",
            2,
            severity=critical,
        ),
        row(
            "alerts",
            2,
            "Critical",
            "Missed check-in, second in a row",
            "Client 0392. Last contact 17 November.",
            89,
            severity=critical,
            taken=True,
            taken_at=micros(NOW - timedelta(minutes=86)),
            taken_by="rui",
        ),
        row("notifications", 1, "Appointment", "Moved from 13:00 to 14:30", "Client 0417, room 2.", 11),
        row("notifications", 2, "Document", "Invoice 2041 was viewed", "Client 0388", 20),
        row("notifications", 3, "Message", "Waits longer than 24 h", "Client 0402", 76, taken=True),
        row("audit", 1, "Audit", "6 subscriptions opened by ana", "messages, notifications and 4 more", 93),
    ]


def tick(symbol: str, price: str, change: str, seconds: float = 2) -> Tick:
    at = micros(NOW - timedelta(seconds=seconds))
    return Tick("sessions", safe_line(symbol), Decimal(price), Decimal(change), at)


def five(*, open_first: ThreadKey | None = None) -> Town:
    """All five. `open_first`: the thread that moved last, so that it is open at the start."""
    town = Town(threads())
    town.sources = SOURCES
    town.people = list(FIVE_PEOPLE)
    town.table = {each.key: [] for each in town.threads}
    town.table[town.threads[0].key] = conversation()
    town.table[HANNAH] = list(INBOX_TALK)
    town.table[STAKING] = list(SESSIONS_TALK)
    town.table[INVOICE] = [
        said(
            INVOICE,
            "rui",
            "Could you send the corrected one?",
            3000,
            Extra(role=PersonKind.CUSTOMER, subject=Safe("Invoice 2041")),
        )
    ]
    town.table[HALL] = [said(HALL, "mira", "Standup in five", 5, Extra(hearsay=True))]
    town.feeds = (ALERTS, NOTES, AUDIT)
    town.feed_rows = feed_rows()
    town.ticks = [
        tick("BTC", "98212.40", "1.2"),
        tick("ETH", "3104.15", "-0.4"),
        tick("SEI", "0.4127", "3.1"),
    ]
    town.replies = [
        Canned(Safe("greeting"), "Hello {customer}, {me} here. How can I help?"),
        Canned(Safe("spam"), "Could you look in the spam folder, {customer}?"),
        Canned(Safe("refund"), "The refund is on its way and takes three days."),
    ]
    if open_first is not None:
        town.threads.sort(key=lambda each: each.key != open_first)
    return town
