"""The SQL that the check prints: it runs whatever the tables are called."""

from __future__ import annotations

import pytest

from supachat.dialects import uses
from supachat.doctor import columns


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("public", "messages"), "public.messages"),
        (("public", "Message"), 'public."Message"'),
        (("order",), '"order"'),
        (("updatedAt",), '"updatedAt"'),
        (("chat_2", "_x"), "chat_2._x"),
    ],
)
def test_a_name_that_sql_would_take_for_another_stands_in_quotes(parts: tuple[str, ...], said: str) -> None:
    assert columns.named(*parts) == said


def test_a_cure_names_the_table_that_is_there() -> None:
    assert columns.publish("public", "Message").endswith('add table public."Message";')
    assert "'public.\"Message\"'::regclass" in columns.look_identity("public", "Message")
    added = columns.add_column("public", "Message", "order", uses.TIME)
    assert added.startswith('alter table public."Message" add column "order" timestamptz')
