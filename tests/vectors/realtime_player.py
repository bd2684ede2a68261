"""Plays a recording against a server of ours: sends what was sent, expects what was received.

The recording's own clock drives the rate limits; nothing here waits for a time, only for what must come.
Frames of one kind must come in the recorded order; a reply and a fan-out frame may overtake each other,
as they do on the real server.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import json
import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import psycopg
import websockets
from tests.vectors.realtime_list import Case
from tests.vectors.realtime_match import Matcher
from tests.vectors.realtime_tokens import Tokens, grow
from tests.vectors.realtime_wire import Wire, kind_of
from websockets.asyncio.client import connect

BEATS = 0.2  # seconds between the heartbeats of a connection that must not fall silent
_LONG = re.compile(r'<(\d+) bytes of text: \{"topic": "([^"]+)"')
_BEFORE, _AFTER = 1795175599863, 1795175604851  # the two moments of the replay recording


def in_causal_order(lines: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The lines, numbered. A client's close was noted when it was over, after what it made others hear."""
    ordered: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(lines, start=1):
        at = len(ordered)
        while line["dir"] == "close" and ordered[at - 1][1]["dir"] == "recv":
            if ordered[at - 1][1]["conn"] == line["conn"]:
                break
            at -= 1
        ordered.insert(at, (number, line))
    return ordered


class RecordingClock:
    """Seconds since the recording began, as the line being played says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Player:
    """One recording being played. `mismatch` lines are raised as AssertionError with both frames."""

    def __init__(
        self,
        address: str,
        tokens: Tokens,
        database: psycopg.AsyncConnection[Any],
        case: Case,
        clock: RecordingClock,
    ) -> None:
        self._address = address
        self._tokens = tokens
        self._database = database
        self._case = case
        self._clock = clock
        self._matcher = Matcher()
        self._wires: dict[str, Wire] = {}
        self._awake: list[asyncio.Task[None]] = []
        self._answers: deque[httpx.Response] = deque()
        self._sql: deque[Any] = deque()
        self._notices: list[str] = []
        self._began = time.time()
        database.add_notice_handler(self._notice)

    def _notice(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        self._notices.append(f"{diagnostic.severity}: {diagnostic.message_primary}")

    async def play(self, number: int, line: Mapping[str, Any]) -> None:
        """One line of the recording."""
        self._clock.now = max(self._clock.now, line["t_ms"] / 1000)
        if number in self._case.requests:
            await self._request(*self._case.requests[number])
        if number in self._case.skip:
            return
        if number in self._case.acts:
            await self._case.acts[number](self._wires)
        connection, frame = line.get("conn", ""), line["frame"]
        match line["dir"]:
            case "open":
                await self._open(number, connection, frame)
            case "send" if connection == "HTTP":
                await self._request(frame["method"], frame["path"], frame)
            case "send":
                await self._send(connection, frame)
            case "recv" if connection == "HTTP":
                self._expect_answer(number, frame)
            case "recv":
                await self._expect(number, self._wires[connection], frame)
            case "sql":
                await self._execute(frame)
            case "sql_result":
                self._expect_rows(frame)
            case "close" if not frame.get("by") and connection in self._wires:
                await self._close(connection, self._case.closed_with.get(number, frame["code"]))

    async def _open(self, number: int, name: str, frame: Mapping[str, Any]) -> None:
        url = self._tokens.fill(frame["url"]).replace("/socket/websocket", "/realtime/v1/websocket")
        headers = {
            key: self._tokens.fill(value) for key, value in self._case.headers.get(number, {}).items()
        }
        try:
            socket = await connect(
                f"ws://{self._address}{url}",
                additional_headers=headers,
                compression=None,
                max_size=None,
                ping_interval=None,
            )
        except websockets.InvalidStatus as refused:
            answer = refused.response
            assert answer.status_code == frame["status"], f"line {number}: {answer.status_code}, {frame}"
            assert (answer.body or b"").decode() == frame["body"]
            return
        except ConnectionRefusedError:
            assert "error" in frame, f"line {number}: nobody listens"
            return
        assert frame.get("status") == 101, f"line {number}: accepted, {frame}"
        self._wires[name] = wire = Wire(socket)
        if name in self._case.awake:
            self._awake.append(asyncio.create_task(wire.stay_awake(BEATS)))

    async def _expect(self, number: int, wire: Wire, frame: Any) -> None:
        kind = kind_of(frame)
        try:
            if self._case.unordered and kind[0] == "fan-out":
                await wire.find(kind, lambda ours: self._matcher.same(frame, ours))
                return
            ours = await wire.take(kind)
        except TimeoutError as error:
            raise AssertionError(f"line {number}: no {frame}, only {dict(wire.frames)}") from error
        assert self._matcher.same(frame, ours), f"line {number}: expected {frame}, got {ours}"

    async def _send(self, name: str, frame: Any) -> None:
        data = self._encoded(frame)
        if name not in self._wires:
            return  # the recording shows here that a closed socket cannot be sent to
        try:
            await self._wires[name].socket.send(data)
        except websockets.ConnectionClosed:
            assert self._wires[name].socket.close_code in (1009, 1012), (
                "only then did the recording send into a closed socket"
            )

    def _encoded(self, frame: Any) -> str | bytes:
        if isinstance(frame, dict) and "binary_base64" in frame:
            return base64.b64decode(frame["binary_base64"])
        if isinstance(frame, str) and (long := _LONG.match(frame)):
            return self._long_frame(int(long[1]), long[2])
        if isinstance(frame, str):
            return frame  # what is no JSON was recorded as it is
        text = self._tokens.fill(json.dumps(frame, ensure_ascii=False))
        now = int(time.time() * 1000)
        text = text.replace(f": {_BEFORE}", f": {int(self._began * 1000) - 1000}")
        return text.replace(f": {_AFTER}", f": {now + 1000}")

    def _long_frame(self, size: int, topic: str) -> str:
        self._long_ref = getattr(self, "_long_ref", 2) + 1
        payload = {"type": "broadcast", "event": "b", "payload": {"s": ""}}
        frame = {
            "topic": topic,
            "event": "broadcast",
            "payload": payload,
            "ref": str(self._long_ref),
            "join_ref": "1",
        }
        payload["payload"] = {"s": "x" * (size - len(json.dumps(frame)))}
        return json.dumps(frame)

    async def _request(self, method: str, path: str, frame: Mapping[str, Any]) -> None:
        headers = {key: self._tokens.fill(value) for key, value in frame.get("headers", {}).items()}
        body: dict[str, Any] = {"json": grow(frame["json"])} if "json" in frame else {}
        if "content" in frame:
            body["content"] = ast.literal_eval(frame["content"])
        async with httpx.AsyncClient() as client:
            url = f"http://{self._address}/realtime/v1{path}"
            self._answers.append(await client.request(method, url, headers=headers, **body))

    def _expect_answer(self, number: int, frame: Mapping[str, Any]) -> None:
        answer = self._answers.popleft()
        body = answer.json() if "json" in answer.headers.get("content-type", "") else answer.text
        assert (answer.status_code, body) == (frame["status"], frame["body"]), f"line {number}"
        expected = frame["headers"].get("content-type", "").partition(";")[0]
        assert answer.headers.get("content-type", "").partition(";")[0] == expected

    async def _execute(self, statement: str) -> None:
        self._notices.clear()
        try:
            cursor = await self._database.execute(statement.encode())
            result: Any = await cursor.fetchall() if cursor.description else None
        except psycopg.Error as error:
            result = f"{type(error).__name__} {error.sqlstate}: {error.diag.message_primary}"
        self._sql.append(result)

    def _expect_rows(self, frame: Any) -> None:
        result = self._sql.pop()
        if isinstance(frame, dict):
            assert str(result) == frame["result"].partition("\n")[0]
            assert self._notices == frame["notices"]
        else:
            ours = [[str(value) for value in row] for row in result]
            assert self._matcher.same(frame, ours), f"expected {frame}, got {ours}"

    async def _close(self, name: str, code: int) -> None:
        wire = self._wires.pop(name)
        if code == 1006:
            wire.socket.transport.abort()
            await wire.closed()
        elif code != 1000 or (self._case.limits.get("idle") and name not in self._case.awake):
            assert await wire.closed() == code
        else:
            left = await wire.close()
            assert not left, f"{name} got what the recording did not: {left}"

    async def end(self) -> None:
        """Leave no socket behind."""
        for task in self._awake:
            task.cancel()
        await asyncio.gather(*self._awake, return_exceptions=True)
        for wire in self._wires.values():
            await wire.socket.close()
            await wire.closed()
