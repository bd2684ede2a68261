"""direct.sql on a real PostgreSQL: who may read, write and be found, and that it can be run again."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from psycopg import errors
from tests.server.direct.world import ANYBODY, Account, World

SEND = "select * from insert_chat_message(%s, %s, %s, %s, %s)"
OWN_TABLES = ("chat_threads", "chat_messages", "supachat_profiles", "supachat_read_cursors")


@pytest.fixture
def ann(world: World) -> Account:
    return world.person("ann")


@pytest.fixture
def bob(world: World) -> Account:
    return world.person("bob")


@pytest.fixture
def eve(world: World) -> Account:
    return world.person("eve")


# ---------------------------------------------------------------- two people talk


def test_two_people_talk(world: World, ann: Account, bob: Account) -> None:
    first = world.say(ann, bob, "hello")
    second = world.say(bob, ann, "hi there")
    for who in (ann, bob):
        rows = world.ask(who, "select body from chat_messages order by created_at, id")
        assert [row["body"] for row in rows] == ["hello", "hi there"]
    assert first["thread_id"] == "ann__bob"
    assert (first["sender_supabase_id"], first["sender_mongo_id"]) == (ann.uid, "ann")
    (thread,) = world.ask(ann, "select * from chat_threads")
    assert (thread["user_a_mongo_id"], thread["user_b_mongo_id"]) == ("ann", "bob")
    assert (thread["user_a_supabase_id"], thread["user_b_supabase_id"]) == (ann.uid, bob.uid)
    assert thread["last_message_at"] == second["created_at"] > first["created_at"]


def test_the_four_arguments_of_the_original_still_work(world: World, ann: Account, bob: Account) -> None:
    call = (
        "select * from insert_chat_message(_thread_id => 'ann__bob', _sender_mongo_id => 'ann',"
        " _recipient_mongo_id => %s, _body => 'hello')"
    )
    (row,) = world.ask(ann, call, bob.id)
    assert row["body"] == "hello"


def test_the_original_way_of_inserting_works_for_oneself(world: World, ann: Account, bob: Account) -> None:
    world.ask(ann, "select * from supachat_ensure_thread(%s)", bob.id)
    insert = (
        "insert into chat_messages"
        " (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)"
        " values ('ann__bob', %s, %s, %s, 'by hand') returning body"
    )
    assert world.ask(ann, insert, ann.uid, "ann", "bob") == [{"body": "by hand"}]
    for forged in ((bob.uid, "bob", "ann"), (ann.uid, "bob", "ann"), (ann.uid, "ann", "eve")):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(ann, insert, *forged)
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(ann, insert.replace(", body)", ", body, created_at)").replace("hand')", "hand', now())"),
                  ann.uid, "ann", "bob")  # fmt: skip


def test_a_retry_changes_nothing_and_answers_the_stored_row(
    world: World, ann: Account, bob: Account
) -> None:
    id_ = uuid.uuid4()
    first = world.say(ann, bob, "hello", id_)
    again = world.say(ann, bob, "hello, changed", id_)
    assert again == first
    assert first["id"] == id_
    assert len(world.ask(bob, "select id from chat_messages")) == 1


def test_another_persons_message_id_answers_nothing(world: World, ann: Account, bob: Account) -> None:
    stored = world.say(ann, bob, "mine", uuid.uuid4())
    with pytest.raises(errors.UniqueViolation, match="taken"):
        world.say(bob, ann, "theirs", stored["id"])


@pytest.mark.parametrize(
    ("body", "told"),
    [("", "empty"), (" \n\t", "empty"), (None, "empty"), ("é" * 32769, "64 KB")],
)
def test_bodies_that_are_refused(
    world: World, ann: Account, bob: Account, body: str | None, told: str
) -> None:
    with pytest.raises(errors.InvalidParameterValue, match=told):
        world.ask(ann, SEND, "ann__bob", "ann", bob.id, body, None)
    assert world.ask(ann, "select * from chat_messages") == []


def test_the_longest_body_is_taken(world: World, ann: Account, bob: Account) -> None:
    assert world.say(ann, bob, "é" * 32768)["body"] == "é" * 32768


# ---------------------------------------------------------------- strangers and forgers


@pytest.mark.parametrize(
    ("thread", "sender", "recipient", "error"),
    [
        ("ann__bob", "ann", "bob", errors.InsufficientPrivilege),  # somebody else's name
        ("ann__bob", "eve", "bob", errors.InsufficientPrivilege),  # a thread that is not hers
        ("ann__bob", "eve", "ann", errors.InsufficientPrivilege),
        ("ann__eve", "ann", "eve", errors.InsufficientPrivilege),  # a letter to herself in another's name
        ("bob__eve", "eve", "ann", errors.InsufficientPrivilege),
        ("eve__bob", "eve", "bob", errors.InsufficientPrivilege),  # wrongly sorted: no such thread
        ("eve__nobody", "eve", "nobody", errors.ForeignKeyViolation),
        ("eve__eve", "eve", "eve", errors.InvalidParameterValue),
        ("bob__eve", None, "bob", errors.InsufficientPrivilege),
        (None, "eve", "bob", errors.InsufficientPrivilege),
        ("bob__eve", "eve", None, errors.InsufficientPrivilege),
    ],
)
def test_a_forged_call_is_refused(
    world: World,
    ann: Account,
    bob: Account,
    eve: Account,
    thread: str | None,
    sender: str | None,
    recipient: str | None,
    error: type[psycopg.Error],
) -> None:
    world.say(ann, bob, "ours")
    with pytest.raises(error):
        world.ask(eve, SEND, thread, sender, recipient, "forged", None)
    assert [row["body"] for row in world.admin.execute("select body from chat_messages")] == ["ours"]
    assert len(world.admin.execute("select * from chat_threads").fetchall()) == 1


def test_an_outsider_sees_nothing(world: World, ann: Account, bob: Account, eve: Account) -> None:
    row = world.say(ann, bob, "ours")
    for query in (
        "select * from chat_messages",
        "select * from chat_threads",
        "select * from supachat_threads()",
    ):
        assert world.ask(eve, query) == []
    assert world.ask(eve, "select * from supachat_threads('ann__bob')") == []
    with pytest.raises(errors.InsufficientPrivilege, match="not yours"):
        world.ask(eve, "select * from supachat_mark_read('ann__bob', %s)", row["id"])


@pytest.mark.parametrize("table", OWN_TABLES)
@pytest.mark.parametrize("statement", ["select * from {}", "delete from {}", "truncate {}"])
def test_nobody_signed_in_gets_no_row_and_changes_none(world: World, table: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(ANYBODY, statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "update chat_messages set body = 'edited'",
        "delete from chat_messages",
        "update chat_threads set user_a_supabase_id = auth.uid()",
        "insert into chat_threads (thread_id, user_a_supabase_id) values ('x', auth.uid())",
        "select * from supachat_profiles",
        "update supachat_profiles set app_user_id = 'bob'",
        "select * from supachat_read_cursors",
        "update supachat_read_cursors set read_at = 'infinity'",
    ],
)
def test_members_change_nothing_but_through_the_functions(
    world: World, ann: Account, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(ann, statement)


def test_no_function_is_for_anybody(world: World, ann: Account) -> None:
    allowed = world.admin.execute(
        "select p.proname, has_function_privilege('anon', p.oid, 'execute') as anybody,"
        " has_function_privilege('authenticated', p.oid, 'execute') as signed_in,"
        " p.prosecdef as definer, p.proconfig as config, p.prolang = "
        " (select oid from pg_language where lanname = 'internal') as internal"
        " from pg_proc p where pronamespace = 'public'::regnamespace"
        " and (proname like 'supachat%%' or proname = 'insert_chat_message')"
    ).fetchall()
    assert len(allowed) > 15
    assert [row["proname"] for row in allowed if row["anybody"]] == []
    assert [row["proname"] for row in allowed if row["config"] != ['search_path=""']] == []
    assert {row["proname"] for row in allowed if not row["signed_in"]} == {
        "supachat_add_profile",
        "supachat_app_id",
        "supachat_make_thread",
        "supachat_on_message",
        "supachat_on_message_time",
        "supachat_on_new_user",
        "supachat_on_read",
        "supachat_thread_id",
    }
    assert {row["proname"] for row in allowed if not row["definer"]} == {"supachat_thread_id"}


def test_a_token_whose_subject_is_no_uuid_reads_nothing_and_breaks_nothing(
    world: World, ann: Account
) -> None:
    class Odd(Account):
        @property
        def claims(self) -> str:
            return '{"sub": "service|42", "role": "authenticated"}'

    odd = Odd(ann.uid, "odd")
    assert world.ask(odd, "select * from chat_messages") == []
    assert world.ask(odd, "select * from supachat_whoami()") == []
    assert not world.hears(odd, "chat:ann__bob")
    assert not world.speaks(odd, "typing:ann__bob")


# ---------------------------------------------------------------- the list, unread, cursors


def test_the_list_in_one_request(world: World, ann: Account, bob: Account, eve: Account) -> None:
    world.say(ann, bob, "first")
    last = world.say(bob, ann, "x" * 500)
    world.ask(eve, "select * from supachat_ensure_thread(%s)", ann.id)
    newest, older = world.ask(ann, "select * from supachat_threads()")
    assert (newest["other_app_user_id"], newest["last_message_id"], newest["unread"]) == ("eve", None, 0)
    assert (older["thread_id"], older["other_app_user_id"], older["other_display_name"]) == (
        "ann__bob",
        "bob",
        "Bob",
    )
    assert (older["last_message_id"], older["last_message_at"]) == (last["id"], last["created_at"])
    assert (older["last_message_author"], older["last_message_preview"]) == ("bob", "x" * 200)
    assert (older["unread"], older["read_message_id"]) == (1, None)


def test_unread_and_the_read_cursor_that_only_grows(world: World, ann: Account, bob: Account) -> None:
    rows = [world.say(bob, ann, f"message {number}") for number in range(5)]
    world.say(ann, bob, "one of mine is never unread")

    def unread(who: Account) -> int:
        return int(world.ask(who, "select unread from supachat_threads()")[0]["unread"])

    def mark(who: Account, message: object) -> object:
        found = world.ask(who, "select * from supachat_mark_read('ann__bob', %s)", message)
        return found[0]["read_message_id"] if found else None

    assert (unread(ann), unread(bob)) == (5, 1)
    assert mark(ann, rows[2]["id"]) == rows[2]["id"]
    assert unread(ann) == 2
    assert mark(ann, rows[0]["id"]) == rows[2]["id"]  # never back
    assert mark(ann, uuid.uuid4()) == rows[2]["id"]  # and never to what is not there
    assert unread(ann) == 2
    assert mark(ann, rows[4]["id"]) == rows[4]["id"]
    assert (unread(ann), unread(bob)) == (0, 1)


def test_ensure_thread_is_the_same_thread_from_both_sides(world: World, ann: Account, bob: Account) -> None:
    ensure = "select thread_id, other_app_user_id from supachat_ensure_thread(%s)"
    assert world.ask(ann, ensure, "bob") == [{"thread_id": "ann__bob", "other_app_user_id": "bob"}]
    assert world.ask(bob, ensure, "ann") == [{"thread_id": "ann__bob", "other_app_user_id": "ann"}]
    with pytest.raises(errors.ForeignKeyViolation, match="nobody with the id"):
        world.ask(ann, ensure, "nobody")
    with pytest.raises(errors.InvalidParameterValue, match="two people"):
        world.ask(ann, ensure, "ann")


def test_thread_ids_are_sorted_by_bytes(world: World) -> None:
    upper, lower = world.person("Zed"), world.person("amy")
    assert world.say(lower, upper, "hi")["thread_id"] == "Zed__amy"


def test_a_new_owner_of_a_freed_id_inherits_nothing(world: World, ann: Account, bob: Account) -> None:
    world.say(ann, bob, "for the old bob")
    world.admin.execute("delete from auth.users where id = %s", (bob.uid,))
    heir = world.person("bob")
    assert world.ask(heir, "select * from chat_messages") == []
    for sender, to in ((ann, heir), (heir, ann)):
        with pytest.raises(errors.InsufficientPrivilege):
            world.say(sender, to, "hello?")
    assert [row["body"] for row in world.ask(ann, "select body from chat_messages")] == ["for the old bob"]
