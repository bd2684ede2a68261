"""The feeds of a workspace: what screens read of them, and how a row is taken.

Must never make a caller wait: what is not known yet comes with a `FeedChanged`.
"""

from __future__ import annotations

from supachat.client.runner import Runner
from supachat.domain.feeds import FeedAct, FeedInfo, FeedRow
from supachat.domain.requests import FetchFeed


class FeedsFace:
    def __init__(self, run: Runner) -> None:
        self._run = run

    def all(self) -> tuple[FeedInfo, ...]:
        """Every feed of every source."""
        return self._run.parts.beside.feeds.infos()

    def rows(self, source: str, feed: str) -> tuple[FeedRow, ...]:
        """Newest first; alerts that nobody has taken before all others."""
        return self._run.parts.beside.feeds.rows(source, feed)

    def take(self, row: FeedRow, act: FeedAct = FeedAct.TAKE) -> None:
        """Take ("acknowledge") or close it: shown at once, undone with a Notice if it is refused."""
        me = self._run.parts.me(row.source)
        self._run.act(lambda out: self._run.parts.beside.take(row, me, act, out))

    def refresh(self, source: str, feed: str) -> None:
        """Read it again."""
        if self._run.engine.online:
            self._run.act(lambda out: self._run.parts.ask(FetchFeed(source, feed), out, again=True))
