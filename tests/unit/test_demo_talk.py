"""The demo's manners: what its people answer, when they speak up, what prices and hints do."""

from __future__ import annotations

import random
import re
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from supachat.demo.backstage import fitting
from supachat.demo.calm import Calm, Turns, pieces, quote
from supachat.demo.cast import ANA, MIRA, SEATS, thread_id
from supachat.demo.house import House
from supachat.demo.manners import Pace
from supachat.demo.replies import Answerer, fill, matched, shipped
from supachat.demo.story import story
from supachat.demo.tour import HINTS, due
from supachat.tui.keymap import KEYS

TABLE = shipped()
OTHERS = ("rooms", "inbox", "sessions", "portal")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Hello, who are you?", "who"),
        ("hello", "hello"),
        ("Moin!", "hello"),
        ("how do I kill the server?", "kill"),
        ("paste me something hostile", "hostile"),
        ("\x1b[2J boo", "controls"),
        ("\u202eboo", "controls"),
        ("what are the keys", "keys"),
        ("I resized it", "resize"),
        ("how far does the history go", "history"),
        ("show me the oldest message", "history"),
        ("are you a bot?", "honest"),
        ("tell me about policies", "postgres"),
        ("https://example.org", "links"),
        ("```py\nx\n```", "code"),
        ("お元気ですか", "scripts"),
        ("🌊", "emoji"),
        ("thanks a lot", "thanks"),
        ("bye", "bye"),
        ("ok", "fine"),
        ("no", "no"),
        ("what is the meaning of it all?", "question"),
    ],
)
def test_the_table_is_read_from_the_top(text: str, rule: str) -> None:
    found = matched(TABLE.rules, text)
    assert found is not None
    assert found.name == rule


def test_nothing_fits_and_that_is_said_too(tmp_path: Path) -> None:
    assert matched(TABLE.rules, "qwertz") is None
    answerer = Answerer("ben", TABLE, random.Random(1), dict, House(tmp_path).greeted("ben"))
    assert answerer.answer("qwertz") in TABLE.fallback["ben"]


@pytest.mark.parametrize("handle", ["mira", "ben"])
@pytest.mark.parametrize("text", ["hello", "qwertz", "ok", "\x1b[2J"])
def test_nobody_says_the_same_twice_in_a_row(handle: str, text: str, tmp_path: Path) -> None:
    answerer = Answerer(handle, TABLE, random.Random(3), dict, House(tmp_path).greeted(handle))
    said = [answerer.answer(text) for _ in range(50)]
    assert all(one != other for one, other in pairwise(said))
    assert len(set(said)) > 1


@pytest.mark.parametrize("handle", ["mira", "ben"])
def test_no_greeting_is_heard_twice_until_all_were_also_not_across_starts(
    handle: str, tmp_path: Path
) -> None:
    """Every greeting is another start of the demo, and another person too."""
    house, all_of_them = House(tmp_path), TABLE.greetings[handle]
    said = [
        Answerer(handle, TABLE, random.Random(start), dict, house.greeted(handle)).greeting()
        for start in range(4 * len(all_of_them))
    ]
    assert all(one != other for one, other in pairwise(said))
    rounds = [said[at : at + len(all_of_them)] for at in range(0, len(said), len(all_of_them))]
    assert all(sorted(one) == sorted(all_of_them) for one in rounds)


def test_greetings_that_were_noted_down_and_cannot_be_read_do_no_harm(tmp_path: Path) -> None:
    notes = House(tmp_path).greeted("mira")
    for text in ("", "{", '"a"', "[1]", "\x00"):
        notes.path.write_text(text)
        assert Answerer("mira", TABLE, random.Random(1), dict, notes).greeting() in TABLE.greetings["mira"]
    assert len(notes.read()) == 1


def test_every_list_has_a_choice_and_everything_said_can_be_sent() -> None:
    lists = [said for rule in TABLE.rules for said in rule.answers.values()]
    for group in (TABLE.fallback, TABLE.greetings, TABLE.leaving):
        lists += list(group.values())
    for said in lists:
        assert len(set(said)) >= 2
        assert all(one.strip() and len(one.encode()) < 2000 for one in said)


def test_gaps_are_filled_and_code_keeps_its_braces() -> None:
    assert fill("run <kill> {now}", {"kill": "kill -9 7"}) == "run kill -9 7 {now}"


def test_the_keys_that_they_name_exist() -> None:
    known = {key for keys in KEYS.values() for one in keys for key in (one.keys + " " + one.label).split()}
    text = (Path(shipped.__code__.co_filename).parent / "voices.toml").read_text(encoding="utf-8")
    named = {
        key for key in re.findall(r"`((?:ctrl|alt)\+\w+|f\d+|pgup|enter|esc)`", str(tomllib.loads(text)))
    }
    assert named
    assert named <= known, named - known


def test_manners_scale_as_one() -> None:
    slow, quick = Pace(1.0), Pace(0.1)
    text = "a" * 100
    assert quick.reading(text) == pytest.approx(slow.reading(text) / 10)
    assert quick.typing(text) == pytest.approx(slow.typing(text) / 10)
    assert slow.before_greeting(1) > slow.before_greeting(0) + 20
    assert slow.typing("x" * 9999) <= 7.0


def test_thread_ids_are_sorted_by_bytes() -> None:
    assert all(
        thread_id(one, other) == thread_id(other, one)
        for one in SEATS
        for other in SEATS
        if one is not other
    )
    assert thread_id(MIRA, ANA) == "ana__mira"


def test_what_nobody_asked_for_comes_once_a_minute_at_most() -> None:
    calm = Calm(60, 600)
    assert not calm.may(0), "nobody has come yet"
    calm.sign(1)
    said = [now for now in range(2, 900) if calm.may(now)]
    assert said[0] == 2
    assert all(later - earlier >= 60 for earlier, later in pairwise(said))
    assert said[-1] < 601, "it stops when the person stops"
    assert not calm.attended(601)
    calm.sign(1000)
    assert calm.may(1000)


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", range(20))
def test_all_have_their_turn_and_none_twice_in_a_row(number: int, seed: int) -> None:
    turns = Turns(range(number), random.Random(seed))
    said = [turns.next() for _ in range(number * 10)]
    assert all(said.count(one) == 10 for one in range(number))
    assert number == 1 or all(one != other for one, other in pairwise(said))


@pytest.mark.parametrize("source", OTHERS)
def test_whoever_answers_in_a_story_has_a_choice(source: str) -> None:
    for said in story(source)["answers"].values():
        assert len(set(said)) >= 2
        assert all(one.strip() for one in said)


def test_a_price_stays_about_home_and_a_jump_crosses_its_line_both_ways() -> None:
    luck = random.Random(5)
    btc = quote("BTC", 97_850.40, 1.2, 98_000)
    for _ in range(2000):
        btc.moved(luck, jump=False)
        assert abs(btc.price / btc.home - 1) < Decimal("0.01")
        assert btc.price == btc.price.quantize(Decimal("0.01"))
    btc.price = btc.home
    sides = []
    for _ in range(4):
        btc.moved(luck, jump=True)
        sides.append(btc.line is not None and btc.price > btc.line)
    assert sides == [True, False, True, False]
    assert quote("SEI", 0.4127, 3.1).price == Decimal("0.4127")


def test_the_assistant_answers_by_what_was_asked() -> None:
    said = story("sessions")["answers"]["assistant"]
    assert [
        fitting(text) for text in ("one more BOAT?", "why does the scanner fail", "counted twice")
    ] == said[:3]
    assert fitting("how do you write") == said[3]
    assert fitting("hm") == ""


def test_an_answer_only_ever_grows_until_it_is_whole() -> None:
    for text in story("sessions")["answers"]["assistant"]:
        parts = pieces(text, random.Random(2))
        assert parts[-1] == text
        assert all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(parts))
        assert len(parts) > 10
    assert pieces("yes", random.Random(2)) == ["yes"]


def test_six_hints_each_once_and_each_after_what_it_is_about() -> None:
    assert len(HINTS) == 6
    did: set[str] = set()
    shown: list[str] = []
    assert due(did, shown) is None
    for moment in ("came", "inbox", "wrote", "portal", "rooms", "sessions"):
        did.add(moment)
        hint = due(did, shown)
        assert hint is not None
        assert hint.after == moment
        shown.append(moment)
        assert due(did, shown) is None


def test_the_keys_that_hints_name_exist() -> None:
    known = {key for keys in KEYS.values() for one in keys for key in (one.keys + " " + one.label).split()}
    named = {key for hint in HINTS for key in re.findall(r"\b(?:(?:ctrl|alt)\+\w+|f\d+|tab)\b", hint.words)}
    assert named
    assert named <= known, named - known
