"""What goes out of presence and keys, and what is told, over a scripted remote."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tests.unit.scripted_client import A as THREAD
from tests.unit.scripted_client import Viewer, until
from tests.unit.whole_project import (
    OTHER,
    ROW,
    Clock,
    Project,
    alerts,
    begun,
)

from supachat.domain import events as ev
from supachat.domain.choices import Quiet
from supachat.domain.model import (
    Cursor,
    Extra,
    Message,
    Micros,
    PersonKind,
    Presence,
    Sighting,
)
from supachat.domain.text import safe, safe_line
from supachat.sync.limiter import Limiter

# ---------------------------------------------------------------- presence and broadcasts


async def test_presence_is_told_on_change_only_and_at_the_end() -> None:
    clock = Clock()
    client, remote, viewer = await begun(monotonic=clock)

    def told() -> list[Presence]:
        return [r.presence for r in remote.performed if isinstance(r, ev.TellPresence)]

    await until(lambda: told() == [Presence.ONLINE])
    client.attendance.set(Presence.AWAY)
    assert client.attendance.mine() is Presence.AWAY
    assert client.attendance.by_hand()
    client.attendance.touched()
    assert told() == [Presence.ONLINE]
    clock.now += 10
    await until(lambda: told() == [Presence.ONLINE, Presence.AWAY])
    client.attendance.set(Presence.ONLINE)
    clock.now += 299
    client.attendance.touched()
    clock.now += 1
    await until(lambda: told()[-1] is Presence.ONLINE)
    clock.now += 300
    assert client.attendance.mine() is Presence.AWAY
    await until(lambda: told()[-1] is Presence.AWAY)
    before = viewer.seen.count(ev.PresenceChanged())
    client.attendance.touched()
    client.attendance.touched()
    assert client.attendance.mine() is Presence.ONLINE
    await client.close()
    assert told()[-1] is Presence.OFFLINE
    assert viewer.seen.count(ev.PresenceChanged()) == before + 1


async def test_what_people_say_of_themselves_is_believed_of_members_only() -> None:
    client, remote, _ = await begun()
    said = Sighting(Presence.ONLINE, safe_line("Benny"), safe_line("reading"), Micros(3))
    present = {"you": Presence.ONLINE, "stranger": Presence.ONLINE}
    remote.say(ev.PresenceHeard(THREAD, present, {"you": said, "stranger": said}))
    await until(lambda: client.attendance.sighting(THREAD, "you") == said)
    assert client.attendance.sighting(THREAD, "stranger") is None
    remote.say(
        ev.PersonSeen(OTHER, "third", Sighting(Presence.AWAY)), ev.PersonSeen(OTHER, "stranger", said)
    )
    await until(lambda: client.presence("direct", "third") is Presence.AWAY)
    assert client.attendance.sighting(OTHER, "stranger") is None
    await client.close()


async def test_whatever_the_fingers_do_at_most_ten_broadcasts_a_second() -> None:
    client, remote, _ = await begun()
    parts = client._run.parts
    parts.sources = tuple(replace(source, typing_lasts=0.0) for source in parts.sources)
    client._run._limiter = Limiter(per=3600.0)
    for _ in range(15):
        client.keystroke(THREAD)
    client.open(OTHER)
    await until(lambda: any(isinstance(r, ev.FetchPage) and r.thread == OTHER for r in remote.performed))
    told = [request for request in remote.performed if isinstance(request, ev.TellTyping)]
    assert len(told) == 10, "the eleventh waits, and nothing else does"
    await client.close()


# ---------------------------------------------------------------- notices


def spoken(body: str, at: int) -> Message:
    return Message(
        OTHER, f"m{at}", "third", Micros(at), body, safe(body), extra=Extra(role=PersonKind.CUSTOMER)
    )


def comes(remote: Project, *messages: Message) -> None:
    """Rows that are in the table, and that the wire brings."""
    remote.table += messages
    remote.say(*(ev.MessageArrived(message) for message in messages))


def words(viewer: Viewer) -> list[str]:
    return [item.raw for item in viewer.items if isinstance(item, Message)]


async def test_mutes_and_quiet_hours_hold_notices_back_and_outlive_a_restart(tmp_path: Path) -> None:
    wall = time.mktime((2026, 11, 20, 23, 30, 0, 0, 0, -1))
    client, remote, viewer = await begun(tmp_path / "c.db", wall=lambda: wall)
    remote.say(ev.MessageArrived(spoken("one", 1)))
    await until(lambda: alerts(viewer)[-1] == "New message from a customer")
    assert client.telling.unread() == {"direct": 1}
    client.telling.mute(OTHER, True)
    assert client.telling.unread() == {}
    client.telling.mute(OTHER, False)
    client.telling.set_quiet(Quiet(22 * 60, 7 * 60))
    client.telling.mute_source("rooms", True)
    told = len(alerts(viewer))
    remote.say(
        ev.MessageArrived(spoken("two", 2)),
        ev.FeedHeard(replace(ROW, id="r2", title=safe_line("Pump 2 is down"))),
    )
    await until(lambda: alerts(viewer)[-1] == "Pump 2 is down")
    assert len(alerts(viewer)) == told + 1
    await client.close()
    again, _, _ = await begun(tmp_path / "c.db", wall=lambda: wall)
    assert again.telling.quiet == Quiet(22 * 60, 7 * 60)
    assert (again.telling.is_muted("rooms"), again.telling.is_muted("direct")) == (True, False)
    await again.close()


async def test_the_open_thread_is_told_of_while_the_person_looks_elsewhere() -> None:
    client, remote, viewer = await begun()
    client.open(OTHER)
    comes(remote, spoken("seen", 1), spoken("seen too", 2))
    await until(lambda: words(viewer) == ["seen", "seen too"])
    assert alerts(viewer) == ["Pump is down"]
    client.telling.looks(False)
    comes(remote, spoken("unseen", 3))
    await until(lambda: alerts(viewer)[-1] == "New message from a customer")
    client.focused()
    comes(remote, spoken("seen again", 4))
    await until(lambda: words(viewer)[-1:] == ["seen again"])
    assert len(alerts(viewer)) == 2
    await client.close()


async def test_a_heard_message_has_the_time_of_our_own_clock() -> None:
    client, remote, viewer = await begun(wall=lambda: 50.0)
    remote.threads[1] = replace(remote.threads[1], hearsay=True, last=Cursor(Micros(1), "x"))
    client.focused()
    await until(lambda: (t := client.thread(OTHER)) is not None and t.hearsay)
    client.open(OTHER)
    far = replace(spoken("from the future", 2**50), extra=Extra(hearsay=True))
    remote.say(ev.MessageArrived(far), ev.MessageArrived(replace(far, id="next")))
    await until(lambda: len(viewer.items) == 2)
    assert [m.at for m in viewer.items if isinstance(m, Message)] == [50_000_000, 50_000_001]
    await client.close()
