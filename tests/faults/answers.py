"""The bytes of HTTP, as the proxy reads and writes them. Knows nothing of what they mean."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from tests.faults.plan import Fault

CHUNK = 65536


def parsed(head: bytes) -> tuple[h11.Request, h11.Connection]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    return event, connection


async def body_of(connection: h11.Connection, reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        event: Any = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        else:
            return body


def raw(status: int, headers: dict[str, str], body: bytes) -> bytes:
    empty = status in (204, 304)
    lines = [f"HTTP/1.1 {status} {'OK' if status < 400 else 'No'}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [] if empty else [f"content-length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if empty else body)


def refusal(fault: Fault) -> bytes:
    """A refusal that no Supabase service wrote: a proxy's or a firewall's."""
    headers = {"content-type": "text/html"}
    if fault.status == 429:
        headers["retry-after"] = "1"
    return raw(fault.status, headers, b"<html><body>no</body></html>")
