"""How far the other one has read: for the two people of the thread, and nobody else."""

from __future__ import annotations

import pytest
from tests.server.direct.world import Account, World


@pytest.fixture
def trio(world: World) -> tuple[Account, Account, Account]:
    """Two who talk, and one who does not belong."""
    return world.person("ann"), world.person("bob"), world.person("eve")


def read(world: World, who: Account, row: dict[str, object]) -> None:
    world.ask(who, "select * from supachat_mark_read('ann__bob', %s)", row["id"])


def seen(world: World, who: Account) -> list[object]:
    return [one["seen_message_id"] for one in world.ask(who, "select * from supachat_threads()")]


def test_both_hear_that_one_of_them_has_read_and_nobody_else(
    world: World, trio: tuple[Account, Account, Account]
) -> None:
    ann, bob, eve = trio
    row = world.say(ann, bob, "hello")
    before = world.told()
    for _ in range(2):  # the second time it moves nothing, and nothing is told
        read(world, bob, row)
    (told,) = [one for one in world.told() if one not in before]
    assert (told["topic"], told["event"], told["private"]) == ("chat:ann__bob", "read", True)
    assert set(told["payload"]) == {"person", "message_id", "read_at", "id"}  # id is Realtime's own
    assert (told["payload"]["person"], told["payload"]["message_id"]) == ("bob", str(row["id"]))
    hear = {who.id: world.hears(who, "chat:ann__bob") for who in trio}
    assert hear == {"ann": True, "bob": True, "eve": False}
    assert (seen(world, ann), seen(world, bob), seen(world, eve)) == ([row["id"]], [None], [])
    read(world, ann, row)
    assert seen(world, bob) == [row["id"]]


def test_reading_counts_where_it_cannot_be_told(own_world: World) -> None:
    ann, bob = own_world.person("ann"), own_world.person("bob")
    row = own_world.say(ann, bob, "hello")
    own_world.admin.execute(
        "alter table realtime.messages add constraint shut check (private is null) not valid"
    )
    read(own_world, bob, row)
    assert seen(own_world, ann) == [row["id"]]


def test_a_cursor_in_a_thread_that_is_not_ones_own_is_told_to_nobody(
    world: World, trio: tuple[Account, Account, Account]
) -> None:
    """It stays where somebody was a member once."""
    ann, bob, eve = trio
    row = world.say(ann, bob, "hello")
    before = len(world.told())
    world.admin.execute(
        "insert into supachat_read_cursors values (%s, 'ann__bob', %s, now())", (eve.uid, row["id"])
    )
    assert len(world.told()) == before
    assert seen(world, ann) == [None]
