"""Passwords are judged beside the event loop, and as slowly for nobody as for somebody."""

from __future__ import annotations

import threading
from collections.abc import Callable

import bcrypt
import pytest

from supachat.server.auth import passwords


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was asked of bcrypt, and the thread that it was asked in."""
    made: list[tuple[str, int]] = []

    def noted(name: str, function: Callable[[bytes, bytes], object]) -> Callable[[bytes, bytes], object]:
        def call(password: bytes, other: bytes) -> object:
            made.append((name, threading.get_ident()))
            return function(password, other)

        return call

    for name in ("hashpw", "checkpw"):
        monkeypatch.setattr(bcrypt, name, noted(name, getattr(bcrypt, name)))
    return made


async def test_neither_a_hash_nor_a_check_holds_up_the_loop(calls: list[tuple[str, int]]) -> None:
    stored = await passwords.hashed("correct-horse-9")
    assert stored.startswith("$2b$10$")
    assert await passwords.matches("correct-horse-9", stored)
    assert not await passwords.matches("wrong", stored)
    assert [name for name, _ in calls] == ["hashpw", "checkpw", "checkpw"]
    assert threading.get_ident() not in {thread for _, thread in calls}


@pytest.mark.parametrize("stored", [None, ""])
async def test_who_does_not_exist_costs_a_check_too(
    calls: list[tuple[str, int]], stored: str | None
) -> None:
    assert not await passwords.matches("anything", stored)
    assert [name for name, _ in calls if name == "checkpw"] == ["checkpw"]


async def test_a_hash_that_bcrypt_cannot_read_matches_nothing() -> None:
    assert not await passwords.matches("anything", "$2b$10$short")
