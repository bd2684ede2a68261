"""What the link says of itself: one `Link`, told whenever it changes; each new state is a line in the log.

Must never write what a frame or a token said: a link's own words only.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

from supachat.domain.health import Link
from supachat.remote.joining import Ears, Topics
from supachat.remote.topichealth import topic_health

_log = logging.getLogger(__name__)


class Teller:
    """`seconds`: what comes by the hundred is told at most once in this."""

    def __init__(self, topics: Topics, ears: Ears, seconds: float) -> None:
        self._topics, self._ears, self._seconds = topics, ears, seconds
        self._later: asyncio.TimerHandle | None = None
        self.link = Link()

    def say(self, **said: Any) -> None:
        """The link with what is said of it; the topics are counted and told each time."""
        self.hush()
        topics, state = self._topics, said.get("state", self.link.state)
        link = replace(
            self.link,
            joined=topics.joined(),
            wanted=len(topics.wanted),
            parked=topics.parked(),
            topics=tuple(
                topic_health(topic.name, topics.fate(topic.name), state, topics.heard.get(topic.name))
                for topic in topics.wanted
            ),
            **said,
        )
        before, self.link = self.link, link
        if link.state is not before.state:
            words = f" ({link.reason})" if link.reason else ""
            _log.info("the link is %s, after %s%s", link.state.value, before.state.value, words)
        if link != before:
            self._ears.link_moved(link)

    def down(self, **said: Any) -> None:
        """There is no connection: nothing of it is known."""
        self.say(round_trip=None, mute=False, **said)

    def count(self) -> None:
        """A topic's fate may have changed."""
        self.say()

    def soon(self) -> None:
        """Frames come by the hundred; that they came is told once for them all."""
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(self._seconds, self.count)

    def hush(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
