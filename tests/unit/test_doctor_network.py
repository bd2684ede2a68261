"""The way to a project, and each place where it can break: stand-in servers on loopback."""

from __future__ import annotations

import asyncio
import datetime
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import format_datetime
from pathlib import Path

import pytest

from supachat.assemble.examine import connects, handshake, resolve, way_to
from supachat.doctor.findings import Note, Trouble
from supachat.doctor.machine import Machine
from supachat.doctor.network import Network
from supachat.domain.errors import Unreachable

SETTINGS = '{"disable_signup": false, "external": {"email": true, "github": false}}'
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def answering(
    status: str = "200 OK", body: str = SETTINGS, *, ahead: float = 0.0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server that says one thing to everybody; its port. `ahead`: its clock, in seconds."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.append(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # who only knocks says nothing
        now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=ahead)
        head = f"HTTP/1.1 {status}\r\nDate: {format_datetime(now, usegmt=True)}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    here: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await hang_up(server, here)


@asynccontextmanager
async def saying(words: bytes) -> AsyncIterator[int]:
    """A server that says this at once and then waits; its port."""
    here: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.append(writer)
        writer.write(words)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await hang_up(server, here)


async def hang_up(server: asyncio.Server, here: list[asyncio.StreamWriter]) -> None:
    server.close()
    for writer in here:
        writer.transport.abort()
    await asyncio.sleep(0)  # the transports' own last turn


@asynccontextmanager
async def network(home: Path, url: str) -> AsyncIterator[Network]:
    environ = {"SUPACHAT_HOME": str(home), "SUPACHAT_URL": url, "SUPACHAT_KEY": "sb_publishable_hidden"}
    machine = Machine(None, "memory", environ)
    await machine.settings()
    await machine.choose()
    try:
        yield Network(machine)
    finally:
        await machine.close()


async def test_a_project_that_is_well(tmp_path: Path) -> None:
    async with answering() as port, network(tmp_path, f"http://127.0.0.1:{port}") as look:
        assert await look.proxy() == "none"
        assert "127.0.0.1" in await look.name()
        assert "none is needed" in await look.tls()
        assert "ms" in await look.answers()
        assert await look.key() == "a publishable key"
        assert await look.auth() == "sign-up is open; ways in: email"
        assert "agrees" in await look.clock()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        ("503 Service Unavailable", "", "answers 503"),
        ("404 Not Found", "{}", "answers 404"),
        ("200 OK", "<html>Welcome to the hotel", "no Supabase project"),
        ("200 OK", "[]", "no Supabase project"),
    ],
)
async def test_what_is_no_project(tmp_path: Path, status: str, body: str, words: str) -> None:
    async with answering(status, body) as port, network(tmp_path, f"http://127.0.0.1:{port}") as look:
        with pytest.raises(Trouble, match=words) as raised:
            await look.answers()
    assert raised.value.cure


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    async with answering() as port:
        pass
    async with network(tmp_path, f"http://127.0.0.1:{port}") as look:
        with pytest.raises(Trouble, match="cannot be reached") as raised:
            await look.answers()
    assert "supachat serve" in raised.value.cure


async def test_a_key_that_the_project_does_not_know(tmp_path: Path) -> None:
    async with (
        answering("401 Unauthorized", "{}") as port,
        network(tmp_path, f"http://127.0.0.1:{port}") as look,
    ):
        await look.answers()
        with pytest.raises(Trouble, match="does not know it") as raised:
            await look.key()
    assert "hidden" not in raised.value.words + raised.value.cure


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"disable_signup": true, "external": {"email": false}}', "sign-up is closed; ways in: none"),
        ('{"disable_signup": false, "external": 1}', "ways in: none"),
    ],
)
async def test_a_project_without_a_way_in(tmp_path: Path, body: str, words: str) -> None:
    async with answering(body=body) as port, network(tmp_path, f"http://127.0.0.1:{port}") as look:
        await look.answers()
        with pytest.raises(Trouble, match=words):
            await look.auth()


@pytest.mark.parametrize(("ahead", "words"), [(3600.0, "behind"), (-3600.0, "ahead of")])
async def test_a_clock_that_is_an_hour_off(tmp_path: Path, ahead: float, words: str) -> None:
    async with answering(ahead=ahead) as port, network(tmp_path, f"http://127.0.0.1:{port}") as look:
        await look.answers()
        with pytest.raises(Trouble, match=words) as raised:
            await look.clock()
    assert "timedatectl" in raised.value.cure


async def test_a_server_without_a_date(tmp_path: Path) -> None:
    async with (
        answering(status="200 OK\r\nDate: soon") as port,
        network(tmp_path, f"http://127.0.0.1:{port}") as look,
    ):
        await look.answers()
        with pytest.raises(Note, match="what time"):
            await look.clock()


async def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    async with network(tmp_path, "https://nowhere.invalid") as look:
        with pytest.raises(Trouble, match=r"nowhere\.invalid"):
            await look.name()


async def test_a_name_server_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(60))
    with pytest.raises(Unreachable, match="name server"):
        await resolve("example.org", 443, 0.05)
    answered.set()


# ---------------------------------------------------------------- TLS


async def test_a_certificate_that_nobody_signed(certificate: tuple[Path, Path]) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    async with answering(tls=server) as port:
        with pytest.raises(Unreachable, match="certificate is not to be trusted"):
            await handshake("localhost", port, ssl.create_default_context(), 5.0)
        ours = ssl.create_default_context(cafile=str(certificate[0]))
        peer = await handshake("localhost", port, ours, 5.0)
    assert peer.version == "TLSv1.3"
    assert peer.ends > datetime.datetime.now(datetime.UTC)


async def test_a_certificate_that_nobody_signed_is_a_line_with_its_cure(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    async with (
        answering(tls=server) as port,
        network(tmp_path, f"https://localhost:{port}") as look,
    ):
        with pytest.raises(Trouble, match="certificate is not to be trusted") as raised:
            await look.tls()
    assert raised.value.cure


async def test_a_server_that_speaks_no_tls() -> None:
    async with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        with pytest.raises(Unreachable, match="does not speak TLS"):
            await handshake("localhost", port, ssl.create_default_context(), 5.0)


async def test_a_server_that_is_silent() -> None:
    async with saying(b"") as port:
        with pytest.raises(Unreachable, match="in time"):
            await handshake("localhost", port, ssl.create_default_context(), 0.1)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of localhost that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return files


# ---------------------------------------------------------------- the proxy


async def test_a_proxy_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering() as port:
        pass
    monkeypatch.setenv("https_proxy", f"http://ann:secret@127.0.0.1:{port}")
    async with network(tmp_path, "https://x.example.org") as look:
        with pytest.raises(Trouble, match=f"http://127.0.0.1:{port} is named") as raised:
            await look.proxy()
    assert "secret" not in raised.value.words + raised.value.cure
    assert "NO_PROXY" in raised.value.cure


async def test_a_proxy_that_takes_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{port}")
        async with network(tmp_path, "https://x.example.org") as look:
            assert await look.proxy() == f"http://127.0.0.1:{port}"
            assert "proxy" in await look.name()
            assert "proxy" in await look.tls()


async def test_a_proxy_of_a_kind_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", "gopher://127.0.0.1:70")
    async with network(tmp_path, "https://x.example.org") as look:
        with pytest.raises(Trouble, match="proxy") as raised:
            await look.answers()
    assert raised.value.cure


def test_loopback_and_exceptions_take_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "example.org")
    assert way_to("https://x.example.com").proxy == "http://127.0.0.1:1"
    assert way_to("https://x.example.org").proxy is None
    assert way_to("http://localhost:54321").proxy is None


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        await connects("127.0.0.1", port, 5.0)
    with pytest.raises(Unreachable, match="nothing listens"):
        await connects("127.0.0.1", port, 5.0)
