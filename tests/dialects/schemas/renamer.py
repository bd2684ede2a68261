"""The shipped schemas under other names: for the guesser, which must not know them by heart.

Reads the tables out of a shipped dialect's SQL, replaces each name by a synonym that a seed chooses, and
writes plain tables, rights and policies. Functions, triggers and our own helper tables stay behind: a
stranger's schema has none of them. `python -m tests.dialects.schemas.renamer` writes the files anew.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

from supachat.dialects import catalog

HERE = Path(__file__).parent
SEED = 20261
THREAD = "00000000-0000-4000-8000-000000000001"

SYNONYMS: dict[str, tuple[str, ...]] = {
    "chat_messages": ("posts", "thread_messages", "chat_lines"),
    "messages": ("inbox_messages", "replies", "ticket_messages"),
    "client_portal_messages": ("letters", "portal_messages", "secure_messages"),
    "chat_threads": ("dialogs", "direct_threads", "chats"),
    "chat_sessions": ("chatrooms", "discussions", "group_chats"),
    "conversations": ("tickets", "support_threads", "cases"),
    "clients": ("patients", "cases", "matters"),
    "clinicians": ("staff", "caregivers"),
    "agents": ("operators", "support_staff"),
    "members": ("participants", "room_users", "memberships"),
    "session_id": ("chatroom_id", "discussion_id", "group_id"),
    "conversation_id": ("ticket_id", "support_thread_id", "case_id"),
    "thread_id": ("dialog_id", "chat_id"),
    "client_id": ("patient_id", "matter_id"),
    "sender_id": ("author_id", "from_user", "written_by"),
    "sender_supabase_id": ("author_uid", "from_auth_id"),
    "sender_mongo_id": ("author_app_id", "from_app_user"),
    "recipient_mongo_id": ("recipient_app_id", "to_app_user"),
    "sender_type": ("author_type", "sender_role"),
    "sender_name": ("author_name", "from_name"),
    "body": ("content", "text", "message_text"),
    "content": ("body", "text", "message"),
    "message": ("letter_text", "content", "body"),
    "created_at": ("inserted_at", "sent_at", "posted_at"),
    "sent_date": ("sent_on", "mailed_at", "date_sent"),
    "updated_at": ("modified_at", "edited_at", "changed_at"),
    "title": ("name", "topic", "subject_line"),
    "display_name": ("full_name", "username", "nick"),
    "subject": ("topic_line", "regarding"),
    "status": ("state", "phase"),
    "metadata": ("meta", "extra", "data"),
}
CHECKED = {"direct": "sender_supabase_id", "sessions": "user_id"}
"""The column that has to be the writer's account; `sender_id` elsewhere."""
MESSAGES = {"inbox": "messages", "portal": "client_portal_messages"}

SEEDS = {
    "direct": f"""
insert into chat_threads (thread_id, user_a_mongo_id, user_b_mongo_id) values ('{THREAD}', 'ana', 'ben');
insert into chat_messages (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)
  values ('{THREAD}', '{{user}}', 'ana', 'ben', 'first light');""",
    "rooms": f"""
insert into chat_sessions (id, title) values ('{THREAD}', 'Harbour');
insert into members (session_id, user_id, role) values ('{THREAD}', '{{user}}', 'owner');
insert into chat_messages (session_id, sender_id, body) values ('{THREAD}', '{{user}}', 'first light');""",
    "inbox": f"""
insert into conversations (id, customer_name) values ('{THREAD}', 'Harbour');
insert into messages (conversation_id, sender_type, sender_id, body)
  values ('{THREAD}', 'agent', '{{user}}', 'first light');""",
    "sessions": f"""
insert into chat_sessions (id, user_id, title) values ('{THREAD}', '{{user}}', 'Harbour');
insert into chat_messages (session_id, user_id, content, role)
  values ('{THREAD}', '{{user}}', 'first light', 'user');""",
    "portal": f"""
insert into clients (id, portal_user_id, display_name) values ('{THREAD}', '{{user}}', 'Harbour');
insert into client_portal_messages (client_id, sender_id, message)
  values ('{THREAD}', '{{user}}', 'first light');""",
}
TRUTHS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "direct": (("chat_messages", "thread_id", "sender_mongo_id"), ("chat_threads", "thread_id", "")),
    "rooms": (("chat_messages", "session_id", "sender_id"), ("chat_sessions", "id", "title")),
    "inbox": (("messages", "conversation_id", "sender_id"), ("conversations", "id", "customer_name")),
    "sessions": (("chat_messages", "session_id", "user_id"), ("chat_sessions", "id", "title")),
    "portal": (("client_portal_messages", "client_id", "sender_id"), ("clients", "id", "display_name")),
}
"""Messages: table, thread, author. Threads: table, id, title."""

_TABLE = re.compile(r"create table if not exists @schema@\.(\w+) \((.*?)\n\);", re.DOTALL)
_CONSTRAINT = re.compile(r"\s*(?:constraint \S+\s+)?check \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


@dataclass(frozen=True, slots=True)
class Renamed:
    sql: str
    truth: str


def renamed(dialect: str, seed: int = SEED) -> Renamed:
    """One shipped dialect's tables under other names, and what each of them is."""
    text = catalog.sql(dialect, "at_schema_at").replace("at_schema_at", "@schema@")
    tables = {name: body for name, body in _TABLE.findall(text) if not name.startswith("supachat_")}
    names = _chosen(random.Random(f"{seed}:{dialect}"))
    messages, checked = MESSAGES.get(dialect, "chat_messages"), CHECKED.get(dialect, "sender_id")
    parts = [f"-- The tables of {dialect} under other names; written by renamer.py, never by hand."]
    for name, body in tables.items():
        parts.append(f"create table {name} ({_CONSTRAINT.sub('', body).replace('@schema@.', '')}\n);")
        parts.append(f"alter table {name} enable row level security;")
        parts.append(f"grant select on {name} to authenticated;")
        parts.append(f"create policy see on {name} for select to authenticated using (true);")
    parts.append(f"grant insert on {messages} to authenticated;")
    parts.append(
        f"create policy say on {messages} for insert to authenticated"
        f" with check ({checked}::text = auth.uid()::text);"
    )
    return Renamed(_say("\n".join(parts), names) + "\n", _truth(dialect, names))


def _chosen(chance: random.Random) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, choices in SYNONYMS.items():
        found[name] = chance.choice([one for one in choices if one not in found.values()])
    return found


def _say(text: str, names: dict[str, str]) -> str:
    """`text` with every name replaced at once; what stands in quotes or behind a dot is left alone."""
    return re.sub(r"'[^']*'|(?<!\.)\b\w+\b", lambda found: names.get(found[0], found[0]), text)


def _truth(dialect: str, names: dict[str, str]) -> str:
    (table, thread, author), (threads, id_, title) = TRUTHS[dialect]
    order = "sent_date" if dialect == "portal" else "created_at"
    body = {"sessions": "content", "portal": "message"}.get(dialect, "body")
    said = {
        "messages": {
            "table": table, "key": "id", "order": order, "thread": thread, "author": author, "body": body,
        },
        "threads": {"table": threads, "id": id_, **({"title": title} if title else {})},
    }  # fmt: skip
    parts: list[str] = []
    for name, columns in said.items():
        parts += [f"[{name}]", *(f'{key} = "{names.get(one, one)}"' for key, one in columns.items()), ""]
    return "\n".join(parts) + f'\n[seed]\nsql = """{_say(SEEDS[dialect], names)}\n"""\n'


def write() -> None:
    for dialect in SEEDS:
        made = renamed(dialect)
        (HERE / f"renamed_{dialect}.sql").write_text(made.sql, "utf-8")
        (HERE / f"renamed_{dialect}.toml").write_text(made.truth, "utf-8")


if __name__ == "__main__":
    write()
