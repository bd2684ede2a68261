"""The person's hand on the link: try now, make every topic anew, go offline and come back.

Between `ChatCanned` and the doors of the chat screen. Everything here returns at once; what comes of it
is seen on the badge.
"""

from __future__ import annotations

from supachat.domain.health import LinkState
from supachat.domain.text import Safe
from supachat.tui.screens.chat_canned import ChatCanned
from supachat.tui.widgets.drawn import keys_of


class ChatLink(ChatCanned):
    """Keys and commands that act on the link."""

    @property
    def offline(self) -> bool:
        """Whether the person themselves went offline."""
        return self.client.health.link.state is LinkState.OFFLINE

    def action_again(self) -> None:
        """Draw everything again; reconnect, if not live. Offline by hand stays offline."""
        self.app.refresh(layout=True)
        if self.offline:
            self._say_offline()
        elif self.client.health.link.state is not LinkState.CONNECTED:
            self.client.reconnect()
            self.typing.flash(Safe("trying now"))

    def action_reconnect_all(self) -> None:
        """Leave every topic and join it anew."""
        if self.offline:
            self._say_offline()
        else:
            self.client.reconnect_all()
            self.typing.flash(Safe("making every connection anew"))

    def action_go_offline(self) -> None:
        """Nothing reconnects until the person says so; what is sent waits."""
        self.client.go_offline()
        self.typing.flash(Safe("offline, what you send waits; /online comes back"))

    def action_go_online(self) -> None:
        if self.offline:
            self.client.go_online()
            self.typing.flash(Safe("coming back"))
        else:
            self.client.reconnect()
            self.typing.flash(Safe("you were not offline by hand; trying now"))

    def action_toggle_offline(self) -> None:
        """The key: the one of the two that makes sense."""
        if self.offline:
            self.action_go_online()
        else:
            self.action_go_offline()

    def _say_offline(self) -> None:
        key = keys_of(self)["toggle_offline"].first
        self.typing.flash(Safe(f"you are offline by hand; /online or {key}"))
