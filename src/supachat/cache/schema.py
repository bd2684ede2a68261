"""The cache's tables, made where they are not and brought to this version's shape where they are.

Must never take away what no server knows, nor write to a file that is in order: another may hold it.
"""

from __future__ import annotations

import sqlite3

from supachat.cache import beside, values
from supachat.cache.salvage import KEPT

VERSION = 2

_SCHEMA = """
create table if not exists facts (name text primary key, value text not null) without rowid;
create table if not exists people (
  source text, id text, name text, handle text, kind text, primary key (source, id)) without rowid;
create table if not exists threads (
  source text, id text, value text not null, primary key (source, id)) without rowid;
create table if not exists messages (
  source text, thread text, id text, at integer not null, author text not null, raw text not null,
  own integer not null, edited integer, deleted integer not null, system integer not null,
  reply_to text, seen_by integer not null, extra text, primary key (source, thread, id));
create index if not exists messages_in_order on messages (source, thread, at, id);
create table if not exists spans (
  source text, thread text, low_at integer, low_id text, high_at integer, high_id text);
create index if not exists spans_of_thread on spans (source, thread);
create table if not exists verified (
  source text, thread text, at integer not null, id text not null,
  primary key (source, thread)) without rowid;
create table if not exists drafts (
  id text primary key, source text, thread text, raw text not null, created integer not null,
  state text not null, reason text, attempts integer not null, owner text not null,
  act text not null default 'send', target text not null default '', anchor_at integer, anchor_id text,
  subject text not null default '');
create table if not exists followed (
  source text, thread text, at integer not null, id text not null,
  primary key (source, thread)) without rowid;
create table if not exists texts (
  source text, thread text, text text not null, primary key (source, thread)) without rowid;
create table if not exists edits (
  source text, thread text, message text, text text not null, primary key (source, thread, message));
"""
_CHAT = ("people", "threads", "messages", "spans", "verified", "followed")
TABLES = (*KEPT, *_CHAT, *beside.TABLES)


def make(db: sqlite3.Connection) -> bool:
    """Whether a later version had made the file: what only that can read has gone from it."""
    held: int = db.execute("pragma user_version").fetchone()[0]
    if held not in (0, VERSION):
        for table in TABLES:
            if table not in KEPT:
                db.execute(f"drop table if exists {table}")
    db.executescript(_SCHEMA + beside.SCHEMA)
    _widen_drafts(db)
    if held not in (0, VERSION):  # these are of one shape for ever, the other facts are not
        db.execute("delete from facts where name not in ('account', 'choices')")
    if held != VERSION:
        db.execute(f"pragma user_version = {VERSION}")
    db.execute("pragma synchronous = normal")
    return held > VERSION


def _widen_drafts(db: sqlite3.Connection) -> None:
    held = {row[1] for row in db.execute("pragma table_info(drafts)")}
    for column, kind in values.NEW_IN_DRAFT.items():
        if column not in held:
            db.execute(f"alter table drafts add column {column} {kind}")
