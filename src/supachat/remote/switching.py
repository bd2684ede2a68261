"""The link in the person's hand: offline until it is taken back, and everything anew.

While it is off, nothing goes out and nothing reconnects, whoever asks. Must never raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from supachat.domain.errors import Unreachable
from supachat.domain.health import LinkState
from supachat.remote.http import Gate
from supachat.remote.supervisor import Supervisor


class Switched(Protocol):
    """What has to be let go of, and taken up again."""

    @property
    def signed_in(self) -> bool: ...

    def stop_entering(self) -> None: ...

    def resume(self) -> None:
        """Go on where `stop_entering` left it: the supervisor does not run."""


class Switch:
    """`gate` is shut while the person wants to be offline."""

    def __init__(
        self,
        gate: Gate,
        supervisor: Supervisor,
        switched: Switched,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._gate, self._supervisor, self._switched, self._spawn = gate, supervisor, switched, spawn
        self._one = asyncio.Lock()

    @property
    def off(self) -> bool:
        return self._gate.shut

    def turn(self, *, off: bool) -> None:
        self._gate.shut = off
        self._spawn(self._obey())

    def need_on(self) -> None:
        """Raises `Unreachable` while the person wants to be offline."""
        if self.off:
            raise Unreachable("you are offline by hand", cure="/online comes back", arrived=False)

    def anew(self) -> None:
        if not self.off:
            self._supervisor.reconnect_all()

    async def _obey(self) -> None:
        """Do what was said last; one at a time, since cutting the link takes a moment."""
        async with self._one:
            if self.off:
                self._switched.stop_entering()
                await self._supervisor.stop(LinkState.OFFLINE)
            elif not self._switched.signed_in:
                await self._supervisor.stop(LinkState.SIGNED_OUT)
            elif not self._supervisor.running:
                self._switched.resume()
