"""A name server that does not answer keeps nobody: neither the request's deadline nor the program's end."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import httpx
import pytest
from tests.remote.ears import FAST
from tests.remote.phoenix import until

from supachat.remote.address import Address
from supachat.remote.http import make_client, tls_context
from supachat.remote.names import look_up_aside

PRELUDE = """
import asyncio, socket, time
socket.getaddrinfo = lambda *a, **k: time.sleep(120)
from supachat.domain.errors import Unreachable
from supachat.remote.address import Address
from supachat.remote.connection import Connection
from supachat.remote.frames import LinkDown
from supachat.remote.http import make_client, tls_context
from supachat.remote.reaching import connects, resolve
from supachat.remote.waits import Waits
import httpx
tls, waits = tls_context(), Waits(open=0.2, http=0.2, http_connect=0.2)
where = Address("https://abc.project.example", "sb_publishable_x")
"""
WAYS = {
    "HTTP": """
async def main():
    async with make_client(where, waits, tls) as client:
        try:
            await client.get(where.url)
        except httpx.ConnectTimeout:
            print("given up")
""",
    "websocket": """
async def main():
    try:
        await Connection(where, "token", waits, tls=tls).open()
    except LinkDown:
        print("given up")
""",
    "doctor": """
async def main():
    for step in (resolve, connects):
        try:
            await step("abc.project.example", 443, 0.2)
        except Unreachable:
            print("given up")
""",
}


@pytest.mark.parametrize(("way", "tries"), [("HTTP", 1), ("websocket", 1), ("doctor", 2)])
def test_the_program_ends_though_the_name_server_has_not_answered(way: str, tries: int) -> None:
    """It waited for half a minute: ctrl+q, and a screen that stood still."""
    code = f"{PRELUDE}{WAYS[way]}\nasyncio.run(main())"
    done = subprocess.run(
        [sys.executable, "-c", code], timeout=100, capture_output=True, check=False, text=True
    )
    assert (done.stdout, done.stderr, done.returncode) == ("given up\n" * tries, "", 0)


async def test_a_name_is_looked_up_as_ever() -> None:
    look_up_aside()
    found = await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    assert {entry[4][0] for entry in found} <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r".+"):
        await asyncio.get_running_loop().getaddrinfo("localhost", "no such service")


async def test_nobody_is_left_behind_by_names_that_are_found() -> None:
    def aside() -> int:
        return sum(thread.name == "supachat-aside" for thread in threading.enumerate())

    before = aside()
    async with make_client(Address("http://localhost:9", "x"), FAST, tls_context()) as client:
        for _ in range(5):
            with pytest.raises(httpx.ConnectError):
                await client.get("http://localhost:9/")
    await until(lambda: aside() <= before, "each thread ended")
