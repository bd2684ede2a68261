"""The post office of a server that has no postman: letters become files, and one line each for a watcher.

Counts how often one address is written to. Must never write outside the outbox, never for anybody but
its owner to read, and never tell who has an account by what it counts.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from supachat.server.auth.errors import AuthError
from supachat.server.auth.letters import Letter, file_name
from supachat.server.auth.throttle import Throttle
from supachat.server.context import Context


class Post:
    """Writes the letters of one project."""

    def __init__(self, context: Context, clock: Callable[[], float] = time.monotonic) -> None:
        limits = context.limits
        self._outbox = context.outbox
        self._mailed = context.mailed
        self._life = limits.code_life
        self._clock = clock
        self._pauses = Throttle(1, limits.mail_pause) if limits.mail_pause > 0 else None
        self._hours = Throttle(limits.mails_per_hour, 3600.0)

    @contextmanager
    def turn(self, about: str, whom: str) -> Iterator[None]:
        """A letter may be written inside. Raises AuthError 429 for the second one in too short a time.

        Asked for every address, whether or not anybody has it. A turn whose body raises is given back.
        """
        key, now = f"{about} {whom}", self._clock()
        if self._pauses is not None and not self._pauses.admits(key, now):
            left = max(1, math.ceil(self._pauses.wait(key, now)))
            raise _too_often(f"For security purposes, you can only request this after {left} seconds.")
        try:
            if not self._hours.admits(whom, now):
                raise _too_often("email rate limit exceeded")
            yield
        except BaseException:
            if self._pauses is not None:
                self._pauses.give_back(key, now)
            raise

    async def send(self, letter: Letter) -> None:
        """Keeps `letter` as a file and tells the watcher. Raises AuthError where that cannot be done."""
        if self._outbox is None:
            raise _unsent()
        try:
            await asyncio.to_thread(self._keep, self._outbox, letter)
        except OSError as error:
            raise _unsent() from error
        if self._mailed is not None:
            await asyncio.to_thread(self._mailed, letter.line())

    def _keep(self, outbox: Path, letter: Letter) -> None:
        sent = datetime.now(UTC)
        outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = outbox / file_name(letter.to, sent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(letter.text(sent, self._life))


def _too_often(message: str) -> AuthError:
    return AuthError(429, "over_email_send_rate_limit", message)


def _unsent() -> AuthError:
    return AuthError(500, "unexpected_failure", "Error sending email: the outbox cannot be written to")
