"""The cache's tables: nouns to rows and back. Runs in the cache's own thread, and only there."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from supachat.cache import ageing, beside, schema, values
from supachat.cache.salvage import Unsound, carry
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices
from supachat.domain.model import (
    Cursor,
    Draft,
    Message,
    MessageKey,
    Micros,
    ThreadKey,
)

T = TypeVar("T")
_OF_THREAD = (
    ("threads", "id"),
    ("messages", "thread"),
    ("spans", "thread"),
    ("verified", "thread"),
    ("followed", "thread"),
)
"""The tables that know a thread, and by which column."""


class Rows:
    """Takes the connection over, also where that fails: then it is closed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.spans_hold = True
        """False in a file made anew in the middle of a run: who writes knows messages that are not here."""
        self._floor = 0
        """Before which messages were dropped before we began."""
        self._db.isolation_level = None
        try:
            self.was_newer = schema.make(self._db)
            """A later version made the file."""
        except sqlite3.Error:
            self._db.close()  # still open it would keep a damaged file, and hold what is begun in it
            raise

    def close(self) -> None:
        self._db.close()

    def take_over(self, old: Rows, was: str, owner: str, is_free: Callable[[str], bool]) -> int:
        """Copy what no server knows; the number of drafts and texts. What was `was`'s is `owner`'s; a draft
        of a process that lives is that one's affair, which may have sent it since."""
        self._db.execute("pragma synchronous = full")
        with _transaction(self._db):
            saved = carry(old._db, self._db, is_free)
            self._db.execute("update drafts set owner = ? where owner = ?", (owner, was))
        self.spans_hold = False
        return saved

    def salvage(self, damaged: sqlite3.Connection) -> int:
        """Copy what no server knows out of a damaged file, all that can be read or nothing; how many."""
        self._db.execute("pragma synchronous = full")
        with _transaction(self._db):
            return carry(damaged, self._db, lambda _: True)

    def clear(self, is_free: Callable[[str], bool]) -> None:
        """Nothing is left in the file, not even in what deleting alone leaves of a page; but for the drafts
        of another process that lives, whose screen says that they are kept."""
        with _transaction(self._db):
            for owner in self._owners():
                if is_free(owner):
                    self._db.execute("delete from drafts where owner = ?", (owner,))
            for table in schema.TABLES:
                if table != "drafts":
                    self._db.execute(f"delete from {table}")
        self._db.execute("vacuum")
        self._db.execute("pragma wal_checkpoint(truncate)")

    # ------------------------------------------------------------ reading

    def drop_old(self, floor: int) -> None:
        """Drop messages from before `floor`, in microseconds since 1970; 0 drops none."""
        if ageing.is_due(self._db, floor):
            with _transaction(self._db):
                ageing.drop_old(self._db, floor)

    def load(self, owner: str, is_free: Callable[[str], bool]) -> kp.Memory:
        facts = dict(self._db.execute("select name, value from facts"))
        self._floor = ageing.floor_of(self._db)
        opened = json.loads(facts["open"]) if "open" in facts else None
        return kp.Memory(
            account=values.account(json.loads(facts["account"])) if "account" in facts else None,
            sources=tuple(values.source(value) for value in json.loads(facts.get("sources", "[]"))),
            threads=tuple(
                values.thread(*row) for row in self._db.execute("select source, id, value from threads")
            ),
            people=tuple(values.person(*row) for row in self._db.execute("select * from people")),
            drafts=self._claim_drafts(owner, is_free),
            texts=tuple(self._texts()),
            last_open=ThreadKey(*opened) if opened else None,
            feeds=beside.feeds(self._db),
            feed_rows=beside.feed_rows(self._db),
            ticks=beside.ticks(self._db),
            choices=beside.choices(json.loads(facts["choices"])) if "choices" in facts else Choices(),
        )

    def _texts(self) -> Iterator[tuple[kp.TextKey, str]]:
        for source, thread, text in self._db.execute("select source, thread, text from texts"):
            yield ThreadKey(source, thread), text
        # a row that is replaced gets a new number: the last to be typed at is the last
        for *thread, message, text in self._db.execute("select * from edits order by rowid"):
            yield MessageKey(ThreadKey(*thread), message), text

    def _claim_drafts(self, owner: str, is_free: Callable[[str], bool]) -> tuple[Draft, ...]:
        """Take over the drafts of processes that are gone."""
        if gone := [held for held in self._owners() if held != owner and is_free(held)]:
            with _transaction(self._db):
                for held in gone:
                    self._db.execute("update drafts set owner = ? where owner = ?", (owner, held))
        rows = self._db.execute(
            f"select {values.DRAFT} from drafts where owner = ? order by rowid",
            (owner,),
        )
        return tuple(values.draft(row) for row in rows)

    def _owners(self) -> list[str]:
        return [row[0] for row in self._db.execute("select distinct owner from drafts")]

    def recall(self, request: ev.Recall) -> ev.Recalled:
        """A page of messages before a cursor and not before `since`, or the newest ones."""
        if request.before is not None and not self.spans_hold:
            return ev.Recalled(request, (), lost=True)
        key = request.thread
        where = "source = ? and thread = ?"
        given: list[object] = [*key]
        if request.before is not None:
            where += " and at <= ? and (at, length(id), id) < (?, length(?), ?)"
            given += (request.before.at, *request.before, request.before.id)
        if request.since is not None:
            where += " and at >= ? and (at, length(id), id) >= (?, length(?), ?)"
            given += (request.since.at, *request.since, request.since.id)
        rows = self._db.execute(
            f"select {values.MESSAGE} from messages where {where}"
            " order by at desc, length(id) desc, id desc limit ?",
            (*given, request.limit),
        ).fetchall()
        messages = tuple(values.message(key, row) for row in reversed(rows))
        if request.before is not None and self._aged_away(request, messages):
            heard = tuple(message for message in messages if values.stays(message))
            return ev.Recalled(request, heard, lost=True)
        if request.before is not None:
            return ev.Recalled(request, messages)
        return ev.Recalled(request, messages, self._spans(key), *self._cursors(key))

    def _aged_away(self, request: ev.Recall, messages: Sequence[Message]) -> bool:
        """Whether another process that began after us may have dropped some of the page for its age."""
        floor = ageing.floor_of(self._db)
        if floor <= self._floor or (request.since is not None and request.since.at >= floor):
            return False
        return len(messages) < request.limit or messages[0].at < floor

    def _cursors(self, key: ThreadKey) -> tuple[Cursor | None, Cursor | None]:
        """Up to where rows were read, and edits."""
        found = [
            self._db.execute(f"select at, id from {table} where source = ? and thread = ?", key).fetchone()
            for table in ("verified", "followed")
        ]
        return values.cursor(found[0]), values.cursor(found[1])

    def _spans(self, key: ThreadKey) -> tuple[kp.Span, ...]:
        rows = self._db.execute(
            "select low_at, low_id, high_at, high_id from spans where source = ? and thread = ?"
            " order by low_at, length(low_id), low_id",
            key,
        )
        return tuple((Cursor(Micros(a), b), Cursor(Micros(c), d)) for a, b, c, d in rows)

    # ------------------------------------------------------------ writing

    def commit(self, writes: Sequence[kp.Write], owner: str, *, durable: bool) -> None:
        self._db.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        with _transaction(self._db):
            for write in writes:
                self._write(write, owner)

    def _write(self, write: kp.Write, owner: str) -> None:
        match write:
            case kp.KeepMessages(messages):
                self._put("messages", [values.of_message(m) for m in messages if not values.stays(m)])
                heard = [values.of_message(m) for m in messages if values.stays(m)]
                self._put("messages", heard, taken="ignore")
            case kp.KeepSpans():
                self._write_spans(write)
            case kp.KeepFollowed(thread, to):
                self._put("followed", [(*thread, *to)])
            case kp.KeepThreads(threads):
                self._put("threads", [(*t.key, values.of_thread(t)) for t in threads])
            case kp.DropThreads(threads):
                for table, column in _OF_THREAD:
                    self._db.executemany(f"delete from {table} where source = ? and {column} = ?", threads)
            case kp.KeepPeople(people):
                self._put("people", [(*p.key, p.name, p.handle, p.kind) for p in people])
            case kp.KeepDraft(draft):
                self._write_draft(draft, owner)
            case kp.DropDraft(draft_id):
                self._db.execute("delete from drafts where id = ?", (draft_id,))
            case kp.KeepText(key, text):
                self._write_text(key, text)
            case kp.KeepAccount(account, sources):
                self._fact("account", [account.user_id, account.email, account.name])
                self._fact("sources", [values.of_source(source) for source in sources])
            case kp.KeepOpen(thread):
                self._fact("open", [*thread])
            case kp.KeepFeeds() | kp.KeepFeedRows() | kp.KeepTicks():
                beside.write(self._db, write)
            case kp.KeepChoices(choices):
                self._fact("choices", beside.of_choices(choices))

    def _write_text(self, key: kp.TextKey, text: str) -> None:
        given: tuple[str, ...] = kp.thread_of(key)
        table, where = "texts", "source = ? and thread = ?"
        if isinstance(key, MessageKey):
            table, where, given = "edits", f"{where} and message = ?", (*given, key.id)
        if text:
            self._put(table, [(*given, text)])
        else:
            self._db.execute(f"delete from {table} where {where}", given)

    def _write_spans(self, write: kp.KeepSpans) -> None:
        """A stretch of one message says nothing that the message itself does not."""
        thread = write.thread
        if write.verified is not None and self.spans_hold:
            self._put("verified", [(*thread, *write.verified)])
        self._db.execute("delete from spans where source = ? and thread = ?", thread)
        spans = ageing.within(self._db, thread, write.spans) if self.spans_hold else ()
        self._put("spans", [(*thread, *low, *high) for low, high in spans if low != high])

    def _write_draft(self, d: Draft, owner: str) -> None:
        given = values.of_draft(d, owner)
        self._db.execute(
            f"insert into drafts ({values.DRAFT}, owner) values ({','.join('?' * len(given))})"
            " on conflict (id) do update set state = excluded.state, reason = excluded.reason,"
            " attempts = excluded.attempts, anchor_at = excluded.anchor_at, anchor_id = excluded.anchor_id",
            given,
        )

    def _put(self, table: str, rows: Sequence[tuple[object, ...]], *, taken: str = "replace") -> None:
        """`taken` says what becomes of a row whose key is there: replace or ignore."""
        if rows:
            marks = ",".join("?" * len(rows[0]))
            self._db.executemany(f"insert or {taken} into {table} values ({marks})", rows)

    def _fact(self, name: str, value: object) -> None:
        self._db.execute("insert or replace into facts values (?, ?)", (name, json.dumps(value)))


def sound(job: Callable[[Rows], T]) -> Callable[[Rows], T]:
    """`job`, which reads: what it cannot make sense of is damage, though SQLite sees none."""

    def read(rows: Rows) -> T:
        try:
            return job(rows)
        except values.UNREADABLE as error:
            raise Unsound(f"this is not what was kept: {error}") from error

    return read


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("begin immediate")
    try:
        yield
        db.execute("commit")
    finally:
        if db.in_transaction:  # what was done, or its end, was refused; a full disk has ended it already
            db.execute("rollback")
