"""What the doctor may send to try whether sending works: nothing that leaves a row."""

from __future__ import annotations

import pytest

from supachat.assemble.examine import Dialect
from supachat.dialects import catalog
from supachat.dialects.calls import Insert, Rpc
from supachat.doctor.findings import Unseen
from supachat.doctor.project import harmless
from supachat.domain.model import Cursor, Micros, Thread, ThreadKey
from supachat.domain.text import Safe


@pytest.fixture
def direct() -> Dialect:
    return catalog.load("direct")


def thread(last: bool) -> Thread:
    at = Cursor(Micros(1), "00000000-0000-4000-8000-000000000001")
    return Thread(ThreadKey("direct", "a__b"), Safe("b"), last=at if last else None)


def test_an_insert_loses_its_key(direct: Dialect) -> None:
    call = harmless(Insert("t", {direct.map.messages.key: "1", "body": "x"}), direct, thread(True))
    assert isinstance(call, Insert)
    assert call.row[direct.map.messages.key] is None


def test_our_own_function_is_given_an_id_that_is_taken(direct: Dialect) -> None:
    call = Rpc("f")
    assert harmless(call, direct, thread(True)) is call
    with pytest.raises(Unseen, match="no message yet"):
        harmless(call, direct, thread(False))


def test_a_function_that_nobody_knows_is_not_called(direct: Dialect) -> None:
    foreign = Dialect(direct.map.model_copy(update={"name": "foreign"}))
    with pytest.raises(Unseen, match="only sending would show it"):
        harmless(Rpc("f"), foreign, thread(True))
