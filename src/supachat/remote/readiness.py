"""Joined is not ready: which words of the server a joined topic still waits for before its rows flow.

Broadcasts from the database are waited for a little, since an older server says nothing of them. Changes
of tables are waited for without end: where the server does not say that it is subscribed, none come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

from supachat.dialects.calls import Topic


class Flow(StrEnum):
    BROADCASTS = "broadcasts"
    CHANGES = "changes"


class Readiness:
    """`ready` is called each time a topic's rows flow: once for a join, and again when the server has
    subscribed anew, since what happened in between was not told."""

    def __init__(self, patience: float, ready: Callable[[str], None]) -> None:
        self._patience, self._ready = patience, ready
        self._lacking: dict[str, set[Flow]] = {}
        self._early: dict[str, set[Flow]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._told: set[str] = set()

    def joined(self, topic: Topic) -> None:
        """What the topic waits for begins to count."""
        wanted = {Flow.BROADCASTS} if topic.replication_ready else set()
        wanted |= {Flow.CHANGES} if topic.bindings else set()
        wanted -= self._early.pop(topic.name, set())  # a word may overtake the join's own answer
        self._lacking[topic.name] = wanted
        if Flow.BROADCASTS in wanted:
            loop = asyncio.get_running_loop()
            self._timers[topic.name] = loop.call_later(self._patience, self._excused, topic.name)
        self._look(topic.name)

    def said(self, name: str, flow: Flow) -> None:
        """The server's word."""
        if name not in self._lacking:
            self._early.setdefault(name, set()).add(flow)
            return
        if flow is Flow.CHANGES:
            self._told.discard(name)
        self._lacking[name].discard(flow)
        self._look(name)

    def _excused(self, name: str) -> None:
        self._lacking[name].discard(Flow.BROADCASTS)
        self._look(name)

    def _look(self, name: str) -> None:
        if self._lacking[name] or name in self._told:
            return
        self._told.add(name)
        self._stop_timer(name)
        self._ready(name)

    def lost(self, name: str) -> bool:
        """The changes of a joined topic flow no longer. True where they did."""
        if name not in self._lacking:
            return False
        self._lacking[name].add(Flow.CHANGES)
        did = name in self._told
        self._told.discard(name)
        return did

    def forget(self, name: str) -> None:
        """The topic is joined no longer."""
        self._lacking.pop(name, None)
        self._early.pop(name, None)
        self._told.discard(name)
        self._stop_timer(name)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def stop(self) -> None:
        for name in list(self._timers):
            self._stop_timer(name)
