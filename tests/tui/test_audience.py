"""Who is said to read a thread in which nothing was said yet."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest

from supachat.client import Client
from supachat.domain.model import Person, PersonKey, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.screens.views import audience

THREAD = ThreadKey("portal", "file-7")


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"ana": "Ana Lopes", "ren": "Renate Blum"}, "Only you and Renate can read it."),
        (
            {"ana": "Ana Lopes", "ren": "Renate Blum", "tom": "Tom"},
            "Only you and Renate and Tom can read it.",
        ),
        ({"ana": "Ana Lopes", THREAD.id: "No clinician yet"}, ""),
        ({"ana": "Ana Lopes"}, ""),
        ({"ana": "Ana Lopes", **{str(n): f"Nr {n}" for n in range(4)}}, ""),
    ],
)
def test_people_with_an_account_are_named(there: dict[str, str], words: str) -> None:
    client = create_autospec(Client, instance=True)
    client.me.return_value = "ana"
    client.members.return_value = [
        Person(PersonKey("portal", id_), Safe(name), Safe(id_)) for id_, name in there.items()
    ]
    assert audience(client, THREAD) == words
