"""Where to go next among the threads. Pure: the list in its order, the open thread, where one has been."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from supachat.domain.model import Thread, ThreadKey


def neighbour(keys: Sequence[ThreadKey], here: ThreadKey | None, by: int) -> ThreadKey | None:
    """The thread `by` places from `here` in the list; round the ends. None in an empty list."""
    if not keys:
        return None
    if here not in keys:
        return keys[0] if by > 0 else keys[-1]
    return keys[(keys.index(here) + by) % len(keys)]


class Trail:
    """What was open before, and where a walk through the unread threads began."""

    def __init__(self) -> None:
        self._here: ThreadKey | None = None
        self.before: ThreadKey | None = None
        self._origin: ThreadKey | None = None

    def went(self, key: ThreadKey) -> None:
        """This thread is open now."""
        if key != self._here:
            self.before, self._here = self._here, key

    def next_unread(
        self, threads: Sequence[Thread], meant: Callable[[Thread], int] = lambda thread: 0
    ) -> ThreadKey | None:
        """The next thread with unread messages after the open one, else where the walk began, else None.

        Those come first of whose unread messages `meant` counts some that mean the reader, the muted ones
        among them; else muted threads do not count, and archived ones never do.
        """
        here = self._here
        order = [thread.key for thread in threads]
        start = order.index(here) + 1 if here in order else 0
        ahead = [t for t in (*threads[start:], *threads[:start]) if t.unread and t.key != here]
        ahead = [thread for thread in ahead if not thread.archived]
        first = [thread for thread in ahead if meant(thread)]
        if found := first or [thread for thread in ahead if not thread.muted]:
            self._origin = self._origin or here
            return found[0].key
        origin, self._origin = self._origin, None
        return origin if origin != here else None
