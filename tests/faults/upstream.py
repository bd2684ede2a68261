"""The server behind the proxy, over plain connections that are used again.

A whole HTTP client in this place would be a fourth of what a storm costs.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import h11
from tests.faults.answers import CHUNK

PATIENCE = 30.0
"""Seconds for an answer."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection


class Upstream:
    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._idle: list[Line] = []

    async def ask(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises `OSError` or `h11.ProtocolError` where there is no answer."""
        line = await self._line()
        try:
            async with asyncio.timeout(PATIENCE):
                named = {**headers, "host": f"{self.host}:{self.port}"}
                named |= {"content-length": str(len(body))} if body else {}
                for event in (
                    h11.Request(method=method, target=target, headers=list(named.items())),
                    h11.Data(body),
                    h11.EndOfMessage(),
                ):
                    line.writer.write(line.http.send(event) or b"")
                answer = await _answer(line)
        except BaseException:
            line.writer.transport.abort()
            raise
        if line.http.our_state is line.http.their_state is h11.DONE:
            line.http.start_next_cycle()
            self._idle.append(line)
        else:
            line.writer.close()
        return answer

    async def _line(self) -> Line:
        while self._idle:
            line = self._idle.pop()
            if not line.reader.at_eof() and not line.writer.is_closing():
                return line
            line.writer.close()
        return Line(*await asyncio.open_connection(self.host, self.port), h11.Connection(h11.CLIENT))

    def close(self) -> None:
        for line in self._idle:
            line.writer.close()
        self._idle.clear()


async def _answer(line: Line) -> Answer:
    status, headers, body = 0, dict[str, str](), bytearray()
    while True:
        event: Any = line.http.next_event()
        if event is h11.NEED_DATA:
            line.http.receive_data(await line.reader.read(CHUNK))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return Answer(status, headers, bytes(body))
        elif isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("the server hung up")
