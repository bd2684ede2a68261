"""sessions.sql on a real PostgreSQL: sessions and their people, what may be written, edited and deleted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from psycopg import errors
from tests.server.direct.world import Account
from tests.server.sql_world import Sessions, at_once

THREADS = "select * from supachat_threads(%s)"
SEND = "select * from supachat_send(%s, %s, %s)"
CREATE = "select * from supachat_create_thread(%s, %s, %s)"
ENSURE = "select * from supachat_ensure_thread(%s)"
EDIT = "select * from supachat_edit(%s, %s)"
ANSWER = (
    "insert into chat_messages (session_id, role, content, status) values (%s, 'assistant', %s, 'sending')"
)


@pytest.fixture
def people(world: Sessions) -> tuple[Account, Account, Account]:
    """Who owns, who is in it, who is not."""
    return world.someone("ann"), world.someone("bob"), world.someone("eve")


def a_session(world: Sessions, owner: Account, *members: Account) -> str:
    return str(world.one(owner, CREATE, "Plans", [who.id for who in members], None)["session_id"])


def say(
    world: Sessions, who: Account, session: str, text: str, id_: uuid.UUID | None = None
) -> dict[str, Any]:
    return world.one(who, SEND, session, text, id_)


def test_what_the_list_says(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    session = a_session(world, ann, bob)
    say(world, ann, session, "What is it worth?")
    world.backend(ANSWER, session, "z" * 300)
    row = world.one(ann, THREADS, None)
    assert (row["session_id"], row["user_id"], row["title"], row["status"]) == (
        session, ann.id, "Plans", "active",
    )  # fmt: skip
    assert row["members"] == [
        {"user_id": ann.id, "display_name": "Ann", "role": "owner"},
        {"user_id": bob.id, "display_name": "Bob", "role": "member"},
    ]
    world.backend("update chat_sessions set metadata = %s where id = %s", '{"assistant": "Sol"}', session)
    assert world.one(bob, THREADS, session)["members"][2:] == [
        {"user_id": "assistant", "display_name": "Sol", "role": "assistant"}
    ], "whoever makes a session may say what its assistant is called"
    assert (row["last_message_author"], row["last_message_role"]) == ("assistant", "assistant")
    assert (row["last_message_preview"], row["unread"]) == ("z" * 200, 1)
    assert row["last_activity"] == row["last_message_at"]
    assert world.one(bob, THREADS, session)["unread"] == 2
    world.ask(ann, "select * from supachat_mark_read(%s, %s)", session, row["last_message_id"])
    assert world.one(ann, THREADS, None)["unread"] == 0
    assert world.ask(eve, THREADS, None) == world.ask(eve, THREADS, session) == []


def test_a_retry_changes_nothing(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    rows = at_once(world, [(ann, CREATE, ("Plans", [bob.id], "any: text"))] * 6)
    assert {row["session_id"] for row in rows} == {"any: text"}
    with pytest.raises(errors.UniqueViolation, match="taken"):
        world.ask(bob, CREATE, "Mine", [], "any: text")
    id_ = uuid.uuid4()
    sent = at_once(world, [(ann, SEND, ("any: text", "once", id_))] * 6)
    assert all(row == sent[0] for row in sent)
    assert len(world.ask(bob, "select id from chat_messages")) == 1
    with pytest.raises(errors.UniqueViolation, match="taken"):
        say(world, bob, "any: text", "theirs", id_)


def test_a_session_of_two_is_opened_once(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    asks = [(ann, ENSURE, (bob.id,)) if n % 2 else (bob, ENSURE, (ann.id,)) for n in range(8)]
    assert len({row["session_id"] for row in at_once(world, asks)}) == 1
    with pytest.raises(errors.ForeignKeyViolation, match="nobody"):
        world.ask(ann, ENSURE, "nobody")


def test_what_is_the_owners(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    session = a_session(world, ann, bob)
    acts = {
        "select * from supachat_rename(%s, 'New')": "New",
        "select * from supachat_set_status(%s, 'archived')": "archived",
        "select * from supachat_invite(%s, %s)": eve.id,
        "select * from supachat_remove(%s, %s)": eve.id,
    }
    for query, value in acts.items():
        values = (session, value) if query.count("%s") == 2 else (session,)
        for who in (bob, eve):
            with pytest.raises(errors.InsufficientPrivilege, match="only the owner"):
                world.ask(who, query, *values)
        before = world.one(ann, THREADS, session)
        assert world.one(ann, query, *values)["updated_at"] > before["updated_at"]
    row = world.one(ann, THREADS, session)
    assert (row["title"], row["status"], len(row["members"])) == ("New", "archived", 2)
    with pytest.raises(errors.InvalidParameterValue, match="active, inactive or archived"):
        world.ask(ann, "select * from supachat_set_status(%s, 'gone')", session)


def test_who_leaves_has_left(world: Sessions, people: tuple[Account, ...]) -> None:
    """Also what they wrote themselves, which the original went on showing them."""
    ann, bob, _ = people
    session = a_session(world, ann, bob)
    row = say(world, bob, session, "mine")
    leave = "select supachat_leave(%s) as gone"
    assert world.one(bob, leave, session) == {"gone": True}
    assert world.one(bob, leave, session) == world.one(ann, leave, session) == {"gone": False}
    assert world.ask(bob, "select * from chat_messages") == []
    for query, values in ((EDIT, (row["id"], "x")), (SEND, (session, "x", None))):
        with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
            world.ask(bob, query, *values)
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(bob, "select supachat_delete(%s)", row["id"])


def test_edit_and_delete(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    session = a_session(world, ann, bob)
    row = say(world, bob, session, "helo")
    edited = world.one(bob, EDIT, row["id"], "hello")
    assert (edited["content"], edited["created_at"]) == ("hello", row["created_at"])
    assert edited["updated_at"] > row["updated_at"]
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(ann, EDIT, row["id"], "forged")
    with pytest.raises(errors.InvalidParameterValue, match="empty"):
        world.ask(bob, EDIT, row["id"], " ")
    again = world.ask(bob, "update chat_messages set content = 'hi' returning content")
    assert again == [{"content": "hi"}]
    assert world.ask(ann, "update chat_messages set content = 'forged' returning id") == []
    delete = "select supachat_delete(%s) as gone"
    owners = say(world, ann, session, "mine")
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(bob, delete, owners["id"])
    assert world.one(ann, delete, row["id"]) == {"gone": True}  # the owner moderates
    assert world.one(ann, delete, row["id"]) == {"gone": False}
    assert len(world.ask(ann, "delete from chat_messages where id = %s returning id", owners["id"])) == 1


def test_nobody_speaks_for_the_assistant(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    session = a_session(world, ann, bob)
    columns = "session_id, user_id, role, message_type, content"
    insert = f"insert into chat_messages ({columns}) values (%s, %s, %s, %s, 'hi') returning user_id"
    assert world.ask(bob, insert, session, bob.id, "user", "voice") == [{"user_id": bob.id}]
    forged = (
        (bob, bob, "assistant", "text"), (bob, bob, "system", "text"), (bob, bob, "user", "adapter_action"),
        (bob, ann, "user", "text"), (eve, eve, "user", "text"),
    )  # fmt: skip
    for who, author, role, kind in forged:
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(who, insert, session, author.id, role, kind)
    with pytest.raises(errors.InvalidParameterValue, match="text or voice"):
        world.ask(bob, "select * from supachat_send(%s, 'x', null, 'adapter_action')", session)
    sent = world.one(
        bob, "select * from supachat_send(%s, 'Hello', null, 'voice', '{\"seconds\": 3}')", session
    )
    assert (sent["role"], sent["message_type"], sent["status"], sent["metadata"]) == (
        "user", "voice", "delivered", {"seconds": 3},
    )  # fmt: skip


def test_an_answer_grows_in_place(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, _, _ = people
    session = a_session(world, ann)
    world.backend(ANSWER, session, "")
    stamps = []
    for text in ("It", "It is", "It is so."):
        world.backend("update chat_messages set content = %s", text)
        stamps.append(world.one(ann, "select updated_at from chat_messages")["updated_at"])
    assert stamps == sorted(set(stamps))
    world.backend("update chat_messages set status = 'delivered'")
    row = world.one(ann, "select content, status, user_id from chat_messages")
    assert row == {"content": "It is so.", "status": "delivered", "user_id": "assistant"}


def test_presence_is_told_to_those_who_belong(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    session = a_session(world, ann, bob)
    present = 'select * from supachat_set_presence(%s, %s, \'{"last_action": "reading"}\')'
    first = world.one(bob, present, session, "online")
    second = world.one(bob, present, session, "away")
    assert second["last_seen"] > first["last_seen"]
    read = "select user_id, status, metadata from user_presence"
    assert world.ask(ann, read) == [
        {"user_id": bob.id, "status": "away", "metadata": {"last_action": "reading"}}
    ]
    assert world.ask(eve, read) == []
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(eve, present, session, "online")
    with pytest.raises(errors.InvalidParameterValue, match="online, away or offline"):
        world.ask(bob, present, session, "busy")
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(bob, "delete from user_presence")


def test_prices_are_read_by_everybody_signed_in(world: Sessions, people: tuple[Account, ...]) -> None:
    _, _, eve = people
    for price in (1, 2):
        world.backend(
            "insert into crypto_prices (symbol, price) values ('BTC', %s), ('SEI', %s)", price, price
        )
    assert len(world.ask(eve, "select * from crypto_prices")) == 4
    latest = world.ask(eve, "select symbol, price from supachat_prices()")
    assert latest == [{"symbol": "BTC", "price": 2}, {"symbol": "SEI", "price": 2}]
    assert len(world.ask(eve, "select * from supachat_prices(array['SEI', 'NONE'])")) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(eve, "insert into crypto_prices (symbol, price) values ('BTC', 0)")


def test_an_account_goes_with_what_is_only_its_own(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    session = a_session(world, ann, bob)
    row = say(world, bob, session, "kept")
    world.ask(bob, "select * from supachat_mark_read(%s, %s)", session, row["id"])
    world.ask(bob, "select * from supachat_set_presence(%s, 'online')", session)
    world.admin.execute("delete from auth.users where id = %s", (bob.uid,))
    for table in ("supachat_profiles", "supachat_members", "supachat_read_cursors", "user_presence"):
        left = f"select * from {table} where user_id = %s"
        assert world.admin.execute(left.encode(), (bob.id,)).fetchall() == []
    assert world.ask(ann, "select content from chat_messages") == [{"content": "kept"}]
    assert world.ask(bob, THREADS, None) == []


def test_activity(world: Sessions, people: tuple[Account, ...]) -> None:
    ann, _, eve = people
    session = a_session(world, ann)
    world.ask(ann, "select * from supachat_set_status(%s, 'inactive')", session)
    before = world.one(ann, THREADS, session)
    touched = world.one(ann, "select * from supachat_touch(%s)", session)
    assert touched["last_activity"] > before["last_activity"]
    say(world, ann, session, "back")
    assert world.one(ann, THREADS, session)["status"] == "active"
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(eve, "select * from supachat_touch(%s)", session)
