"""The proxy of the environment: the tables, the websocket and the doctor go by the same one, or by none."""

from __future__ import annotations

import asyncio
import os

import httpx
import pytest
from tests.remote.ears import FAST

from supachat.domain.errors import SettingsError, Unreachable
from supachat.remote.address import Address
from supachat.remote.connection import Connection
from supachat.remote.frames import LinkDown
from supachat.remote.http import make_client, tls_context
from supachat.remote.proxies import proxy_for
from supachat.remote.reaching import way_to
from supachat.remote.refusals import network

PROJECT = "https://abc.project.example"
TLS = tls_context()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, PROJECT, None),
        ({"HTTPS_PROXY": "http://p:3128"}, PROJECT, "http://p:3128"),
        ({"HTTPS_PROXY": "p:3128"}, PROJECT, "http://p:3128"),
        ({"all_proxy": "http://p:3128"}, PROJECT, "http://p:3128"),
        ({"HTTP_PROXY": "http://p:3128"}, PROJECT, None),
        ({"SOCKS_PROXY": "socks5://p:1080"}, PROJECT, None),
        ({"WSS_PROXY": "http://p:3128"}, PROJECT, None),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": ".project.example"}, PROJECT, None),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "abc.project.example:443"}, PROJECT, None),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "other.example"}, PROJECT, "http://p:3128"),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "*"}, PROJECT, None),
        ({"ALL_PROXY": "http://p:3128"}, "http://[::1]:54321", None),
        ({"ALL_PROXY": "http://p:3128"}, "http://127.0.0.1:54321", None),
    ],
)
def test_which_one(
    environ: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy
    assert (way_to(url).proxy is None) is (proxy is None)


async def test_the_websocket_goes_by_the_one_that_the_tables_go_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ALL_PROXY, as some networks set it, websockets knows nothing: the link never came up."""
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    where = Address(PROJECT, "sb_publishable_x")
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        connection = Connection(where, "token", FAST, tls=TLS)
        with pytest.raises(LinkDown, match="the proxy in your environment does not let us through"):
            await connection.open()
        async with make_client(where, FAST, TLS) as client:
            with pytest.raises(httpx.HTTPError) as caught:
                await client.get(PROJECT)
    told = network(caught.value)
    assert isinstance(told, Unreachable)
    assert "the proxy in your environment does not let us through" in told.message
    assert not told.arrived
    assert asked == [b"CONNECT abc.project.example:443 HTTP/1.1\r\n"] * 2
    connection = Connection(where, "token", FAST, tls=TLS)
    with pytest.raises(LinkDown, match="the proxy in your environment cannot be reached"):
        await connection.open()


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:abc", "http://[::1", "http://p:99999", "socks5://p:1"])
def test_what_is_no_proxy_is_said_and_breaks_nothing(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip of the pen in a shell's profile ended every command with a crash report."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    said = []
    try:
        make_client(Address(PROJECT, "sb_publishable_x"), FAST, TLS)
    except SettingsError as error:
        said.append(error)
    try:
        way_to(PROJECT)
    except SettingsError as error:
        said.append(error)
    assert said
    assert all("the proxy in your environment cannot be used" in error.message for error in said)
