"""What comes of joining, speaking, being present, replaying and watching tables, over real websockets.

Nothing here waits for silence: a beacon is sent after what is looked at, and what came before it counts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.server.matrix.stage import Stage
from tests.server.matrix.table import DENIED, DONE, NOTHING, Persona, Watched, filled
from websockets.sync.client import connect
from websockets.sync.connection import Connection

WAIT = 30.0
Frame = dict[str, Any]


class Ear:
    """One websocket on one topic."""

    def __init__(self, socket: Connection, topic: str, token: str | None) -> None:
        self._socket = socket
        self._topic = f"realtime:{topic}"
        self._token = token
        self._early: list[Frame] = []
        self._refs = 0

    def join(self, *, private: bool = True, **config: Any) -> Frame:
        """The reply to a join."""
        payload: dict[str, Any] = {"config": {"private": private, **config}}
        if self._token is not None:
            payload["access_token"] = self._token
        return self.ask("phx_join", payload)

    def ask(self, event: str, payload: Any) -> Frame:
        """The reply to a push; what came before it is kept."""
        ref = self.push(event, payload)
        while (frame := self._frame())["ref"] != ref:
            self._early.append(frame)
        reply: Frame = frame["payload"]
        return reply

    def beat(self) -> None:
        """Returns once everything that was pushed before has been worked off."""
        ref = self.push("heartbeat", {}, topic="phoenix")
        while (frame := self._frame())["ref"] != ref:
            self._early.append(frame)

    def push(self, event: str, payload: Any, topic: str = "") -> str:
        self._refs += 1
        ref = str(self._refs)
        frame = {
            "topic": topic or self._topic,
            "event": event,
            "payload": payload,
            "ref": ref,
            "join_ref": "1",
        }
        self._socket.send(json.dumps(frame))
        return ref

    def until(self, event: str) -> list[Frame]:
        """All frames that came before a broadcast of that event, and have not been given yet."""
        found, self._early = self._early, []
        while True:
            frame = self._frame()
            if frame["event"] == "broadcast" and frame["payload"].get("event") == event:
                return found
            found.append(frame)

    def until_frame(self, event: str) -> Frame:
        """The next frame of that event; what came before it is kept."""
        for frame in self._early:
            if frame["event"] == event:
                self._early.remove(frame)
                return frame
        while (frame := self._frame())["event"] != event:
            self._early.append(frame)
        return frame

    def taken(self) -> list[Frame]:
        """What was kept so far."""
        found, self._early = self._early, []
        return found

    def _frame(self) -> Frame:
        frame: Frame = json.loads(self._socket.recv(WAIT))
        return frame


@contextmanager
def ear(stage: Stage, topic: str, token: str | None, *, key: str | None = None) -> Iterator[Ear]:
    """A fresh websocket; `key` is the publishable one unless said otherwise."""
    url = f"ws://{stage.address}/realtime/v1/websocket?apikey={key or stage.keys.publishable_key}&vsn=1.0.0"
    # without pings: they are a thread for each
    with connect(
        url, compression=None, ping_interval=None, open_timeout=WAIT, close_timeout=WAIT
    ) as socket:
        yield Ear(socket, topic, token)


@contextmanager
def observer(stage: Stage, topic: str) -> Iterator[Ear]:
    """Somebody whom no policy holds: the project's own backend, joined with presence."""
    with ear(stage, topic, None, key=stage.keys.service_role_key) as made:
        assert made.join(presence={"enabled": True, "key": "observer"})["status"] == "ok"
        made.until_frame("presence_state")
        yield made


def joined(reply: Frame) -> str:
    """The verdict of a join."""
    if reply["status"] == "ok":
        return DONE
    reason = str(reply["response"]["reason"])
    return DENIED if reason.startswith("Unauthorized") else reason


def beacon(stage: Stage, topic: str) -> str:
    """A broadcast that everybody who has joined hears; its event."""
    event = f"beacon-{uuid.uuid4()}"
    assert stage.tell(stage.keys.service_role_key, topic, event) == 202
    return event


def join(stage: Stage, persona: Persona, topic: str) -> str:
    """Joins the private topic, and hears there what the backend says if that was allowed."""
    with ear(stage, topic, persona.token) as mine:
        found = joined(mine.join())
        event = beacon(stage, topic)
        if found == DONE:
            mine.until(event)
        return found


def broadcast(stage: Stage, persona: Persona, topic: str) -> str:
    """Speaks by socket and over HTTP; whether anybody heard it."""
    with observer(stage, topic) as other, ear(stage, topic, persona.token) as mine:
        by_socket, by_http = f"socket-{uuid.uuid4()}", f"http-{uuid.uuid4()}"
        mine.join()
        mine.push("broadcast", {"type": "broadcast", "event": by_socket, "payload": {}})
        mine.beat()
        status = stage.tell(persona.token, topic, by_http)
        heard = {
            frame["payload"]["event"]
            for frame in other.until(beacon(stage, topic))
            if frame["event"] == "broadcast"
        }
        if heard == {by_socket, by_http} and status == 202:
            return DONE
        return DENIED if not heard and status == 403 else f"{status}, heard {sorted(heard)}"


def presence(stage: Stage, persona: Persona, topic: str) -> str:
    """Says to be there; whether anybody was told."""
    with observer(stage, topic) as other, ear(stage, topic, persona.token) as mine:
        mine.join(presence={"enabled": True, "key": "somebody"})
        reply = mine.ask("presence", {"type": "presence", "event": "track", "payload": {}})
        told = [f for f in other.until(beacon(stage, topic)) if f["event"] == "presence_diff"]
        if told and reply["status"] == "ok":
            return DONE
        return DENIED if not told and reply["status"] == "error" else f"{reply}, told {told}"


def replay(stage: Stage, persona: Persona, topic: str) -> str:
    """Asks for what was said before."""
    with ear(stage, topic, persona.token) as mine:
        found = joined(mine.join(broadcast={"replay": {"since": 0, "limit": 25}}))
        if found != DONE:
            return found
        said = [frame for frame in mine.until(beacon(stage, topic)) if frame["event"] == "broadcast"]
        assert all(frame["payload"]["meta"]["replayed"] for frame in said)
        return DONE if said else NOTHING


def public_twin(stage: Stage, persona: Persona, topic: str) -> str:
    """Joins the public topic of that name, as anybody may: it neither hears nor reaches the private one."""
    with observer(stage, topic) as other, ear(stage, topic, persona.token) as mine:
        assert joined(mine.join(private=False)) == DONE
        mine.push("broadcast", {"type": "broadcast", "event": "forged", "payload": {}})
        mine.beat()
        reached = [f for f in other.until(beacon(stage, topic)) if f["event"] == "broadcast"]
        mine.beat()
        heard = [frame for frame in mine.taken() if frame["event"] == "broadcast"]
        return NOTHING if not reached and not heard else f"reached {reached}, heard {heard}"


def changes(stage: Stage, persona: Persona, watched: Watched) -> str:
    """Watches a table while a row of it comes, changes and goes; whether its content was shown.

    A delete may tell its key and nothing more, as no policy can be asked about a row that is gone.
    """
    schema = stage.dialect.schema
    with ear(stage, f"watch-{uuid.uuid4()}", persona.token) as mine:
        bindings = [
            {"event": "*", "schema": schema, "table": watched.table},
            {"event": "INSERT", "schema": "matrix", "table": "beacon"},
        ]
        reply = mine.join(private=False, postgres_changes=bindings)
        assert reply["status"] == "ok", reply
        said = mine.until_frame("system")["payload"]
        assert (said["status"], said["message"]) == ("ok", "Subscribed to PostgreSQL"), said
        seen = {"INSERT": False, "UPDATE": False}
        for statement in watched.provoke:
            stage.sql(filled(statement, persona.words))
            # looked at one by one: of a row that is gone again nobody is shown anything
            stage.sql("insert into matrix.beacon default values")
            for data in _until_beacon(mine):
                if data["type"] == "DELETE":
                    assert set(data["old_record"]) <= watched.key, data
                else:
                    seen[data["type"]] = bool(data["record"])
                    assert data["record"] or data["errors"], data
        shown = set(seen.values())
        assert len(shown) == 1, seen
        return DONE if shown == {True} else NOTHING


def _until_beacon(mine: Ear) -> Iterator[Frame]:
    """The changes of the watched table that came before the beacon's."""
    while (data := mine.until_frame("postgres_changes")["payload"]["data"])["table"] != "beacon":
        yield data
