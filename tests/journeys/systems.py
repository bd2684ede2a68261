"""What the contract must know of each system to try it from outside: SQL that no client could write.

`thread`, `ana` and `ben` in the SQL are a thread's id and the ids of two people as the system has them;
`ana_uid` and `ben_uid` are their auth ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

PLAIN = str(Path(__file__).parent / "plain" / "plain.toml")


@dataclass(frozen=True, slots=True)
class System:
    name: str
    past: LiteralString
    """Writes sixty messages of ben's, `old 1` to `old 60`, a second apart, a day ago."""
    stored: LiteralString
    """The bodies of a thread's messages since then, in order."""
    table: str
    """The messages' table, for a stranger who asks for all of it."""
    column: str
    """Where a message's thread stands in it."""
    map: str = ""
    made: LiteralString | None = None
    """Makes a thread of the two and answers its id, where no client does."""
    parted: LiteralString | None = None
    """Puts `gone` out of the thread; None where two are two for ever."""
    gone: str = "ben"
    app_ids: bool = False
    """People are known by another id than their account's."""
    schema: str = ""

    @property
    def file(self) -> str:
        """How a workspace names its dialect."""
        return self.map or self.name

    @property
    def profile(self) -> str:
        """The schema that its tables are in."""
        return self.schema or self.name


SYSTEMS = (
    System(
        "direct",
        """insert into public.chat_messages
             (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body, created_at)
           select %(thread)s, %(ben_uid)s, %(ben)s, %(ana)s, 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select body from public.chat_messages where thread_id = %(thread)s and body not like 'old %%' "
        "order by created_at, id",
        "chat_messages",
        "thread_id",
        app_ids=True,
        schema="public",
    ),
    System(
        "rooms",
        """insert into rooms.chat_messages (session_id, sender_id, body, created_at)
           select %(thread)s, %(ben)s, 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select body from rooms.chat_messages where session_id = %(thread)s and body not like 'old %%' "
        "order by created_at, id",
        "chat_messages",
        "session_id",
        parted="delete from rooms.members where session_id = %(thread)s and user_id = %(ben)s",
    ),
    System(
        "inbox",
        """insert into inbox.messages (conversation_id, sender_type, sender_id, body, created_at)
           select %(thread)s, 'agent', %(ben)s, 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select body from inbox.messages where conversation_id = %(thread)s and body not like 'old %%' "
        "order by created_at, id",
        "messages",
        "conversation_id",
        made="insert into inbox.conversations (customer_name) values ('Zoe') returning id::text",
        parted="update inbox.conversations set assigned_to = %(ana)s where id = %(thread)s",
    ),
    System(
        "sessions",
        """insert into sessions.chat_messages (session_id, user_id, role, content, created_at)
           select %(thread)s, %(ben)s, 'user', 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select content from sessions.chat_messages where session_id = %(thread)s "
        "and content not like 'old %%' order by created_at, id",
        "chat_messages",
        "session_id",
        parted="delete from sessions.supachat_members where session_id = %(thread)s",
        gone="ana",
    ),
    System(
        "portal",
        """insert into portal.client_portal_messages
             (client_id, clinician_id, sender_id, message, sent_date)
           select %(thread)s, %(ana)s, %(ben)s, 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select message from portal.client_portal_messages where client_id = %(thread)s "
        "and message not like 'old %%' order by sent_date, id",
        "client_portal_messages",
        "client_id",
        parted="update portal.clients set clinician_id = null where id = %(thread)s",
        gone="ana",
    ),
    System(
        "plain",
        """insert into public.says (pair, author, body, at)
           select %(thread)s, %(ben)s, 'old ' || n,
             now() - interval '1 day' + n * interval '1 second' from generate_series(1, 60) as n""",
        "select body from public.says where pair = %(thread)s and body not like 'old %%' order by at, id",
        "says",
        "pair",
        map=PLAIN,
        schema="public",
    ),
)
