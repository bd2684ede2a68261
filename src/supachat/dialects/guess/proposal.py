"""From a project's tables to a map: which table is which, then which column is which. Pure.

A guess that somebody has answered for is `fixed`; the others are made anew around it, since another table
has other columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from supachat.dialects.guess import columns, words
from supachat.dialects.guess.columns import Choice
from supachat.dialects.guess.seen import Column, Table

Fixed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was guessed, in the order in which it is asked. `tables` are those that the roles name."""

    choices: tuple[Choice, ...]
    tables: tuple[Table, ...]
    missing: tuple[str, ...] = ()
    """Roles that a map cannot do without and nothing fits; empty for a map that can be written."""

    def value(self, role: str) -> str | None:
        return next((one.value for one in self.choices if one.role == role), None)

    def table(self, role: str) -> Table | None:
        """The table of `messages`, `threads`, `me` or `members`."""
        return next((one for one in self.tables if one.name == self.value(f"{role}.table")), None)


class _Made:
    """The choices as they are made; a fixed one is taken as it was said."""

    def __init__(self, fixed: Fixed) -> None:
        self._fixed, self.found = fixed, list[Choice]()

    def add(self, role: str, guess: Choice | None) -> str | None:
        if role in self._fixed:
            said = self._fixed[role]
            guess = Choice(role, said, 1.0) if said else None
        if guess is not None:
            self.found.append(guess)
        return guess.value if guess is not None else None

    def of(
        self, role: str, table: Table, rule: Callable[[Column], float], least: float = 0.25
    ) -> str | None:
        return self.add(role, columns.best(role, table, rule, least))


def propose(tables: Sequence[Table], fixed: Fixed | None = None) -> Proposal:
    """The likeliest map. With nothing like a chat in sight, `missing` says so."""
    made, by_name = _Made(fixed or {}), {table.name: table for table in tables}
    persons = people(tables)
    ranked = [(table.name, _chattiness(table, tables, persons)) for table in tables]
    messages = by_name.get(made.add("messages.table", columns.choose("messages.table", ranked)) or "")
    if messages is None:
        return Proposal(tuple(made.found), tuple(tables), ("messages.table",))
    _messages(made, messages, tables, persons)
    threads = by_name.get(made.add("threads.table", _threads_table(made.found, messages, tables)) or "")
    if threads is not None:
        _threads(made, threads, tables, messages, persons)
        _newest(made, threads, messages)
    _me(made, messages, by_name)
    _given(made, messages)
    have = {choice.role for choice in made.found}
    needed = ("key", "order", "thread", "author", "body")
    missing = [f"messages.{one}" for one in needed if f"messages.{one}" not in have]
    missing += [role for role in ("threads.table", "threads.id") if role not in have]
    return Proposal(tuple(made.found), tuple(tables), tuple(missing))


def people(tables: Sequence[Table]) -> tuple[str, ...]:
    """The tables of persons: so named, or with a key that comes from elsewhere, as an account's does; and
    with a name in them."""
    named = [one for one in tables if words.singular(words.parts(one.name)[-1]) in words.PEOPLE]
    keyed = [one for one in tables if one.key and one.key.type == "uuid" and one.key.must_be_given]
    found = named or [one for one in keyed if not words.fit(one.name, words.THREADS)]
    return tuple(one.name for one in found if any(columns.name(column) for column in one.columns))


def _chattiness(table: Table, tables: Sequence[Table], people: Sequence[str]) -> float:
    """How much a table is one of messages: it needs a text, a time, an author and a thread."""
    rules = (columns.body, columns.order, columns.author(people), columns.thread(table, tables, people))
    fits = [max(map(rule, table.columns), default=0.0) for rule in rules]
    fits[2] = fits[2] or max(map(columns.role, table.columns), default=0.0)
    if 0.0 in fits or set(words.parts(table.name)) & set(words.NO_CHAT) or table.name in people:
        return 0.0
    # a text that is a JSON object makes a map doubtful, not the table
    return min(1.0, 0.5 * words.fit(table.name, words.MESSAGES) + 0.2 * sum(fits[1:]) - 0.1 + 0.1 * fits[0])


def _messages(made: _Made, table: Table, tables: Sequence[Table], people: Sequence[str]) -> None:
    key = table.key
    made.add("messages.key", Choice("messages.key", key.name, 1.0) if key else None)
    made.of("messages.order", table, columns.order)
    made.of("messages.thread", table, columns.thread(table, tables, people))
    role = columns.best("messages.role", table, columns.role)
    if made.of("messages.author", table, columns.author(people)) is None and role is not None:
        made.add("messages.author", replace(role, role="messages.author"))
    made.add("messages.role", role)
    made.of("messages.body", table, columns.body)
    made.of("messages.edited", table, columns.edited, least=columns.SURE)
    made.of("messages.deleted", table, columns.deleted, least=columns.SURE)


def _threads_table(found: Sequence[Choice], messages: Table, tables: Sequence[Table]) -> Choice | None:
    """Where the thread's column leads: by its reference, else by a key or a table of its name."""
    name = next((choice.value for choice in found if choice.role == "messages.thread"), "")
    column = messages.column(name)
    if column is None:
        return None
    if column.refers is not None:
        return Choice("threads.table", column.refers[0], 1.0)

    def fit(table: Table) -> float:
        if table.name == messages.name or table.key is None:
            return 0.0
        if table.key.name == name != "id":
            return 0.9
        stem = words.parts(name)[:-1]
        return 0.8 if tuple(map(words.singular, words.parts(table.name)))[-len(stem) :] == stem else 0.0

    return columns.choose("threads.table", ((table.name, fit(table)) for table in tables))


def _threads(
    made: _Made, table: Table, tables: Sequence[Table], messages: Table, people: Sequence[str]
) -> None:
    key = table.key
    made.add("threads.id", Choice("threads.id", key.name, 1.0) if key else None)
    for name in ("other", "other_name"):
        if table.shows and table.column(name):
            made.add(f"threads.{name}", Choice(f"threads.{name}", name, 1.0))
    pair = columns.pair(table)
    made.of("threads.title", table, lambda one: 0.0 if one.name in pair else columns.title(one))
    created = columns.best("threads.created", table, columns.order, columns.SURE)
    made.add("threads.created", created if created and _required(table, created.value) else None)
    member = next((one for one in tables if one is not messages and _joins(one, table, people)), None)
    if member is not None:
        made.add("members.table", Choice("members.table", member.name, 0.9))
        made.of("members.id", member, columns.author(people, keys=True))
    elif pair:
        for place, name in zip(("one", "two"), pair, strict=True):
            made.add(f"threads.{place}", Choice(f"threads.{place}", name, 0.85))
    else:
        made.of("threads.everyone", table, columns.everyone)


def _newest(made: _Made, threads: Table, messages: Table) -> None:
    """A thread's newest message is read with the list where the database knows which thread it is of."""
    if threads.shows:
        made.add("threads.last", Choice("threads.last", threads.shows, 0.95))
        return
    column = messages.column(next((one.value for one in made.found if one.role == "messages.thread"), ""))
    if column is not None and column.refers is not None and column.refers[0] == threads.name:
        made.add("threads.last", Choice("threads.last", messages.name, 0.95))


def _required(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.required


def _joins(table: Table, threads: Table, people: Sequence[str]) -> bool:
    """Whether the table says who is in which thread."""
    leads = any(column.refers and column.refers[0] == threads.name for column in table.columns)
    named = any(
        part in words.MEMBERS or words.singular(part) in words.MEMBERS for part in words.parts(table.name)
    )
    pairs = any(column.key and column.refers and column.refers[0] in people for column in table.columns)
    someone = any(columns.author(people, keys=True)(column) for column in table.columns)
    return leads and (named or pairs) and someone


def _me(made: _Made, messages: Table, by_name: Mapping[str, Table]) -> None:
    """The table of persons to which the author refers. Where there is none the account is the person."""
    author = messages.column(next((one.value for one in made.found if one.role == "messages.author"), ""))
    led = author.refers[0] if author is not None and author.refers is not None else None
    table = by_name.get(made.add("me.table", Choice("me.table", led, 0.95) if led else None) or "")
    if table is None or table.key is None:
        return
    made.add("me.id", Choice("me.id", table.key.name, 0.95))
    made.of("me.name", table, columns.name)
    if author is not None and author.refers is not None and author.refers[0] == table.name:
        named = next((one for one in made.found if one.role == "me.name"), None)
        made.add("messages.embed", replace(named, role="messages.embed") if named else None)
    apart = next((one for one in table.columns if one.name in words.ACCOUNT and not one.key), None)
    made.add("me.account", Choice("me.account", apart.name if apart else table.key.name, 0.9))


def _given(made: _Made, messages: Table) -> None:
    """Columns that an insert has to fill and no other role does: the other one of two, and constants."""
    said = {choice.role: choice.value for choice in made.found}
    taken = {
        name for role, name in said.items() if role.startswith("messages.") and role != "messages.role"
    }
    if said.get("messages.author") == said.get("messages.role"):
        taken.discard(said.get("messages.role", ""))
    of_two = bool({"threads.one", "threads.other"} & said.keys())
    for column in messages.columns:
        role = f"send.{column.name}"
        if columns.recipient(column):
            made.add(role, Choice(role, "$other", 0.9) if of_two else None)
        elif not column.must_be_given:
            continue
        elif column.is_time:  # as of an ORM that fills it itself, the database has no default for it
            made.add(role, Choice(role, "now", 0.9))
        elif column.name in taken:
            continue
        elif column.type == "uuid" and words.fit(column.name, words.AUTHOR):
            made.add(role, Choice(role, "$me", 0.75))
        elif words.parts(column.name)[-1] in words.KIND:
            known = column.words or words.WRITES_AS
            likely = next((word for word in words.WRITES_AS if word in known), known[0])
            made.add(role, Choice(role, likely, 0.5, tuple(word for word in known if word != likely)))
        else:
            made.add(role, Choice(role, _nothing(column), 0.1))


def _nothing(column: Column) -> str:
    """What says nothing in a column that is never null, in PostgreSQL's words."""
    if column.type.endswith("[]"):
        return "{}"
    return "false" if column.type == "boolean" else "0" if column.is_number else ""
