"""The cache's tables: nouns to rows and back. Runs in the cache's own thread, and only there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from supachat.domain import events as ev
from supachat.domain.model import (
    Account,
    Cursor,
    Delivery,
    Draft,
    DraftState,
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

VERSION = 1

_SCHEMA = """
create table if not exists facts (name text primary key, value text not null) without rowid;
create table if not exists people (
  source text, id text, name text, handle text, kind text, primary key (source, id)) without rowid;
create table if not exists threads (
  source text, id text, value text not null, primary key (source, id)) without rowid;
create table if not exists messages (
  source text, thread text, id text, at integer not null, author text not null, raw text not null,
  own integer not null, edited integer, deleted integer not null, system integer not null,
  reply_to text, seen_by integer not null, primary key (source, thread, id));
create index if not exists messages_in_order on messages (source, thread, at, id);
create table if not exists spans (
  source text, thread text, low_at integer, low_id text, high_at integer, high_id text);
create index if not exists spans_of_thread on spans (source, thread);
create table if not exists verified (
  source text, thread text, at integer not null, id text not null,
  primary key (source, thread)) without rowid;
create table if not exists drafts (
  id text primary key, source text, thread text, raw text not null, created integer not null,
  state text not null, reason text, attempts integer not null, owner text not null);
create table if not exists texts (
  source text, thread text, text text not null, primary key (source, thread)) without rowid;
"""
_TABLES = ("facts", "people", "threads", "messages", "spans", "verified", "drafts", "texts")
_MESSAGE = "id, at, author, raw, own, edited, deleted, system, reply_to, seen_by"


class Rows:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.isolation_level = None
        held = self._db.execute("pragma user_version").fetchone()[0]
        if held not in (0, VERSION):
            for table in _TABLES:
                if table != "drafts":
                    self._db.execute(f"drop table if exists {table}")
        self._db.executescript(_SCHEMA)
        self._db.execute(f"pragma user_version = {VERSION}")
        self._db.execute("pragma synchronous = normal")

    def close(self) -> None:
        self._db.close()

    def clear(self) -> None:
        with _transaction(self._db):
            for table in _TABLES:
                self._db.execute(f"delete from {table}")

    # ------------------------------------------------------------ reading

    def load(self, owner: str, is_free: Callable[[str], bool]) -> ev.Memory:
        facts = dict(self._db.execute("select name, value from facts"))
        account = json.loads(facts["account"]) if "account" in facts else None
        opened = json.loads(facts["open"]) if "open" in facts else None
        return ev.Memory(
            account=Account(account[0], safe_line(account[1]), safe_line(account[2])) if account else None,
            sources=tuple(_source(value) for value in json.loads(facts.get("sources", "[]"))),
            threads=tuple(
                _thread(*row) for row in self._db.execute("select source, id, value from threads")
            ),
            people=tuple(
                Person(PersonKey(source, id_), safe_line(name), safe_line(handle), PersonKind(kind))
                for source, id_, name, handle, kind in self._db.execute("select * from people")
            ),
            drafts=self._claim_drafts(owner, is_free),
            texts=tuple(
                (ThreadKey(source, thread), text)
                for source, thread, text in self._db.execute("select source, thread, text from texts")
            ),
            last_open=ThreadKey(*opened) if opened else None,
        )

    def _claim_drafts(self, owner: str, is_free: Callable[[str], bool]) -> tuple[Draft, ...]:
        """Take over the drafts of processes that are gone."""
        owners = [row[0] for row in self._db.execute("select distinct owner from drafts")]
        with _transaction(self._db):
            for gone in [held for held in owners if is_free(held)]:
                self._db.execute("update drafts set owner = ? where owner = ?", (owner, gone))
        rows = self._db.execute(
            "select id, source, thread, raw, created, state, reason, attempts from drafts"
            " where owner = ? order by rowid",
            (owner,),
        )
        return tuple(
            Draft(
                id_,
                ThreadKey(source, thread),
                raw,
                Micros(created),
                DraftState(state),
                None if reason is None else safe_line(reason),
                attempts,
            )
            for id_, source, thread, raw, created, state, reason, attempts in rows
        )

    def recall(self, request: ev.Recall) -> ev.Recalled:
        """A page of messages before a cursor and not before `since`, or the newest ones."""
        key = request.thread
        where = "source = ? and thread = ?"
        values: list[object] = [*key]
        if request.before is not None:
            where += " and (at, id) < (?, ?)"
            values += request.before
        if request.since is not None:
            where += " and (at, id) >= (?, ?)"
            values += request.since
        rows = self._db.execute(
            f"select {_MESSAGE} from messages where {where} order by at desc, id desc limit ?",
            (*values, request.limit),
        ).fetchall()
        messages = tuple(_message(key, *row) for row in reversed(rows))
        if request.before is not None:
            return ev.Recalled(request, messages)
        return ev.Recalled(request, messages, self._spans(key), self._verified(key))

    def _verified(self, key: ThreadKey) -> Cursor | None:
        return _cursor(
            self._db.execute("select at, id from verified where source = ? and thread = ?", key).fetchone()
        )

    def _spans(self, key: ThreadKey) -> tuple[ev.Span, ...]:
        rows = self._db.execute(
            "select low_at, low_id, high_at, high_id from spans where source = ? and thread = ?"
            " order by low_at, low_id",
            key,
        )
        return tuple((Cursor(Micros(a), b), Cursor(Micros(c), d)) for a, b, c, d in rows)

    # ------------------------------------------------------------ writing

    def commit(self, writes: Sequence[ev.Write], owner: str, *, durable: bool) -> None:
        self._db.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        with _transaction(self._db):
            for write in writes:
                self._write(write, owner)

    def _write(self, write: ev.Write, owner: str) -> None:
        db = self._db
        match write:
            case ev.KeepMessages(messages):
                db.executemany(
                    "insert or replace into messages values (?,?,?,?,?,?,?,?,?,?,?,?)",
                    [
                        (
                            *m.thread,
                            m.id,
                            m.at,
                            m.author,
                            m.raw,
                            m.own,
                            m.edited,
                            m.deleted,
                            m.system,
                            m.reply_to,
                            m.seen_by,
                        )
                        for m in messages
                    ],
                )
            case ev.KeepSpans(thread, spans, verified):
                if verified is not None:
                    db.execute("insert or replace into verified values (?,?,?,?)", (*thread, *verified))
                db.execute("delete from spans where source = ? and thread = ?", thread)
                db.executemany(
                    "insert into spans values (?,?,?,?,?,?)",
                    [(*thread, *low, *high) for low, high in spans if low != high],
                )
            case ev.KeepThreads(threads):
                db.executemany(
                    "insert or replace into threads values (?,?,?)",
                    [(*t.key, _thread_value(t)) for t in threads],
                )
            case ev.DropThreads(threads):
                for table, column in (
                    ("threads", "id"),
                    ("messages", "thread"),
                    ("spans", "thread"),
                    ("verified", "thread"),
                ):
                    db.executemany(f"delete from {table} where source = ? and {column} = ?", threads)
            case ev.KeepPeople(people):
                db.executemany(
                    "insert or replace into people values (?,?,?,?,?)",
                    [(*p.key, p.name, p.handle, p.kind) for p in people],
                )
            case ev.KeepDraft(d):
                db.execute(
                    "insert into drafts values (?,?,?,?,?,?,?,?,?) on conflict (id) do update set"
                    " state = excluded.state, reason = excluded.reason, attempts = excluded.attempts",
                    (d.id, *d.thread, d.raw, d.created, d.state, d.reason, d.attempts, owner),
                )
            case ev.DropDraft(draft_id):
                db.execute("delete from drafts where id = ?", (draft_id,))
            case ev.KeepText(thread, text) if text:
                db.execute("insert or replace into texts values (?,?,?)", (*thread, text))
            case ev.KeepText(thread):
                db.execute("delete from texts where source = ? and thread = ?", thread)
            case ev.KeepAccount(account, sources):
                self._fact("account", [account.user_id, account.email, account.name])
                self._fact("sources", [_source_value(source) for source in sources])
            case ev.KeepOpen(thread):
                self._fact("open", [*thread])

    def _fact(self, name: str, value: object) -> None:
        self._db.execute("insert or replace into facts values (?, ?)", (name, json.dumps(value)))


class _transaction:  # named as the statement it reads as: with _transaction(db)
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("begin immediate")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("commit" if kind is None else "rollback")


# ---------------------------------------------------------------- nouns and values


def _message(
    thread: ThreadKey,
    id_: str,
    at: int,
    author: str,
    raw: str,
    own: int,
    edited: int | None,
    deleted: int,
    system: int,
    reply_to: str | None,
    seen_by: int,
) -> Message:
    return Message(
        thread=thread,
        id=id_,
        author=author,
        at=Micros(at),
        raw=raw,
        body=safe(raw),
        own=bool(own),
        delivery=Delivery.SENT if own else Delivery.RECEIVED,
        edited=None if edited is None else Micros(edited),
        deleted=bool(deleted),
        system=bool(system),
        reply_to=reply_to,
        seen_by=seen_by,
    )


def _cursor(value: Sequence[object] | None) -> Cursor | None:
    return None if value is None else Cursor(Micros(int(str(value[0]))), str(value[1]))


def _thread_value(t: Thread) -> str:
    return json.dumps(
        {
            "title": t.title,
            "members": t.members,
            "other": t.other,
            "created": t.created,
            "last": t.last,
            "preview": t.preview,
            "preview_author": t.preview_author,
            "unread": t.unread,
            "unread_local": t.unread_local,
            "read_to": t.read_to,
            "draft": t.draft,
            "muted": t.muted,
            "archived": t.archived,
        }
    )


def _thread(source: str, id_: str, value: str) -> Thread:
    v = json.loads(value)
    return Thread(
        key=ThreadKey(source, id_),
        title=safe_line(v["title"]),
        members=tuple(v["members"]),
        other=v["other"],
        created=v["created"],
        last=_cursor(v["last"]),
        preview=safe_line(v["preview"]),
        preview_author=v["preview_author"],
        unread=v["unread"],
        unread_local=v["unread_local"],
        read_to=_cursor(v["read_to"]),
        draft=v["draft"],
        muted=v["muted"],
        archived=v["archived"],
    )


def _source_value(source: SourceInfo) -> dict[str, object]:
    return {
        "name": source.name,
        "label": source.label,
        "features": sorted(source.features),
        "me": source.me,
        "max_length": source.max_length,
    }


def _source(v: dict[str, object]) -> SourceInfo:
    features: Iterable[object] = v["features"] if isinstance(v["features"], list) else ()
    return SourceInfo(
        name=str(v["name"]),
        label=safe_line(str(v["label"])),
        me=str(v["me"]),
        features=frozenset(Feature(str(f)) for f in features),
        max_length=int(str(v["max_length"])),
    )
