"""What a check finds, and running many of them. Pure but for the loop it runs on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from supachat.domain.errors import SupachatError
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe, safe_line

AGAIN = "Try again in a minute; if it goes on, show these words to whoever keeps the project"
"""What to do about trouble that says nothing of it: a server's own."""


class Grade(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, or nobody can see from here whether it is."""
    FAILED = "failed"
    SKIPPED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `cure` may have several lines: a setting, a command, SQL to run."""

    check: str
    grade: Grade
    words: Safe
    cure: Safe = NOTHING


class _Told(Exception):
    """In words, and what to do about it."""

    def __init__(self, words: str, cure: str = "") -> None:
        super().__init__(words)
        self.words, self.cure = words, cure


class Trouble(_Told):
    """A check failed."""


class Note(_Told):
    """Worth a line, and no failure."""


class Unseen(Exception):
    """It could not be checked; why."""


@dataclass(frozen=True, slots=True)
class Check:
    """`run` answers what is well, in words, or raises `Trouble`, `Note`, `Unseen` or `SupachatError`.

    `needs` are the names of checks that have to be well first, and stand earlier in the list.
    """

    name: str
    run: Callable[[], Awaitable[str]]
    needs: tuple[str, ...] = ()
    seconds: float = 10.0


async def carry_out(checks: Sequence[Check], known: Sequence[Finding] = ()) -> AsyncIterator[Finding]:
    """The findings in the order of the checks, each as soon as those before it are there. `known` are
    earlier ones, which a check may need."""
    tasks: dict[str, asyncio.Task[Finding]] = {}
    before = {found.check: found for found in known}
    for check in checks:
        needs = [before.get(name) or tasks[name] for name in check.needs]
        tasks[check.name] = asyncio.create_task(_find(check, needs))
    try:
        for task in tasks.values():
            yield await task
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _find(check: Check, needs: Sequence[asyncio.Task[Finding] | Finding]) -> Finding:
    for need in needs:
        found = need if isinstance(need, Finding) else await need
        if found.grade is Grade.SKIPPED:  # for the same reason, which stands farther up
            return Finding(check.name, Grade.SKIPPED, found.words)
        if found.grade is Grade.FAILED:
            words = safe_line(f"not checked, because {found.check} failed")
            return Finding(check.name, Grade.SKIPPED, words)
    try:
        async with asyncio.timeout(check.seconds):
            return Finding(check.name, Grade.OK, safe_line(await check.run()))
    except TimeoutError:
        return _failed(check, f"no answer within {check.seconds:g} s", "Try again; is the network slow?")
    except Trouble as trouble:
        return _failed(check, trouble.words, trouble.cure)
    except Note as note:
        return Finding(check.name, Grade.NOTE, safe_line(note.words, limit=400), safe(note.cure))
    except Unseen as unseen:
        words = safe_line(f"not checked, because {unseen}")
        return Finding(check.name, Grade.SKIPPED, words)
    except SupachatError as error:
        return _failed(check, error.message, error.cure or AGAIN)
    except Exception as error:  # noqa: BLE001 - one broken check must not cost the others
        return _failed(check, f"the check itself broke ({type(error).__name__})", "Please report it")


def _failed(check: Check, words: str, cure: str) -> Finding:
    return Finding(check.name, Grade.FAILED, safe_line(words, limit=400), safe(cure))
