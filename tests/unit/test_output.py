"""What `--json` says of a message beside what all have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supachat.cli.output import as_json, show_message
from supachat.domain.model import Extra, Message, MessageKind, Micros, ThreadKey
from supachat.domain.text import safe, safe_line

COMMON = {"id", "thread", "author", "author_name", "body", "created_at", "state"}


@pytest.mark.parametrize(
    ("extra", "more"),
    [
        (None, {}),
        (Extra(), {}),
        (Extra(MessageKind.NOTICE), {"kind": "notice"}),
        (Extra(MessageKind.VOICE), {"kind": "voice"}),
        (Extra(hearsay=True), {"unverified": True}),
        (Extra(subject=safe_line("Rent")), {"subject": "Rent"}),
    ],
)
def test_only_what_a_message_has_is_said(extra: Extra | None, more: dict[str, Any]) -> None:
    message = Message(ThreadKey("rooms", "7"), "m", "ben", Micros(0), "hi", safe("hi"), extra=extra)
    said = json.loads(as_json(message, "Ben"))
    assert {name: value for name, value in said.items() if name not in COMMON} == more
    assert said.keys() >= COMMON


def test_a_name_that_runs_the_other_way_reorders_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    message = Message(ThreadKey("rooms", "7"), "m", "ben", Micros(0), "hi", safe("hi\n 1970-01-01  Ana  x"))
    show_message(message, "\u05e9\u05dc\u05d5\u05dd")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("  \u2068\u05e9\u05dc\u05d5\u05dd\u2069  hi")
    assert second.startswith("     "), "and no further line poses as a message"
