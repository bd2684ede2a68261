"""Which requests are under way, so that the same one never is twice at once."""

from __future__ import annotations

from collections.abc import Iterable

from supachat.domain.events import Request, TellTyping, Watch

_IDLE = Watch | TellTyping
"""Said, not asked: nothing comes back, so nothing is under way."""


class Asking:
    def __init__(self) -> None:
        self._flying: set[Request] = set()
        self._again: set[Request] = set()

    def __contains__(self, request: Request) -> bool:
        return request in self._flying

    def once_more(self, request: Request) -> None:
        """If it is under way its answer may be too old: ask again when that has come."""
        if request in self._flying:
            self._again.add(request)

    def landed(self, request: Request) -> bool:
        """Answered, or failed. True if it is to be asked once more."""
        self._flying.discard(request)
        again = request in self._again
        self._again.discard(request)
        return again

    def admit(self, wanted: Iterable[Request]) -> tuple[Request, ...]:
        """Those of `wanted` that may go out now."""
        admitted = []
        for request in dict.fromkeys(wanted):
            if request not in self._flying:
                admitted.append(request)
                if not isinstance(request, _IDLE):
                    self._flying.add(request)
        return tuple(admitted)
