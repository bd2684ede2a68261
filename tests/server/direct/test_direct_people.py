"""direct.sql: who a new account is, and how people find each other without an e-mail address."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.direct.world import ANYBODY, Account, World


def test_app_metadata_comes_first(own_world: World) -> None:
    own_world.believe_user_metadata()
    uid = own_world.sign_up({"app_user_id": "real"}, {"app_user_id": "claimed", "name": " Ann \n Lee "})
    assert own_world.profile(uid) == ("real", "Ann Lee")


def test_what_people_say_of_themselves_counts_only_where_that_is_on(own_world: World) -> None:
    first = own_world.sign_up({}, {"app_user_id": "ann"})
    assert own_world.profile(first) == (str(first), "")
    own_world.believe_user_metadata()
    second = own_world.sign_up({}, {"app_user_id": "ann"})
    assert own_world.profile(second) == ("ann", "")
    third = own_world.sign_up({}, {"app_user_id": "ann"})
    assert own_world.profile(third) == (str(third), "")  # it was taken


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "a__b",
        "_a",
        "a_",
        "a b",
        "a/b",
        "ä",
        "a\n",
        "x" * 65,
        None,
        True,
        [],
        {},
        "a\u0000b".replace("\0", " "),
    ],
)
def test_an_id_that_is_none_gives_the_accounts_own(world: World, wanted: Any) -> None:
    uid = world.sign_up({"app_user_id": wanted}, None)
    assert world.profile(uid) == (str(uid), "")


@pytest.mark.parametrize("wanted", ["a", "a_b", "a_b_c", "A.b@c:d-9", "x" * 64, 4711])
def test_an_id_that_is_one(world: World, wanted: Any) -> None:
    assert world.profile(world.sign_up({"app_user_id": wanted}, None)) == (str(wanted), "")


def test_another_accounts_own_id_is_not_free(own_world: World) -> None:
    own_world.believe_user_metadata()
    victim = own_world.person("victim")
    thief = own_world.sign_up({}, {"app_user_id": str(victim.uid)})
    assert own_world.profile(thief) == (str(thief), "")


def test_later_metadata_changes_nothing(world: World) -> None:
    uid = world.person("ann", "Ann").uid
    world.admin.execute(
        'update auth.users set raw_app_meta_data = \'{"app_user_id": "bob"}\','
        ' raw_user_meta_data = \'{"name": "Bob"}\' where id = %s',
        (uid,),
    )
    assert world.profile(uid) == ("ann", "Ann")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
KEYS = st.sampled_from(["app_user_id", "name", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)


def test_a_sign_up_never_fails_for_its_metadata(own_world: World) -> None:
    own_world.believe_user_metadata()

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(JSON, JSON)
    def any_metadata(app: Any, said: Any) -> None:
        found = own_world.profile(own_world.sign_up(app, said))
        assert found is not None
        assert "__" not in found[0]
        assert len(found[0]) <= 64
        assert len(found[1]) <= 80

    any_metadata()


def test_a_sign_up_stands_even_where_the_profile_fails(own_world: World) -> None:
    own_world.run(
        "alter table supachat_profiles add constraint nobody check (app_user_id = 'never') not valid"
    )
    uid = own_world.sign_up({"app_user_id": "ann"}, None)
    assert own_world.profile(uid) is None
    own_world.run("alter table supachat_profiles drop constraint nobody")
    me = Account(uid, "ann")
    assert own_world.ask(me, "select * from supachat_whoami()") == [
        {"app_user_id": "ann", "display_name": ""}
    ]


def test_who_i_am(world: World) -> None:
    ann = world.person("ann", "Ann")
    assert world.ask(ann, "select * from supachat_whoami()") == [
        {"app_user_id": "ann", "display_name": "Ann"}
    ]
    assert world.ask(Account(uuid.uuid4(), "gone"), "select * from supachat_whoami()") == []


def test_people_are_found_by_id_or_by_how_their_name_begins(world: World) -> None:
    ann = world.person("ann", "Ann Lee")
    for id_, name in (("bo", "Robert"), ("u2", "Roberta"), ("u3", "Ro%ert"), ("u4", "Élodie"), ("u5", "")):
        world.person(id_, name or " ")

    def find(text: str | None) -> list[str]:
        rows = world.ask(ann, "select * from supachat_find_people(%s)", text)
        assert all(set(row) == {"app_user_id", "display_name"} for row in rows)
        return [row["app_user_id"] for row in rows]

    assert find("rob") == ["bo", "u2"]
    assert find("  ROBERTA ") == ["u2"]
    assert find("bo") == ["bo"]  # the whole id, however short
    assert find("ro") == []  # two letters are too few
    assert find("ro%") == ["u3"]  # no wildcard
    assert find("___") == []
    assert find("") == find(None) == find("   ") == []
    assert find("ann") == []  # oneself
    assert find("éLO") == ["u4"]
    assert find("x" * 100_000) == []


def test_an_exact_id_stands_first_and_rows_are_limited(world: World) -> None:
    ann = world.person("ann")
    for number in range(30):
        world.person(f"p{number}", f"Samuel {number:02}")
    world.person("sam", "Zoe")
    found = world.ask(ann, "select * from supachat_find_people('sam')")
    assert len(found) == 20
    assert found[0] == {"app_user_id": "sam", "display_name": "Zoe"}


def test_no_function_shows_an_e_mail_address(world: World) -> None:
    ann, secret = world.person("ann"), "hidden.address@example.org"
    other = Account(world.sign_up({"app_user_id": "bob"}, {"name": "Bobby"}, secret), "bob")
    world.say(other, ann, "hello")
    calls = ("supachat_threads()", "supachat_whoami()", "supachat_find_people('bobby')",
             "supachat_find_people('bob')", "supachat_ensure_thread('bob')")  # fmt: skip
    for call in calls:
        assert "@" not in str(world.ask(ann, f"select * from {call}"))
    for text in (secret, "hidden.address", "hid"):
        assert world.ask(ann, "select * from supachat_find_people(%s)", text) == []
    assert secret not in str(world.told())


def test_nobody_without_an_account_finds_anybody(world: World) -> None:
    world.person("bob", "Bobby")
    ghost = Account(uuid.uuid4(), "ghost")
    assert world.ask(ghost, "select * from supachat_find_people('bobby')") == []
    assert ANYBODY.role == "anon"
