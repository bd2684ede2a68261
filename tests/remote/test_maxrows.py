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
from supachat.remote.maxrows import MaxRows
from supachat.remote.performing import LONG, Performer
from supachat.sync.spans import START


@pytest.mark.parametrize(
    ("learnt", "count", "whole"),
    [
        ([], 50, False),  # as many as asked: there may be more
        ([], 0, True),  # no server cuts down to nothing
        ([], 7, None),
        ([(30, True)], 7, True),  # it gives thirty: seven are all there are
        ([(30, True)], 30, None),  # it may cut at thirty
        ([(30, True)], 31, None),
        ([(7, False)], 7, False),
        ([(7, False)], 6, True),
        ([(7, False)], 9, None),  # it gives more by now
        ([(7, False), (9, True)], 7, True),
    ],
)
def test_what_the_number_of_rows_tells(
    learnt: Sequence[tuple[int, bool]], count: int, whole: bool | None
) -> None:
    rows = MaxRows()
    for given, all_of_them in learnt:
        rows.learn(given, whole=all_of_them)
    assert rows.whole(count, 50) is whole


def test_an_answer_as_long_as_was_asked_shows_how_much_a_server_gives() -> None:
    rows = MaxRows()
    assert rows.whole(50, 50) is False
    assert rows.whole(49, 100) is True


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
        (12, 1000, [0]),  # nobody waits for a second question about a short list
        (150, 1000, [0, 150]),
        (2500, 1000, [0, 1000, 2000]),
        (2000, 1000, [0, 1000, 2000]),
        (LONG - 1, 20, [0]),  # where it is not known yet that it cuts there
    ],
)
@pytest.mark.parametrize("call", [Rpc("threads"), Select("threads")])
async def test_a_long_list_is_read_to_its_end(
    call: Rpc | Select, held: int, most: int, offsets: list[int]
) -> None:
    lists = Lists(held, most)
    performer = Performer(known(), lists)  # type: ignore[arg-type]  # it asks for carry_out only
    answer = await performer.whole_list(call)
    assert lists.offsets == offsets
    assert len(answer) == min(held, most if offsets == [0] else held)


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
    assert {row["n"] for row in answer} == set(range(150))
    assert len(lists.offsets) <= 3


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
