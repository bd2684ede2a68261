"""Offline by hand before there is a way to the server: it holds once that comes."""

from __future__ import annotations

import pytest
from tests.unit.scripted_client import Scripted, until

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain.health import LinkState
from supachat.domain.text import safe_line


class Switched(Scripted):
    """Writes down in which order it was started and switched."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    async def start(self) -> None:
        self.order.append("start")

    def go_offline(self) -> None:
        self.order.append("offline")

    def go_online(self) -> None:
        self.order.append("online")


@pytest.mark.parametrize(
    ("hand", "state", "order"),
    [
        ("", LinkState.CONNECTING, ["start"]),
        ("off", LinkState.OFFLINE, ["offline", "start"]),
        ("off on", LinkState.CONNECTING, ["start"]),
        ("off on off", LinkState.OFFLINE, ["offline", "start"]),
    ],
)
async def test_what_the_hand_said_before_the_remote_came(
    hand: str, state: LinkState, order: list[str]
) -> None:
    client, remote = Client(safe_line("w"), Files(None)), Switched()
    await client.start()
    try:
        for word in hand.split():
            if word == "off":
                client.go_offline()
            else:
                client.go_online()
        assert client.health.link.state is state, "the badge says so at once"
        client.attach(remote)
        await until(lambda: "start" in remote.order)
        assert remote.order == order
    finally:
        await client.close()
