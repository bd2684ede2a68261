"""The person's hand on the link: try now, make every topic anew, go offline and come back.

Everything here returns at once; what comes of it is seen on the badge.
"""

from __future__ import annotations

from collections.abc import Callable

from supachat.client import Client
from supachat.domain.health import LinkState
from supachat.domain.text import Safe
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.typing_line import TypingLine


class LinkHand:
    """Keys and commands that act on the link. `redraw` draws everything again."""

    def __init__(self, client: Client, typing: TypingLine, redraw: Callable[[], object]) -> None:
        self._client = client
        self._typing = typing
        self._redraw = redraw

    @property
    def offline(self) -> bool:
        """Whether the person themselves went offline."""
        return self._client.health.link.state is LinkState.OFFLINE

    def again(self) -> None:
        """Draw everything again; reconnect, if not live. Offline by hand stays offline."""
        self._redraw()
        if self.offline:
            self._say_offline()
        elif self._client.health.link.state is not LinkState.CONNECTED:
            self._client.reconnect()
            self._typing.flash(Safe("trying now"))

    def reconnect_all(self) -> None:
        """Leave every topic and join it anew."""
        if self.offline:
            self._say_offline()
        else:
            self._client.reconnect_all()
            self._typing.flash(Safe("making every connection anew"))

    def go_offline(self) -> None:
        """Nothing reconnects until the person says so; what is sent waits."""
        self._client.go_offline()
        self._typing.flash(Safe("offline, what you send waits; /online comes back"))

    def go_online(self) -> None:
        if self.offline:
            self._client.go_online()
            self._typing.flash(Safe("coming back"))
        else:
            self._client.reconnect()
            self._typing.flash(Safe("you were not offline by hand; trying now"))

    def toggle_offline(self) -> None:
        """The key: the one of the two that makes sense."""
        if self.offline:
            self.go_online()
        else:
            self.go_offline()

    def _say_offline(self) -> None:
        key = keys_of(self._typing)["toggle_offline"].first
        self._typing.flash(Safe(f"you are offline by hand; /online or {key}"))
