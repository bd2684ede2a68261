"""A proposal as the TOML that `catalog.load` reads. Pure."""

from __future__ import annotations

import json

from supachat.dialects.guess import words
from supachat.dialects.guess.columns import recipient
from supachat.dialects.guess.proposal import Proposal
from supachat.dialects.guess.seen import Column, Table

Lines = list[str]


def toml(proposal: Proposal, name: str, schema: str) -> str:
    """The map, each guess with its confidence behind it. The proposal must have nothing missing."""
    lines = [
        "# Guessed by supachat from what the project shows. Look it over; then: supachat dialect check",
        f"name = {_quoted(name)}",
        f"label = {_quoted(name.replace('_', ' ').replace('-', ' ').capitalize())}",
        f"schema = {_quoted(schema)}",
    ]
    for part in (_me, _threads, _messages, _send, _acts):
        if found := part(proposal):
            lines += ["", *found]
    lines += _changes(proposal, name)
    return "\n".join(lines) + "\n"


def _me(proposal: Proposal) -> Lines:
    if proposal.value("me.table") is None or proposal.value("me.name") is None:
        return []  # the account is the person
    account = proposal.value("me.account") or ""
    return [
        "[me]",
        *_keys(proposal, "me", "table", "id", "name"),
        f'params = {{ {account} = "$user" }}{_sure(proposal, "me.account")}',
    ]


def _threads(proposal: Proposal) -> Lines:
    names = ("table", "id", "title", "other", "other_name", "created")
    lines = ["[threads]", *_keys(proposal, "threads", *names)]
    return lines + (_members(proposal) or _pair(proposal) or _everyone(proposal)) + _last(proposal)


def _members(proposal: Proposal) -> Lines:
    """Who is in a thread, as PostgREST embeds it: a reference leads from them to the thread."""
    table, person = proposal.table("members"), proposal.value("members.id")
    if table is None or person is None:
        return []
    column, people = table.column(person), proposal.value("me.table")
    named = proposal.value("me.name")
    known = column is not None and column.refers is not None and column.refers[0] == people and named
    name = f",...{people}(name:{named})" if known else ""
    return [
        f"embed = {_quoted(f'members:{table.name}({person}{name})')}{_sure(proposal, 'members.table')}",
        f'members = {{ column = "members", id = {_quoted(person)}, name = "name" }}',
    ]


def _pair(proposal: Proposal) -> Lines:
    """Between whom a thread is: as people where a reference leads to them, else as their ids."""
    table, people, named = proposal.table("threads"), proposal.table("me"), proposal.value("me.name")
    pair = [proposal.value(f"threads.{one}") for one in ("one", "two")]
    if table is None or None in pair:
        return []
    found = [table.column(name or "") for name in pair]
    led = [one.refers for one in found if one is not None and one.refers is not None]
    if people is None or named is None or len(led) < 2 or {to for to, _ in led} != {people.name}:
        return [f'members = {{ columns = {json.dumps(pair)}, id = "id", name = "name" }}']
    embeds = [
        f"{place}:{people.name}!{name}(id:{led[0][1]},name:{named})"
        for place, name in zip(("one", "two"), pair, strict=True)
    ]
    return [
        f"embed = {_quoted(','.join(embeds))}{_sure(proposal, 'threads.one')}",
        'members = { columns = ["one", "two"], id = "id", name = "name" }',
    ]


def _everyone(proposal: Proposal) -> Lines:
    """An array of people's ids."""
    column = proposal.value("threads.everyone")
    return [f'members = {{ column = {_quoted(column)}, id = "id", name = "name" }}'] if column else []


def _last(proposal: Proposal) -> Lines:
    """A thread's newest message, embedded: the reference leads from it to the thread."""
    messages, threads = proposal.table("messages"), proposal.table("threads")
    if messages is None or threads is None or proposal.value("threads.last") is None:
        return []
    if threads.shows:
        return [
            "",
            "[threads.last]",
            *(f'{key} = "last_{key}"' for key in ("id", "at", "author", "preview")),
        ]
    roles = {"id": "key", "at": "order", "author": "author", "preview": "body"}
    names = {key: proposal.value(f"messages.{role}") or "" for key, role in roles.items()}
    hint = _hint(messages, threads.name, proposal.value("messages.thread") or "", back=threads)
    embed = f"newest:{messages.name}{hint}({','.join(names.values())})"
    return [
        "",
        "[threads.last]",
        f"embed = {_quoted(embed)}{_sure(proposal, 'threads.last')}",
        *(f"{key} = {_quoted(name)}" for key, name in names.items()),
    ]


def _hint(table: Table, to: str, column: str, back: Table | None = None) -> str:
    """`!column` where more than one reference lies between two tables: PostgREST asks which is meant."""
    links = sum(one.refers is not None and one.refers[0] == to for one in table.columns)
    links += (
        sum(one.refers is not None and one.refers[0] == table.name for one in back.columns) if back else 0
    )
    return f"!{column}" if links > 1 else ""


def _messages(proposal: Proposal) -> Lines:
    names = ("table", "key", "order", "thread", "author", "body", "edited", "deleted", "role")
    roles = ", ".join(f"{word} = {_quoted(kind)}" for word, kind in words.ROLES.items())
    said = [f"roles = {{ {roles} }}"] if proposal.value("messages.role") else []
    return ["[messages]", *_keys(proposal, "messages", *names), *said, *_author_name(proposal)]


def _author_name(proposal: Proposal) -> Lines:
    """What the author is called, embedded: the reference leads from the message to the person."""
    messages, people, name = (
        proposal.table("messages"),
        proposal.table("me"),
        proposal.value("messages.embed"),
    )
    if messages is None or people is None or name is None:
        return []
    hint = _hint(messages, people.name, proposal.value("messages.author") or "", back=people)
    embed = f"...{people.name}{hint}(author_name:{name})"
    return [f"embed = {_quoted(embed)}{_sure(proposal, 'messages.embed')}", 'author_name = "author_name"']


def _send(proposal: Proposal) -> Lines:
    """A plain insert, where that is allowed at all. A key that the server counts up is not ours to give."""
    table = proposal.table("messages")
    if table is None or "post" not in table.verbs:
        return []
    given = {one.role[5:] for one in proposal.choices if one.role.startswith("send.")}
    for column in table.columns:
        if column.must_be_given and recipient(column) and column.name not in given:
            return [f"# No [send]: {column.name} is the other one of two, whom these threads do not tell."]
    slots = {"thread": "$thread", "author": "$me", "body": "$body"}
    params = {proposal.value(f"messages.{role}") or "": slot for role, slot in slots.items()}
    made = table.column(proposal.value("messages.thread") or "")
    if made is not None and made.made:
        del params[made.name]
    if takes_id(table.single_key):
        params[proposal.value("messages.key") or ""] = "$draft"
    params |= {one.role[5:]: one.value for one in proposal.choices if one.role.startswith("send.")}
    lines = [
        f"{column} = {_quoted(value)}{_sure(proposal, f'send.{column}')}"
        for column, value in params.items()
    ]
    return ["[send]", "insert = true", "", "[send.params]", *lines]


def takes_id(key: Column | None) -> bool:
    """Whether a key can be a UUID that we make."""
    return key is not None and key.type in ("uuid", "text")


def _acts(proposal: Proposal) -> Lines:
    """Edits and deletes, where the row has a column to say so. What rights there are nobody can see."""
    table, mark = proposal.table("messages"), proposal.value("messages.deleted")
    if table is None or "patch" not in table.verbs:
        return []
    edited, lines = proposal.value("messages.edited"), list[str]()
    if edited is not None:
        lines += ["[edit.params]", f"{edited} = {_quoted('now')}", ""]
    column = table.column(mark) if mark else None
    if column is not None:
        value = "true" if column.type == "boolean" else _quoted("now")
        lines += ["[delete.params]", f"{column.name} = {value}"]
    return lines


def _changes(proposal: Proposal, name: str) -> Lines:
    """News by postgres_changes on topics that need no policy: what comes there is read before it is
    believed. Whether the table is published the check tells; where it is not, new rows are fetched."""
    found, thread = proposal.table("messages"), proposal.value("messages.thread")
    # of a view nothing is told, and the table that it shows has no column of the thread
    shows = found.shows if found is not None else ""
    table = _quoted(shows or proposal.value("messages.table") or "")
    filter_ = [] if shows else [f"filter = {_quoted(f'{thread}=eq.{{thread}}')}"]
    return [
        "",
        "[[changes]]",
        f"topic = {_quoted(name + ':{thread}')}",
        f"table = {table}",
        *filter_,
        'means = "message"',
        "private = false",
        "",
        "[[changes]]",
        f"topic = {_quoted(name + '-all:{user}')}",
        f"table = {table}",
        'events = ["INSERT"]' if shows else 'events = ["INSERT", "DELETE"]',
        f'means = "{"list" if shows else "message"}"',
        "private = false",
    ]


def _keys(proposal: Proposal, part: str, *names: str) -> Lines:
    found = [(name, proposal.value(f"{part}.{name}")) for name in names]
    return [
        f"{name} = {_quoted(value)}{_sure(proposal, f'{part}.{name}')}" for name, value in found if value
    ]


def _sure(proposal: Proposal, role: str) -> str:
    """How sure the guess is, as a comment."""
    found = next((one for one in proposal.choices if one.role == role), None)
    return f"  # {found.confidence:.0%}" if found is not None else ""


def _quoted(value: str) -> str:
    return json.dumps(value)
