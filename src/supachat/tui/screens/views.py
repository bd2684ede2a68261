"""What the client knows, as the values that the widgets draw. Reads the client, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from supachat.client import Client
from supachat.domain.events import Notice
from supachat.domain.health import Health, Link, LinkState
from supachat.domain.model import (
    NOTHING,
    Delivery,
    Feature,
    Item,
    Message,
    PersonKind,
    Presence,
    Standing,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe_line
from supachat.tui.widgets.badge import duration, live, skew_words
from supachat.tui.widgets.empty import Words
from supachat.tui.widgets.message_extra import called as called_by_role
from supachat.tui.widgets.message_extra import kind_of
from supachat.tui.widgets.people import Fact, PersonView
from supachat.tui.widgets.when import clock, date, local, short

_OWNERS: Final = frozenset({Feature.RENAME, Feature.INVITE, Feature.REMOVE})
"""What only the owner of a thread may do, where it has one."""


def source_label(client: Client, source: str) -> Safe:
    """What a source is called; empty for one that there is not."""
    return next((each.label for each in client.sources if each.name == source), NOTHING)


def reserved_to(client: Client, thread: Thread, feature: str) -> Safe:
    """Who alone may do that in the thread; empty where the reader may."""
    owner, source = thread.owner, thread.key.source
    if feature not in _OWNERS or owner is None or owner == client.me(source):
        return NOTHING
    person = client.person(source, owner)
    return person.name if person is not None else Safe("its owner")


def facts(client: Client, key: ThreadKey, now: datetime) -> Safe:
    """What stands beside the title: why the link is down or who is there, and how whole the thread is."""
    thread, link = client.thread(key), client.health.link
    if thread is None:
        return NOTHING
    live = link.state in (LinkState.CONNECTED, LinkState.POLLING)
    hears = link.state is LinkState.CONNECTED and not (link.mute or link.silent)
    whole = whole_words(client.standing(key), now, hears=hears, polled=link.polled)
    told = Safe("not stored by the server") if thread.hearsay else NOTHING
    if link.state not in (LinkState.CONNECTED, LinkState.CONNECTING) and link.reason:
        return _listed(told or whole, link.reason)
    if not client.online and not live:
        to = f", to {clock(thread.last.at, now)}" if thread.last else ""
        return _listed(told, Safe(f"from this computer{to}"))
    # of such a thread nothing is ever complete: what it is stands first, where a narrow header cuts last
    about = (skewed(link), _here(client, thread, now), *_about(client, thread))
    return _listed(told, *about) if told else _listed(*about, whole)


def _about(client: Client, thread: Thread) -> list[Safe]:
    """What its source says of the thread: status, who sees to it, the bot, a channel, whose it is."""
    source = thread.key.source
    names = _assistants(client, thread)
    found = [Safe(f"with {names}")] if names else []
    usual = bool(names) and thread.status == _usual_status(client, source)
    if client.can(source, Feature.STATUS) and not usual:
        found.append(safe_line(thread.status))
    if thread.assignee is not None:
        who = called(client, source, thread.assignee)
        found.append(Safe(f"assigned to {who}") if who else Safe("nobody's"))
    if thread.bot:
        found.append(Safe("the bot answers"))
    found += thread.facts
    if thread.owner and thread.assignee is None:
        found.append(Safe(f"started by {called(client, source, thread.owner)}"))
    return found


def _assistants(client: Client, thread: Thread) -> Safe:
    """What the assistants are called that answer here; empty where nobody names one."""
    members = client.members(thread.key)
    return Safe(" and ".join(one.name for one in members if one.kind is PersonKind.ASSISTANT))


def _usual_status(client: Client, source: str) -> str:
    """The first of its words, which says nothing where an assistant answers whoever asks."""
    return next((info.statuses[0] for info in client.sources if info.name == source and info.statuses), "")


def called(client: Client, source: str, person_id: str) -> Safe:
    """`you`, a name, else the id; empty for nobody."""
    if person_id and person_id == client.me(source):
        return Safe("you")
    person = client.person(source, person_id)
    return person.name if person else safe_line(person_id, limit=40)


def writing_words(client: Client, newest: Iterable[Item]) -> Safe:
    """Whose message still grows at the end of the thread: `Mira is writing`. Not said without a link."""
    for item in newest if live(client.health) else ():
        if isinstance(item, Message) and item.extra is not None and item.extra.growing and not item.own:
            person = client.person(item.thread.source, item.author)
            return Safe(f"{person.name} is writing" if person else "an answer is being written")
    return NOTHING


def whole_words(known: Standing, now: datetime, *, hears: bool, polled: bool = False) -> Safe:
    """`2 gaps`, `catching up`, `complete to 09:31` with its day if that is not today.

    Where nothing is heard, and of a thread that is only `polled`, it is said up to when it is known.
    """
    if known.gaps:
        return Safe("1 gap" if known.gaps == 1 else f"{known.gaps:,} gaps")
    if known.catching_up and hears and not polled:
        return Safe("catching up")
    if known.complete_to is None:
        return NOTHING
    if hears and not known.catching_up:
        return Safe("complete")
    day = "" if local(known.complete_to, now).date() == now.date() else f"{short(known.complete_to, now)} "
    return Safe(f"complete to {day}{clock(known.complete_to, now)}")


def skewed(link: Link) -> Safe:
    """That this computer's clock is wrong, where it is."""
    words = skew_words(link.clock_skew)
    return Safe(f"this clock is {words}") if words else NOTHING


def _here(client: Client, thread: Thread, now: datetime) -> Safe:
    """Whether the other one is there, by name where the title is another; or how many are, the reader
    among them. An assistant is never counted."""
    source = thread.key.source
    if thread.other:
        said = presence_words(client, thread.key, thread.other, now)
        person = client.person(source, thread.other)
        if not said or person is None or person.name == thread.title:
            return said
        return Safe(f"{person.name} {said}")
    people = [one for one in client.members(thread.key) if one.kind is not PersonKind.ASSISTANT]
    me = client.me(source)
    others = [client.presence(source, one.key.id) for one in people if one.key.id != me]
    here = sum(said in (Presence.ONLINE, Presence.AWAY) for said in others)
    mine = len(people) - len(others)
    return Safe(f"{here + mine} here of {len(people)}") if here else NOTHING


def presence_words(client: Client, thread: ThreadKey, person: str, now: datetime) -> Safe:
    """`online`, `away`, `last seen 09:12`; nothing where nothing is known."""
    said = client.presence(thread.source, person)
    seen = client.attendance.sighting(thread, person)
    if said is Presence.OFFLINE and seen is not None and seen.at is not None:
        return Safe(f"last seen {short(seen.at, now)}")
    return NOTHING if said is Presence.UNKNOWN else Safe(said.value)


def _listed(*words: Safe) -> Safe:
    return Safe(", ".join(word for word in words if word))


def people(client: Client, key: ThreadKey, now: datetime) -> list[PersonView]:
    """The members of a thread, the reader among them."""
    me = client.me(key.source)
    live = client.health.link.state is LinkState.CONNECTED
    thread = client.thread(key)
    others = []
    for person in client.members(key):
        if person.key.id != me:
            seen = client.attendance.sighting(key, person.key.id)
            presence = client.presence(key.source, person.key.id)
            gone = seen is not None and seen.at is not None and presence is not Presence.ONLINE
            others.append(
                PersonView(
                    person.key.id,
                    person.name,
                    presence,
                    person.kind,
                    owner=thread is not None and thread.owner == person.key.id,
                    seen=short(seen.at, now) if gone and seen and seen.at else NOTHING,
                    action=seen.action if seen is not None else NOTHING,
                )
            )
    here = thread is not None and (not me or me in thread.members)
    mine = client.attendance.mine() if live else Presence.UNKNOWN
    owner = thread is not None and bool(me) and thread.owner == me
    return [*others, PersonView(me, Safe("You"), mine, me=True, owner=owner)] if here else others


def thread_facts(client: Client, key: ThreadKey, now: datetime) -> list[Fact]:
    """What is known of the thread itself."""
    thread = client.thread(key)
    if thread is None:
        return []
    label = source_label(client, key.source)
    found = [Fact(Safe("source"), label or Safe(key.source)), Fact(Safe("link"), _link(client.health))]
    if thread.created is not None:
        found.append(Fact(Safe("started"), date(thread.created, now)))
    if thread.unread_local:
        found.append(Fact(Safe("unread"), Safe("on this device")))
    return found


def _link(health: Health) -> Safe:
    trip = health.link.round_trip
    if health.link.mute:
        return Safe("not answering")
    if health.link.state is LinkState.CONNECTED:
        return Safe("live" if trip is None else duration(trip))
    return Safe(health.link.state.value.replace("_", " "))


def empty_words(client: Client) -> Words:
    """What stands in a workspace without a thread to show: nothing yet, not read yet, or why not."""
    account, link = client.account, client.health.link
    if link.state in (LinkState.ERROR, LinkState.DISCONNECTED) and link.reason:
        keys = ("again", "health", "commands", "help")
        return Words(Safe("No conversations can be read"), link.reason, keys, look="error")
    if link.state is LinkState.SIGNED_OUT:
        said = link.reason or Safe("Your conversations are here after you sign in.")
        return Words(Safe("Signed out"), said, ("commands", "help"))
    if account is None or not client.online:
        words = Safe("They show up here as soon as the server answers.")
        return Words(Safe("Reading your conversations"), words, ("health", "commands", "help"))
    if client.threads():
        words = Safe("What you wrote is kept where you wrote it.")
        return Words(Safe("No conversation is open"), words, ("switch", "next_unread", "help"))
    words = Safe(f"You are signed in as {account.email}. New conversations show up here by themselves.")
    start = ("start",) if startable(client) else ()
    return Words(Safe("No conversations yet"), words, (*start, "commands", "help"))


def startable(client: Client) -> bool:
    """Whether a conversation can be started in any source: customers begin theirs elsewhere."""
    return any(Feature.START in source.features for source in client.sources)


def audience(client: Client, key: ThreadKey) -> Safe:
    """Who can read a thread in which nothing was said yet. Whoever stands there under the thread's own id
    has no account, and may be nobody."""
    me = client.me(key.source)
    others = [person for person in client.members(key) if person.key.id not in ("", me, key.id)]
    names = [person.name.split(" ")[0] for person in others]
    if not names or len(names) > 3:
        return NOTHING
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return Safe(f"Only you and {listed} can read it.")


def author(client: Client, message: Message) -> Safe:
    """`You`, a name; whoever has none is called what they are."""
    if message.own:
        return Safe("You")
    person = client.person(message.thread.source, message.author)
    if kind_of(message, person) is PersonKind.SYSTEM:
        return Safe(PersonKind.SYSTEM.value)
    return person.name if person else called_by_role(message, None, safe_line(message.author))


def details(client: Client, message: Message, now: datetime) -> Notice:
    """Delivery, times and id of a message."""
    then = local(message.at, now)
    said = "" if message.delivery is Delivery.RECEIVED else f"{message.delivery.value}\n"
    why = f"{message.reason}\n" if message.reason else ""
    title = Safe(f"{author(client, message)}, {date(message.at, now)}, {then:%H:%M:%S}")
    return Notice(title, Safe(f"{said}{why}{safe_line(message.id)}"))
