"""The past that the demo tells, of each dialect: ordered, whole, and the same every time."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from supachat.demo.cast import ANA, EVERYBODY, MIRA, thread_id
from supachat.demo.history import DAY, LONG, past
from supachat.demo.seed import accounts, written
from supachat.demo.story import iso, key, story, told
from supachat.dialects import catalog
from supachat.dialects import demo as scripts

NOW = 1_763_000_000_000_000


def test_the_past_is_ordered_without_doubles_and_within_ninety_days() -> None:
    story = past(NOW)
    assert len({line.id for line in story.lines}) == len(story.lines)
    by_thread = defaultdict(list)
    for line in story.lines:
        by_thread[line.thread].append(line.at)
    for times in by_thread.values():
        assert all(one < other for one, other in pairwise(times))
        assert NOW - 90 * DAY <= times[0] < times[-1] < NOW


def test_ana_has_six_threads_and_one_of_them_is_long() -> None:
    story = past(NOW)
    hers = [pair for pair in story.threads if ANA in pair]
    assert len(hers) == 6
    long = [line for line in story.lines if line.thread == thread_id(ANA, MIRA)]
    assert len(long) == LONG
    ours = [line.at for line in story.lines if ANA in (line.author, line.to)]
    assert long[-1].at == max(ours), "the first thing to be seen"


def test_the_others_bring_code_links_cjk_emoji_and_right_to_left() -> None:
    said = "".join(line.body for line in past(NOW).lines)
    for part in ("```sql", "```python", "```diff", "https://", "時刻", "👩🏽‍🤝‍👨🏿", "בשמחה", "الصعود"):
        assert part in said
    assert not any("{" in line.body and "}" in line.body for line in past(NOW).lines), (
        "a gap was not filled"
    )


def test_the_same_past_is_told_every_time() -> None:
    assert past(NOW) == past(NOW)


def test_what_is_written_names_people_by_their_accounts() -> None:
    rows = written(past(NOW))
    assert {row["handle"] for row in rows["people"]} == {one.handle for one in EVERYBODY}
    made = accounts({one.handle: "x" for one in EVERYBODY})["people"]
    assert [row["id"] for row in made] == [row["id"] for row in rows["people"]]
    assert all(row["password"].startswith("$2b$04$") for row in made)
    behind = [row for row in rows["reads"] if row["reader"] == "ana" and row["thread"] == "ana__idris"]
    newest = [row for row in rows["messages"] if row["thread"] == "ana__idris"]
    assert behind[0]["message"] == newest[-4]["id"], "three of Idris's are unread"


OTHERS = ("rooms", "inbox", "sessions", "portal")


@pytest.mark.parametrize("source", OTHERS)
def test_a_story_is_ordered_without_doubles_and_within_ninety_days(source: str) -> None:
    tale = told(source, NOW)
    assert len(tale["threads"]) >= 3
    assert len({line["id"] for line in tale["messages"]}) == len(tale["messages"])
    for thread in tale["threads"]:
        times = [line["at"] for line in tale["messages"] if line["thread"] == thread["id"]]
        assert times == sorted(set(times))
        assert iso(NOW - 90 * DAY) <= times[0] <= times[-1] < iso(NOW)
    assert tale == told(source, NOW)


@pytest.mark.parametrize("source", OTHERS)
def test_everybody_in_a_story_is_somebody(source: str) -> None:
    handles = {one.handle for one in EVERYBODY}
    tale = told(source, NOW)
    assert {t[field] for t in tale["threads"] for field in ("owner", "assignee") if field in t} <= handles
    parts = {"customer", "bot", "system", "assistant", "client"}
    assert {line["author"] for line in tale["messages"]} <= handles | parts
    ids = {thread["id"] for thread in tale["threads"]}
    assert {row["thread"] for row in tale["rows"] if "thread" in row} <= ids
    assert {key(source, one["thread"]) for one in _named(source) if "thread" in one} <= ids


def _named(source: str) -> list[dict[str, str]]:
    tale = story(source)
    return [
        *tale.get("arrivals", ()),
        *tale.get("chatter", ()),
        *([tale["alert"]] if "alert" in tale else ()),
        *({"thread": name} for name, *_ in tale.get("events", {}).get("said", ())),
    ]


def test_every_dialect_has_a_past_and_no_place_is_left_open_in_its_sql() -> None:
    for name in catalog.names():
        text = scripts.past(name)
        assert text is not None
        for statement in (text, *scripts.acts(name).values()):
            assert "@schema@" not in statement
            assert not re.search(r"%(?!\(\w+\)s|%)", statement)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-9))])
@pytest.mark.parametrize("day", range(7))
def test_the_appointment_is_on_the_day_that_the_letters_name(day: int, zone: timezone) -> None:
    now = datetime(2026, 11, 16 + day, 23, 40, tzinfo=zone)
    tale = told("portal", round(now.timestamp() * 1_000_000), zone)
    (test,) = (row for row in tale["rows"] if row["title"] == "Hearing test, Rui Cardoso")
    starts = datetime.fromisoformat(test["starts_at"]).astimezone(zone)
    assert starts > now
    said = " ".join(
        f"{one.get('title', '')} {one.get('body', '')}" for one in tale["messages"] + tale["rows"]
    )
    assert f"{starts:%A at %H:%M}." in said
    assert said.count(f"{starts:%A, %H:%M}") == 2
    others = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"} - {
        f"{starts:%A}",
        f"{starts - timedelta(days=1):%A}",
    }
    assert not [one for one in others if one in said]
    assert "{" not in said


def test_times_are_told_to_the_microsecond() -> None:
    assert iso(1_763_000_000_000_001) == "2025-11-13T02:13:20.000001+00:00"
