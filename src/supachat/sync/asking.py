"""Which requests are under way, so that the same one never is twice at once, and since when.

"When" is counted in turns, not in seconds: what was heard in a later turn than a read was asked for
may be newer than what it answers.
"""

from __future__ import annotations

from collections.abc import Iterable

from supachat.domain.requests import Request, TellPresence, TellTyping, Watch

_IDLE = Watch | TellTyping | TellPresence
"""Said, not asked: nothing comes back, so nothing is under way."""


class Asking:
    def __init__(self) -> None:
        self.turn = 1
        self._flying: dict[Request, int] = {}
        self._again: set[Request] = set()

    def __contains__(self, request: Request) -> bool:
        return request in self._flying

    def __len__(self) -> int:
        return len(self._flying)

    def since(self, request: Request) -> int:
        """The turn in which it was asked; one that nobody asked is as old as can be."""
        return self._flying.get(request, 0)

    def once_more(self, request: Request) -> None:
        """If it is under way its answer may be too old: ask again when that has come."""
        if request in self._flying:
            self._again.add(request)

    def landed(self, request: Request) -> bool:
        """Answered, or failed. True if it is to be asked once more."""
        self._flying.pop(request, None)
        again = request in self._again
        self._again.discard(request)
        return again

    def admit(self, wanted: Iterable[Request]) -> tuple[Request, ...]:
        """Those of `wanted` that may go out now. With them a turn ends."""
        self.turn += 1
        admitted = []
        for request in dict.fromkeys(wanted):
            if request not in self._flying:
                admitted.append(request)
                if not isinstance(request, _IDLE):
                    self._flying[request] = self.turn
        return tuple(admitted)
