"""A device's cache: the real one's tables, in memory, and what befalls them between two starts."""

from __future__ import annotations

import sqlite3

from supachat.cache import ageing
from supachat.cache.rows import Rows
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Draft

_ME = "this process"


class Disk:
    def __init__(self) -> None:
        self._open()
        self.drafts: dict[str, Draft] = {}
        """Those that are in it."""

    def _open(self) -> None:
        self._db = sqlite3.connect(":memory:")
        self._rows = Rows(self._db)

    def load(self) -> kp.Memory:
        """What a new process finds."""
        memory = self._rows.load(_ME, lambda owner: True)
        self._rows.spans_hold = True  # as `Cache.load` does
        return memory

    def commit(self, writes: tuple[kp.Write, ...]) -> None:
        self._rows.commit(writes, _ME, durable=False)
        for write in writes:
            if isinstance(write, kp.KeepDraft):
                self.drafts[write.draft.id] = write.draft
            elif isinstance(write, kp.DropDraft):
                self.drafts.pop(write.id, None)

    def recall(self, request: ev.Recall) -> ev.Recalled:
        return self._rows.recall(request)

    def age(self, floor: int) -> None:
        """Another process of this account drops what is older than `floor`."""
        self._db.execute("begin")
        ageing.drop_old(self._db, floor)
        self._db.execute("commit")

    def lose(self) -> None:
        """The file was deleted under us: what no server knows is in the new one, nothing else."""
        old = self._rows
        self._open()
        self._rows.take_over(old, _ME, _ME, lambda owner: True)
        old.close()

    def close(self) -> None:
        self._rows.close()
