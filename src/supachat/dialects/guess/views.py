"""Views for a chat that has no table of threads, and the tables that they would be. Pure.

Two kinds are common: one room for everybody, and messages from one person to another. A map needs threads,
so two views say what they are; they store nothing, and what may be seen and written stays with the tables'
own policies (`security_invoker`, PostgreSQL 15). Must never name anything but what the tables are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from supachat.dialects.guess import columns, words
from supachat.dialects.guess.columns import Choice
from supachat.dialects.guess.proposal import Proposal
from supachat.dialects.guess.seen import Column, Table

THREAD = "supachat_thread"
"""The column that the view of the messages has more than their table."""
_OTHERS = ("other", "other_name")
_LAST = ("last_id", "last_at", "last_author", "last_preview")


@dataclass(frozen=True, slots=True)
class Viewed:
    """`tables` as the views show them, besides those of people; `sql` makes the views."""

    tables: tuple[Table, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class _Chat:
    """The columns of a table of messages, by what they are."""

    table: Table
    key: str
    order: str
    author: str
    body: str
    to: str | None


def viewed(tables: Sequence[Table], people: Sequence[str], name: str, schema: str) -> Viewed | None:
    """For the table that is likeliest one of messages without threads; None where there is none."""
    chats = [(fit, found) for one in tables if (fit := _fit(one, people)) and (found := _chat(one, people))]
    if not chats:
        return None
    chat = max(chats, key=lambda one: one[0])[1]
    persons = _persons(chat, tables, people)
    stem = name.replace("-", "_")
    threads, messages = f"{stem}_threads", f"{stem}_messages"
    made = Column(THREAD, "text", True, True, refers=(threads, "id"), made=True)
    of_two = chat.to is not None
    names = ("id", *(_OTHERS if of_two else ("title",)), *_LAST)
    return Viewed(
        (
            *(one for one in tables if one.name in people),
            replace(chat.table, name=messages, columns=(*chat.table.columns, made), shows=chat.table.name),
            Table(
                threads,
                tuple(Column(one, "text", one == "id", key=one == "id") for one in names),
                shows=chat.table.name,
            ),
        ),
        _sql(chat, persons, schema, threads, messages),
    )


def wanted(proposal: Proposal) -> bool:
    """Whether a map cannot be without views: there are no threads, or a message has somebody whom it is to
    and its thread, which may be missing, does not tell them."""
    if proposal.missing:
        return True
    messages, of_two = (
        proposal.table("messages"),
        proposal.value("threads.one") or proposal.value("members.id"),
    )
    if messages is None or of_two:
        return False
    thread = messages.column(proposal.value("messages.thread") or "")
    return any(map(columns.recipient, messages.columns)) and thread is not None and not thread.required


def _fit(table: Table, people: Sequence[str]) -> float:
    apart = table.name in people or set(words.parts(table.name)) & set(words.NO_CHAT)
    return 0.0 if apart else words.fit(table.name, words.MESSAGES)


def _chat(table: Table, people: Sequence[str]) -> _Chat | None:
    rules = (columns.order, columns.author(people), columns.body)
    found = [columns.best("", table, rule) for rule in rules]
    to = next((one.name for one in table.columns if columns.recipient(one)), None)
    if table.key is None or not all(found):
        return None
    order, author, body = (one.value for one in found if isinstance(one, Choice))
    return _Chat(table, table.key.name, order, author, body, to)


def _persons(chat: _Chat, tables: Sequence[Table], people: Sequence[str]) -> tuple[Table, str] | None:
    """The table of whom one can write to, and the column of their name."""
    author = chat.table.column(chat.author)
    led = author.refers[0] if author is not None and author.refers is not None else None
    for table in tables:
        named = columns.best("", table, columns.name)
        if named and table.key and (table.name == led if led else table.name in people):
            return table, named.value
    return None


def _sql(chat: _Chat, persons: tuple[Table, str] | None, schema: str, threads: str, messages: str) -> str:
    source = f"{_quoted(schema)}.{_quoted(chat.table.name)}"
    listed, shown = (f"{_quoted(schema)}.{_quoted(one)}" for one in (threads, messages))
    thread = f"{_pair(f'm.{_quoted(chat.author)}', f'm.{_quoted(chat.to)}')}" if chat.to else "'everyone'"
    select = _of_two(chat, persons, schema, source) if chat.to else _one_room(chat, source)
    return "\n".join(
        [
            "-- Two views for supachat: this chat has no table of threads. They store nothing; what may",
            "-- be seen and written stays with the tables' own policies.",
            f"create or replace view {listed} with (security_invoker = true) as",
            f"{select};",
            f"create or replace view {shown} with (security_invoker = true) as",
            f"  select m.*, {thread}::text as {THREAD} from {source} m;",
            f"grant select on {listed} to authenticated;",
            f"grant select, insert, update, delete on {shown} to authenticated;",
            "notify pgrst, 'reload schema';",
            "",
        ]
    )


def _last(chat: _Chat, source: str, where: str) -> str:
    """The newest message, as columns."""
    key, order, author, body = map(_quoted, (chat.key, chat.order, chat.author, chat.body))
    return (
        f"  left join lateral (\n    select {key} as last_id, {order} as last_at, {author} as last_author,"
        f" {body} as last_preview\n    from {source} m{where} order by {order} desc, {key} desc limit 1\n"
        "  ) newest on true"
    )


def _one_room(chat: _Chat, source: str) -> str:
    return (
        "  select 'everyone'::text as id, 'Everyone'::text as title, newest.*\n  from (select 1) as one\n"
        + _last(chat, source, "")
    )


def _of_two(chat: _Chat, persons: tuple[Table, str] | None, schema: str, source: str) -> str:
    """Everybody but the reader, each with the newest message between the two."""
    author, to = (f"m.{_quoted(name)}::text" for name in (chat.author, chat.to or ""))
    me, people = "(select auth.uid())::text", ""
    if persons is None:
        people = (
            f"(select distinct case when {author} = {me} then {to} else {author} end as id,"
            f" null::text as name from {source} m)"
        )
    else:
        table, name = persons
        place, key = (
            f"{_quoted(schema)}.{_quoted(table.name)}",
            _quoted(table.key.name if table.key else ""),
        )
        apart = next((one.name for one in table.columns if one.name in words.ACCOUNT and not one.key), None)
        me = f"(select {key}::text from {place} where {_quoted(apart)} = auth.uid())" if apart else me
        people = f"(select {key}::text as id, {_quoted(name)}::text as name from {place})"
    both = f"({author} = me.id and {to} = p.id) or ({to} = me.id and {author} = p.id)"
    return (
        f"  select {_pair('p.id', 'me.id')} as id, p.id as other, coalesce(p.name, p.id) as other_name,"
        f" newest.*\n  from {people} p\n  cross join (select {me} as id) me\n"
        f"{_last(chat, source, f' where {both}')}\n  where p.id <> me.id"
    )


def _pair(one: str, two: str) -> str:
    return f"least({one}::text, {two}::text) || '__' || greatest({one}::text, {two}::text)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
