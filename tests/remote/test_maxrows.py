"""Whether an answer is all there is, on a server that may cut it short."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.remote.test_side import known
from tests.remote.world import MESSAGE, THREAD

from supachat.dialects import moments
from supachat.dialects.calls import Call, Row, Rpc, Select
from supachat.domain import events as ev
from supachat.domain.model import Cursor
from supachat.remote.maxrows import Listed, MaxRows, read_on
from supachat.remote.performing import Performer
from supachat.sync.spans import START


@pytest.mark.parametrize(
    ("given", "count", "whole"),
    [
        ([], 50, False),  # as many as asked: there may be more
        ([], 0, True),  # no server cuts down to nothing
        ([], 7, False),
        ([30], 7, True),  # it gives thirty: seven are all there are
        ([30], 30, False),  # it may cut at thirty
        ([30], 31, False),
        ([9, 7], 8, True),
        ([100], 49, True),
        ([100], 50, False),
    ],
)
def test_what_the_number_of_rows_tells(given: Sequence[int], count: int, whole: bool) -> None:
    rows = MaxRows()
    for one in given:
        rows.gave(one)
    assert rows.whole(count, 50) is whole


def test_a_server_that_gives_less_than_before_is_no_longer_believed() -> None:
    rows = MaxRows()
    rows.gave(100)
    rows.cut(30)
    assert not rows.whole(30, 50)
    assert rows.whole(29, 50)


def as_rows(letters: str) -> tuple[Row, ...]:
    return tuple({"name": letter} for letter in letters)


@pytest.mark.parametrize(
    ("so_far", "part", "whole", "rows", "ended", "moved"),
    [
        ("", "", False, "", True, False),  # nobody has a thread
        ("", "abc", True, "abc", True, False),
        ("", "abc", False, "abc", False, False),  # it may be cut there
        ("abc", "", False, "abc", True, False),
        ("abc", "de", False, "abcde", True, False),
        ("abc", "def", True, "abcdef", False, False),  # whatever else is known, three is what it gives
        ("abc", "cd", False, "abccd", True, True),  # one came to the top, and pushed c down
        ("abc", "cde", False, "abccde", False, True),
        ("abc", "xbc", False, "abcxbc", True, False),  # nothing new at its end
        ("abc", "abc", False, "abc", True, False),  # a function that gives all each time
    ],
)
def test_how_a_list_is_put_together(
    so_far: str, part: str, whole: bool, rows: str, ended: bool, moved: bool
) -> None:
    listed = read_on(Listed(as_rows(so_far), len(so_far)), as_rows(part), whole=whole)
    assert (listed.rows, listed.ended, listed.moved) == (as_rows(rows), ended, moved)


class Lists:
    """A list of `held` threads behind a server that gives `most` rows at a time."""

    def __init__(self, held: int, most: int) -> None:
        self.held = [{"conversation_id": str(n), "n": n} for n in range(held)]
        self.most, self.offsets = most, list[int]()

    async def carry_out(self, call: Call) -> list[Row]:
        assert isinstance(call, Rpc | Select)
        self.offsets.append(call.offset)
        return list(self.held[call.offset : call.offset + self.most])


@pytest.mark.parametrize(
    ("held", "most", "offsets"),
    [
        (0, 1000, [0]),
        (12, 1000, [0, 12]),
        (19, 20, [0, 19]),
        (150, 1000, [0, 150]),
        (2500, 1000, [0, 1000, 2000]),
        (2000, 1000, [0, 1000, 2000]),
        (60, 20, [0, 20, 40, 60]),  # what a cut list lacks would be taken for gone
    ],
)
@pytest.mark.parametrize("call", [Rpc("threads"), Select("threads")])
async def test_a_list_is_read_to_its_end(
    call: Rpc | Select, held: int, most: int, offsets: list[int]
) -> None:
    lists = Lists(held, most)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    answer = await performer.whole_list(call)
    assert lists.offsets == offsets
    assert len(answer) == held


async def test_a_list_that_has_become_shorter_is_not_believed_at_once() -> None:
    """The limit may have been lowered: what a cut list lacks would be taken for gone."""
    lists = Lists(60, 1000)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    performer._max_rows.gave(100)
    assert len(await performer.whole_list(Rpc("threads"))) == 60
    lists.most = 20
    assert len(await performer.whole_list(Rpc("threads"), before=60)) == 60
    assert lists.offsets == [0, 0, 20, 40, 60]


async def test_of_a_server_that_gives_longer_answers_a_list_is_asked_for_once() -> None:
    lists = Lists(150, 1000)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    await performer.whole_list(Select("threads"))
    lists.offsets.clear()
    lists.held = lists.held[:149]
    assert len(await performer.whole_list(Rpc("threads"))) == 149
    assert lists.offsets == [0]


@pytest.mark.parametrize(("held", "moves"), [(2500, 2400), (2500, 999), (1001, 1000), (1500, 3)])
async def test_a_list_that_moves_while_it_is_read_loses_nobody(held: int, moves: int) -> None:
    """What is missing in a list is taken for gone, and every new message moves a thread to the top."""

    class Moving(Lists):
        async def carry_out(self, call: Call) -> list[Row]:
            answer = await super().carry_out(call)
            if len(self.offsets) == 1:
                self.held.insert(0, self.held.pop(moves))
            return answer

    lists = Moving(held, 1000)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    answer = await performer.whole_list(Rpc("threads"))
    assert {row["n"] for row in answer} == set(range(held))


async def test_a_function_that_gives_its_whole_list_each_time_is_not_asked_for_ever() -> None:
    class Deaf(Lists):
        async def carry_out(self, call: Call) -> list[Row]:
            await super().carry_out(call)
            return list(self.held)

    lists = Deaf(150, 1000)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    answer = await performer.whole_list(Rpc("threads"))
    assert [row["n"] for row in answer] == list(range(150))
    assert lists.offsets == [0, 150]


class Cut:
    """A thread of `held` messages, oldest first, behind a server that gives `most` rows at a time."""

    def __init__(self, held: list[Row], most: int) -> None:
        self.held, self.most, self.asked = held, most, 0

    async def carry_out(self, call: Call) -> list[Row]:
        assert isinstance(call, Select)
        assert call.limit is not None
        self.asked += 1
        key = call.any_of[:-1].rpartition(".")[2].strip('"')  # it ends with the key to go on from
        older = call.order[0][1]
        rows = [r for r in self.held if not key or (r["id"] < key if older else r["id"] > key)]
        return rows[:: -1 if older else 1][: min(call.limit, self.most)]


def some(count: int) -> list[Row]:
    return [{**MESSAGE, "id": f"m{n:03}"} for n in range(count)]


async def test_a_page_is_shown_before_it_is_known_whether_the_server_cut_it() -> None:
    """Whoever opens a short thread waits for one answer, and the next page says where it begins."""
    server = Cut(some(7), 1000)
    performer = Performer(known(), server)  # type: ignore[arg-type]  # it asks for carry_out only
    [page] = await performer.fetch_page(ev.FetchPage(THREAD))
    assert isinstance(page, ev.PageFetched)
    assert (len(page.messages), page.whole, server.asked) == (7, False, 1)
    [beyond] = await performer.fetch_page(ev.FetchPage(THREAD, before=page.messages[0].cursor))
    assert isinstance(beyond, ev.PageFetched)
    assert (beyond.messages, beyond.whole) == ((), True)
    server.held = some(6)
    [shorter] = await performer.fetch_page(ev.FetchPage(THREAD))
    assert isinstance(shorter, ev.PageFetched)
    assert shorter.whole, "it gave seven rows before"


async def test_a_limit_that_was_lowered_calls_no_message_deleted() -> None:
    server = Cut(some(80), 1000)
    performer = Performer(known(), server)  # type: ignore[arg-type]  # it asks for carry_out only
    [page] = await performer.fetch_page(ev.FetchPage(THREAD))
    assert isinstance(page, ev.PageFetched)
    server.most = 20
    upto = page.messages[-1].cursor
    [window] = await performer.reread(ev.Reread(THREAD, START, upto, limit=100))
    assert isinstance(window, ev.WindowReread)
    assert len(window.messages) == 80
    [older] = await performer.fetch_page(ev.FetchPage(THREAD, before=page.messages[0].cursor))
    assert isinstance(older, ev.PageFetched)
    assert (len(older.messages), older.whole) == (20, False)


async def test_of_numbers_in_a_column_of_text_a_window_brings_all_that_are_of_one_time() -> None:
    """They stand there as 1, 10, 100, 11: the last one of the window comes before many others."""
    held: list[Row] = [{**MESSAGE, "id": one} for one in sorted(str(n) for n in range(1, 131))]

    class Texts:
        async def carry_out(self, call: Call) -> list[Row]:
            assert isinstance(call, Select)
            assert call.limit is not None
            above = call.any_of.rpartition(".gt.")[2].strip('")') if call.any_of else ""
            return [row for row in held if row["id"] > above][: call.limit]

    performer = Performer(known(), Texts())  # type: ignore[arg-type]  # it asks for carry_out only
    whole = Cursor(moments.parse(MESSAGE["created_at"]), "46")
    [event] = await performer.reread(ev.Reread(THREAD, START, whole, limit=100))
    assert isinstance(event, ev.WindowReread)
    assert {message.id for message in event.messages} == {str(n) for n in range(1, 47)}
