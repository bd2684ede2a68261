"""The words that people use for a chat's parts, in table and column names, the likeliest first.

A table of data: what is missing here is asked. Names to try, where a project does not describe itself,
stand here too.
"""

from __future__ import annotations

import re

MESSAGES = (
    "message",
    "chat",
    "letter",
    "post",
    "reply",
    "replies",
    "comment",
    "line",
    "msg",
    "event",
    "entry",
)
THREADS = (
    "room", "channel", "conversation", "thread", "chat", "session", "chatroom", "dialog", "discussion",
    "group", "ticket", "case", "topic", "matter", "space", "client", "patient",
)  # fmt: skip
PEOPLE = ("profile", "user", "people", "person", "account", "member")
MEMBERS = ("participant", "member", "membership", "users", "people")
BODY = ("body", "content", "message", "text", "msg", "comment")
ORDER = (
    "created", "inserted", "sent", "posted", "mailed", "written", "timestamp", "date", "time", "added",
    "ts",
)  # fmt: skip
EDITED = ("edited", "updated", "modified", "changed")
DELETED = ("deleted", "removed")
AUTHOR = (
    "sender",
    "author",
    "from",
    "user",
    "profile",
    "written",
    "creator",
    "created",
    "owner",
    "person",
    "member",
)
RECIPIENT = ("recipient", "receiver", "to")
"""In a column of the one who is written to."""
PAIR = (
    "participant", "user", "member", "person", "profile", "buyer", "seller", "customer", "friend",
    "matched", "one", "two", "a", "b", "sender", "initiator", *RECIPIENT,
)  # fmt: skip
"""In a thread's column of one of two."""
OTHER = ("recipient", "receiver", "to", "read", "edited", "deleted", "reply", "assigned")
"""In a column of a person who is not the one who writes."""
TITLE = ("title", "name", "topic", "subject", "label", "slug", "regarding", "headline", "nick", "username")
NAME = ("username", "nick", "nickname", "display", "full", "name", "handle", "email")
KIND = ("role", "type", "kind")
ACCOUNT = ("user_id", "auth_id", "auth_user_id", "account_id", "uid")
ROLES = {
    "user": "person", "human": "person", "person": "person", "member": "person", "customer": "customer",
    "client": "customer", "agent": "agent", "staff": "agent", "assistant": "assistant", "ai": "assistant",
    "model": "assistant", "bot": "bot", "system": "system",
}  # fmt: skip
"""What a message's column of a role says of its author."""
WRITES_AS = ("user", "person", "member", "text")
"""What a row of a person's own may say of its kind, where nothing tells the words."""
NO_CHAT = (
    "log",
    "logs",
    "notification",
    "notifications",
    "alert",
    "alerts",
    "audit",
    "attachment",
    "canned",
    "price",
)

_THREAD_NAMES = (
    "rooms",
    "channels",
    "conversations",
    "threads",
    "chats",
    "chat_rooms",
    "chat_sessions",
    "chat_threads",
)
_PEOPLE_NAMES = ("profiles", "users", "user_profiles")
_MEMBER_NAMES = (
    "room_participants",
    "room_members",
    "participants",
    "conversation_participants",
    "members",
)
_MESSAGE_NAMES = (
    "messages",
    "chat_messages",
    "direct_messages",
    "message",
    "room_messages",
    "posts",
    "comments",
)
TABLES = (*_MESSAGE_NAMES, *_THREAD_NAMES, *_PEOPLE_NAMES, *_MEMBER_NAMES)
COLUMNS = (
    "id", "created_at", "inserted_at", "sent_at", "updated_at", "deleted_at", "room_id", "channel_id",
    "conversation_id", "thread_id", "chat_id", "session_id", "user_id", "sender_id", "author_id",
    "profile_id", "from_user_id", "body", "content", "message", "text", "title", "name", "slug", "username",
    "display_name", "full_name",
)  # fmt: skip


def parts(name: str) -> tuple[str, ...]:
    """A name's words: `fromUser_id` is from, user, id."""
    return tuple(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def fit(name: str, words: tuple[str, ...]) -> float:
    """How well a name says one of `words`, from 0 to 1: more for an earlier one, and for one alone."""
    found = parts(name)
    known = [singular(part) if part not in words else part for part in found]
    ranks = [words.index(part) for part in known if part in words]
    if not ranks:
        return 0.0
    rest = len([part for part in found if part not in ("at", "id", "on", "uid")]) - 1
    return max(0.3, 1 - 0.04 * min(ranks) - 0.15 * max(rest, 0))
