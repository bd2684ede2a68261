"""Many things at once: what is done for each of them, and what once for what a frame shows. Counts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.tui.harness import burst, chat, make_app, running, settled, until
from tests.tui.street import NOW, key, micros, person, thread
from tests.tui.town import Town

from supachat.domain import events as ev
from supachat.domain.model import Cursor, Presence, Thread, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync import looking
from supachat.sync.threads import Threads
from supachat.tui.app import SupachatApp
from supachat.tui.notices import Notices, Toast
from supachat.tui.screens import chat_list
from supachat.tui.screens.chat import ChatScreen
from supachat.tui.screens.chat_going import Going
from supachat.tui.widgets.thread_list import ThreadList

MANY = 300


def crowd(count: int = MANY) -> Town:
    """A list of so many threads, the first one moved last, a message unread in each."""
    moved = [Cursor(micros(NOW - timedelta(minutes=n + 1)), "x") for n in range(count)]
    names = [f"p{n:04}" for n in range(count)]
    read = Cursor(micros(NOW - timedelta(days=9)), "")
    town = Town(
        [thread(n, last=last, unread=1, read_to=read) for n, last in zip(names, moved, strict=True)]
    )
    town.people += [person(name, f"Person {name}") for name in names]
    return town


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of these was done."""
    found: Counter[str] = Counter()

    def count(owner: object, name: str) -> None:
        does: Callable[..., object] = getattr(owner, name)

        def counted(*args: object, **kwargs: object) -> object:
            found[name] += 1
            return does(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    count(Going, "go")
    count(ChatScreen, "take")
    count(chat_list, "sections")
    count(ThreadList, "_arrange")
    count(Notices, "mount")
    count(SupachatApp, "tell_terminal")
    return found


def requests(town: Town) -> Counter[str]:
    return Counter(type(request).__name__ for request in town.performed)


async def test_a_key_held_in_a_long_list_asks_about_where_it_stops(
    counts: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = crowd()
    app = make_app(town)
    async with running(app) as pilot:
        await until(pilot, lambda: len(chat(app).list.keys) == MANY)
        await settled(pilot)
        monkeypatch.setattr(looking, "REST", 30.0)
        counts.clear()
        town.performed.clear()
        chat(app).parts.going.beside(1)  # from here on every thread is passed
        await settled(pilot)
        town.performed.clear()
        counts.clear()
        keys = chat(app).list.keys
        burst(app, *["alt+down"] * 40)
        await until(pilot, lambda: counts["go"] == 40)
        await settled(pilot)
        assert chat(app).client.open_thread == keys[41], "no key is lost"
        assert not requests(town), "nothing was asked or marked"
        assert counts["sections"] == counts["_arrange"] == 0, "the list was not made anew"
        assert counts["take"] <= 41


async def test_keys_that_are_pressed_in_a_flood_arrive_all_and_in_order() -> None:
    town = crowd()
    app = make_app(town)
    async with running(app) as pilot:
        await until(pilot, lambda: len(chat(app).list.keys) == MANY)
        for number in range(1000):
            town.arrives(f"p{number % MANY:04}", f"line {number}", number=1000 + number)
        words = "allthatistypedwhileathousandmessagescome"
        burst(app, *words)
        await until(pilot, lambda: chat(app).composer.text == words)
        await until(pilot, lambda: sum(chat(app).client.telling.unread().values()) >= 1000)


@pytest.mark.parametrize("where", ["the open one", "another one"])
async def test_a_thousand_messages_are_drawn_by_the_frame_and_told_by_the_handful(
    where: str, counts: Counter[str]
) -> None:
    town = crowd(30)
    app = make_app(town)
    async with running(app) as pilot:
        await until(pilot, lambda: len(chat(app).list.keys) == 30)
        await settled(pilot)
        counts.clear()
        town.performed.clear()
        here = chat(app).client.open_thread
        other = next(
            t.other for t in town.threads if (t.key == here) is (where == "the open one") and t.other
        )
        for number in range(1000):
            town.arrives(other, f"line {number}", number=1000 + number)
        await until(pilot, lambda: _newest(app, other) == f"line {999}")
        await settled(pilot)
        assert counts["take"] < 900, "several are drawn at once"
        assert counts["sections"] <= counts["take"]
        assert counts["mount"] == 0, "they stand in the list"
        assert requests(town)["Watch"] <= 5
        assert requests(town)["MarkRead"] <= counts["take"]


def _newest(app: SupachatApp, other: str) -> str:
    found = chat(app).client.thread(key(other))
    return found.preview if found is not None else ""


async def test_three_hundred_alerts_are_three_toasts_and_three_notices_of_the_desktop(
    counts: Counter[str],
) -> None:
    app = make_app(Town())
    async with running(app) as pilot:
        await settled(pilot)
        counts.clear()
        for number in range(300):
            words = safe_line(f"New message from {number}")
            chat(app).client._run.tell(ev.Alerted(words, source="direct", thread=key(f"new{number}")))
        await until(pilot, lambda: len(app.screen.query(Toast)) == 3)
        await settled(pilot)
        assert counts["mount"] == counts["tell_terminal"] == 3
        titles = [toast.notice.title for toast in app.screen.query(Toast)]
        assert titles == ["New message from 0", "New message from 1", "298 more, in Direct"]


async def test_three_hundred_notices_in_one_turn_mount_three_toasts(counts: Counter[str]) -> None:
    app = make_app(Town())
    async with running(app) as pilot:
        for number in range(300):
            chat(app).notices.tell(ev.Notice(safe_line(f"Notice {number}")))
        await settled(pilot)
        assert counts["mount"] == 3
        assert [toast.notice.title for toast in app.screen.query(Toast)] == [
            f"Notice {number}" for number in (297, 298, 299)
        ]


async def test_a_thousand_people_who_come_into_a_room_are_drawn_by_the_frame(counts: Counter[str]) -> None:
    town = crowd(3)
    names = [f"n{number:04}" for number in range(1000)]
    room = ThreadKey("direct", "room")
    town.threads.insert(0, Thread(room, safe_line("Hall"), ("ana", *names), last=Cursor(micros(NOW), "x")))
    town.table[room] = []
    town.people += [person(name, f"Person {name}") for name in names]
    app = make_app(town)
    async with running(app) as pilot:
        await until(pilot, lambda: room in chat(app).list.keys)
        chat(app).go(room)
        await settled(pilot)
        counts.clear()
        there: dict[str, Presence] = {}
        for name in names:
            there = {**there, name: Presence.ONLINE}
            town.say(ev.PresenceHeard(room, there))
        online = chat(app).client.presence
        await until(pilot, lambda: online("direct", names[-1]) is Presence.ONLINE)
        await settled(pilot)
        assert counts["take"] < 900
        assert online("direct", names[0]) is Presence.ONLINE


async def test_a_storm_of_typing_is_drawn_by_the_frame(counts: Counter[str]) -> None:
    town = crowd()
    app = make_app(town, monotonic=lambda: 1000.0)  # nobody stops meanwhile
    async with running(app) as pilot:
        await until(pilot, lambda: len(chat(app).list.keys) == MANY)
        await settled(pilot)
        counts.clear()
        for _ in range(3):
            for each in town.threads:
                town.say(ev.TypingHeard(each.key, each.other or ""))
        typing = chat(app).client.typing
        await until(pilot, lambda: all(typing(each.key) for each in town.threads))
        await settled(pilot)
        assert counts["take"] < 800


def test_a_persons_threads_are_found_without_a_look_at_the_others() -> None:
    """It was: 4 million looks each time that a list of 2,000 was drawn."""
    looked = Counter[str]()

    class Members(tuple[str, ...]):
        def __contains__(self, member: object) -> bool:
            looked["members"] += 1
            return super().__contains__(member)

        def __iter__(self):  # type: ignore[no-untyped-def]  # a tuple's own
            looked["members"] += 1
            return super().__iter__()

    held = Threads()
    many = [replace(thread(f"p{n:04}"), members=Members(("ana", f"p{n:04}"))) for n in range(2000)]
    held.restore(many)
    assert [held.with_person("direct", each.other or "") for each in many] == [[each.key] for each in many]
    assert len(held.with_person("direct", "ana")) == 2000
    assert looked["members"] <= 2000
