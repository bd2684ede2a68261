"""A whole scripted project: sign-in, the functions of `direct`, and the realtime server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from tests.remote import phoenix as px
from tests.remote.answers import Scripted
from tests.remote.gotrue import GoTrue
from tests.remote.phoenix import Frame, Phoenix, until
from tests.waits import scaled

from supachat.dialects.catalog import load
from supachat.domain import events as ev
from supachat.domain.events import Event
from supachat.domain.model import ThreadKey
from supachat.remote.project import Project
from supachat.remote.vault import MemoryVault, Vault
from supachat.remote.waits import Waits

E = TypeVar("E")

FAST = scaled(
    0.03,
    open=2.0,
    join=3.0,
    silence=2.0,
    heartbeat=0.5,
    http=2.0,
    http_connect=1.0,
    token_left=60.0,
    poke_gap=0.0,
    close=0.8,
)
ADA, BEN = "ada", "ben"
THREAD = ThreadKey("direct", f"{ADA}__{BEN}")
ROWS, TYPING = f"chat:{THREAD.id}", f"typing:{THREAD.id}"
USER = "01a1f8c8-2f5e-709b-8340-b3b82435e7a8"
MESSAGE = {
    "id": "11111111-1111-4111-8111-111111111111",
    "thread_id": THREAD.id,
    "sender_mongo_id": BEN,
    "recipient_mongo_id": ADA,
    "body": "hello",
    "created_at": "2026-11-20T10:00:00.123456+00:00",
}
LISTED = {
    "thread_id": THREAD.id,
    "created_at": "2026-11-20T09:00:00+00:00",
    "other_app_user_id": BEN,
    "other_display_name": "Ben",
    "last_message_id": None,
    "last_message_at": None,
    "last_message_author": None,
    "last_message_preview": None,
    "unread": 0,
    "read_message_id": None,
    "read_at": None,
}


class Rest:
    """The tables and functions: what each answers is a field, an int is a status."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "/rpc/supachat_whoami": [{"app_user_id": ADA, "display_name": "Ada"}],
            "/rpc/supachat_threads": [LISTED],
            "/rpc/supachat_ensure_thread": [LISTED],
            "/rpc/supachat_find_people": [{"app_user_id": BEN, "display_name": "Ben"}],
            "/rpc/insert_chat_message": {**MESSAGE, "sender_mongo_id": ADA, "recipient_mongo_id": BEN},
            "/rpc/supachat_mark_read": [],
            "/chat_messages": [MESSAGE],
        }
        self.asked: list[tuple[str, str]] = []
        """Path and authorization."""
        self.refuses: set[str] = set()
        """Access tokens that it takes for expired."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/rest/v1")
        self.asked.append((path, request.headers["authorization"]))
        if request.headers["authorization"].removeprefix("Bearer ") in self.refuses:
            return httpx.Response(401, json={"code": "PGRST303", "message": "JWT expired"})
        answer = self.answers.get(path, 404)
        if isinstance(answer, int):
            return httpx.Response(answer, json={"code": "PGRST202", "message": "Could not find it"})
        return httpx.Response(200, json=answer)

    def count(self, path: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == path)


class World:
    """`async with World() as world:`. `world.project` is started by `begin` or `come_in`."""

    def __init__(self, *, waits: Waits = FAST) -> None:
        self.server, self.auth, self.rest = Phoenix(), GoTrue(), Rest()
        self.auth.rest = self.rest
        self.http = Scripted(self.auth)
        self.waits = waits
        self.events: list[Event] = []
        self.vault: Vault = MemoryVault()
        self.project: Project
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> World:
        await self.server.listen()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._listening is not None:
            await asyncio.wait_for(self.project.close(), 30)
            await asyncio.wait_for(self._listening, 30)
        await self.server.stop()

    async def begin(self, *, start: bool = True, wall: Callable[[], float] = time.time) -> Project:
        """Build and start. Nobody is signed in unless the vault says so. `wall`: this computer's clock."""
        address = self.server.address
        self.project = Project(
            address.url,
            address.key,
            [load("direct")],
            self.vault,
            waits=self.waits,
            transport=httpx.MockTransport(self.http),
            wall=wall,
        )
        self._listening = asyncio.create_task(self._listen())
        if start:
            await self.project.start()
        return self.project

    async def keep_a_session(self) -> None:
        """A stored session from an earlier run."""
        await self.vault.save(self.auth.session(), USER)

    async def _listen(self) -> None:
        async for event in self.project.events():
            self.events.append(event)

    def heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def hears(self, kind: type[E], count: int = 1) -> E:
        """The `count`th event of this kind, once it is there."""
        await until(lambda: len(self.heard(kind)) >= count, f"{count} of {kind.__name__}")
        return self.heard(kind)[count - 1]


def row(topic: str = ROWS, **record: Any) -> Frame:
    """A trigger's broadcast of a new row, in the recorded shape."""
    frame = px.inserted(topic)
    frame["payload"]["payload"].update(record={**MESSAGE, **record}, table="chat_messages", schema="public")
    return json.loads(json.dumps(frame))  # type: ignore[no-any-return]  # a copy, as it comes off a wire


async def entered(world: World) -> Project:
    """Signed in, the list read, the thread watched and ready."""
    await world.keep_a_session()
    project = await world.begin()
    await world.hears(ev.SignedIn)
    await project.perform(ev.ListThreads("direct"))
    await project.perform(ev.Watch((THREAD,)))
    await world.hears(ev.ThreadReady)
    return project
