"""From where the server may be reached, whose pages may ask it, and whom it takes a request to be from."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.conftest import http
from tests.server.served import served
from websockets.asyncio.client import connect

from supachat.cli.serve import settings
from supachat.server.context import Context, Limits
from supachat.server.gateway import build
from supachat.server.origin import origin_allowed
from supachat.server.proxy import forwarded
from supachat.server.reach import Reach, Tls, address, is_loopback
from supachat.server.serve import Options
from supachat.server.tokens import mint
from supachat.server.trouble import ServerTrouble

HOSTS = [("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("0.0.0.0", False),
         ("::", False), ("192.168.1.7", False), ("10.0.0.1", False)]  # fmt: skip


@pytest.mark.parametrize(("host", "alone"), HOSTS)
def test_which_hosts_nobody_else_reaches(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
    if alone:
        Reach(host).check(54321)
    else:
        Reach(host, behind_proxy=True).check(54321)
        with pytest.raises(ServerTrouble, match="in the clear") as refused:
            Reach(host).check(54321)
        assert "ssh -L 54321:127.0.0.1:54321" in str(refused.value)


def test_it_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "supachat.cli.serve", "--data-dir", str(tmp_path / "new")]
    done = subprocess.run([*command, "--host", "0.0.0.0"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "ssh -L 54321:127.0.0.1:54321" in done.stderr
    assert not (tmp_path / "new").exists()
    half = subprocess.run([*command, "--tls-cert", __file__], capture_output=True, text=True, check=False)
    assert half.returncode != 0
    assert "go together" in half.stderr


ADDRESSES = [
    ("127.0.0.1", "http://127.0.0.1:1"),
    ("0.0.0.0", "http://127.0.0.1:1"),
    ("::1", "http://[::1]:1"),
    ("::", "http://[::1]:1"),
    ("localhost", "http://localhost:1"),
]


@pytest.mark.parametrize(("host", "url"), ADDRESSES)
def test_the_address_that_is_told(host: str, url: str) -> None:
    assert address(host, 1) == url
    assert Reach(host).url(1) == url


@pytest.mark.parametrize(
    "url", ["chat.example.org", "ftp://chat.example.org", "https://", "https://[", "http://a:b"]
)
def test_a_public_address_that_is_none(url: str) -> None:
    with pytest.raises(ServerTrouble, match="no address"):
        Reach(public_url=url).check(1)


def test_a_public_address_is_told_and_answered() -> None:
    reach = Reach(behind_proxy=True, public_url="https://Chat.example.org/")
    reach.check(1)
    assert reach.url(1) == "https://Chat.example.org"
    assert "chat.example.org" in reach.names()


# ---------------------------------------------------------------- TLS


def certificate(folder: Path, names: Sequence[str]) -> Tls:
    """A certificate for `names` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        issuer_name=who, subject_name=who, public_key=key.public_key(), serial_number=1,
        not_valid_before=now - timedelta(hours=1), not_valid_after=now + timedelta(hours=1),
    )  # fmt: skip
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    tls = Tls(folder / "cert.pem", folder / "key.pem")
    pem = serialization.Encoding.PEM
    tls.certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.NoEncryption()
    tls.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return tls


@pytest.mark.parametrize(
    ("reach", "alone"),
    [
        (Reach(), True),
        (Reach("::1"), True),
        (Reach(public_url="http://localhost:8000"), True),
        (Reach("0.0.0.0"), False),
        (Reach(behind_proxy=True), False),
        (Reach(public_url="https://chat.example.org"), False),
        (Reach(public_url="https://nowhere.invalid"), False),
    ],
)
def test_a_stranger_who_signs_up_does_not_say_what_they_are(reach: Reach, alone: bool) -> None:
    assert reach.alone is alone
    said = settings(("direct", "inbox", "portal"), alone=reach.alone)
    assert len(said) == 3
    assert set(said.values()) == {"on" if alone else "off"}


async def test_with_a_certificate_everything_is_encrypted(tmp_path: Path) -> None:
    tls = certificate(tmp_path, ["localhost"])
    reach = Reach("127.0.0.1", tls)
    async with served(Options(tmp_path / "data", port=0, reach=reach)) as started:
        assert started.url.startswith("https://localhost:")
        trust = ssl.create_default_context(cafile=str(tls.certificate))
        async with httpx.AsyncClient(verify=trust, base_url=started.url) as client:
            assert (await client.get("/health")).json()["status"] == "ok"
        socket = started.url.replace("https", "wss") + "/realtime/v1/websocket?vsn=1.0.0&apikey="
        async with connect(socket + started.publishable_key, ssl=trust):
            pass
        plain = started.url.replace("https", "http")
        async with httpx.AsyncClient(base_url=plain) as client:
            with pytest.raises(httpx.TransportError):
                await client.get("/health")


def test_the_names_of_a_certificate_are_ours(tmp_path: Path) -> None:
    reach = Reach("0.0.0.0", certificate(tmp_path, ["*.example.org", "Chat.example.net"]))
    reach.check(54321)
    assert {"*.example.org", "chat.example.net"} <= reach.names()
    assert reach.url(54321) == "https://chat.example.net:54321"


def test_files_that_are_no_certificate(tmp_path: Path) -> None:
    tls = certificate(tmp_path, ["localhost"])
    other = certificate(tmp_path_of(tmp_path, "other"), ["localhost"])
    (tmp_path / "text").write_text("hello")
    for wrong in (
        replace(tls, key=other.key),
        replace(tls, certificate=tmp_path / "text"),
        replace(tls, key=tmp_path / "none"),
    ):
        with pytest.raises(ServerTrouble, match="cannot be used for TLS"):
            Reach("0.0.0.0", wrong).check(1)


def tmp_path_of(folder: Path, name: str) -> Path:
    (made := folder / name).mkdir()
    return made


# ---------------------------------------------------------------- pages

PAGES = [
    ("http://localhost:3000", True),
    ("http://127.0.0.1", True),
    ("http://[::1]:8080", True),
    ("http://app.localhost", True),
    ("capacitor://localhost", True),
    ("https://box.lan", True),
    ("https://one.example.org", True),
    ("http://192.168.1.7:3000", True),  # the machine that was asked
    ("http://192.168.1.8:3000", False),
    ("https://two.one.example.org", False),
    ("https://example.org", False),
    ("https://evil.example", False),
    ("https://localhost.evil.example", False),
    ("https://box.lan.evil.example", False),
    ("http://127.0.0.1.evil.example", False),
    ("null", False),
    ("", False),
    ("http://[", False),
]


@pytest.mark.parametrize(("origin", "allowed"), PAGES)
def test_whose_pages_may_ask(origin: str, allowed: bool) -> None:
    assert origin_allowed(origin, "192.168.1.7:54321", {"box.lan", "*.example.org"}) is allowed


async def test_a_foreign_page_gets_nothing_and_the_projects_own_does(context: Context) -> None:
    made = replace(context, site_url="https://app.example.org/welcome")
    async with http(httpx.ASGITransport(app=build(made)), made) as client:
        for origin, status in (
            ("https://evil.example", 403),
            ("null", 403),
            ("https://app.example.org", 200),
            ("http://localhost:3000", 200),
        ):
            answer = await client.get("/auth/v1/settings", headers={"origin": origin})
            assert answer.status_code == status, origin


async def test_a_page_never_has_the_service_role(context: Context) -> None:
    secret, public = context.keys.service_role_key, context.keys.publishable_key
    other = mint({"role": "service_role", "exp": 4_000_000_000}, context.keys.jwt_secret)
    origin = {"origin": "http://localhost:3000"}
    async with http(httpx.ASGITransport(app=build(context)), context) as client:
        for headers in (
            {"apikey": secret},
            {"apikey": public, "authorization": f"Bearer {secret}"},
            {"apikey": public, "authorization": f"bearer  {other}"},
        ):
            refused = await client.get("/auth/v1/settings", headers={**headers, **origin})
            assert (refused.status_code, refused.json()["message"][:9]) == (401, "Forbidden")
            assert refused.headers["access-control-allow-origin"] == "*"  # the page can read why
            assert (await client.get("/auth/v1/settings", headers=headers)).status_code == 200


# ---------------------------------------------------------------- one proxy

FORWARDED: list[tuple[list[str], str | None]] = [
    (["203.0.113.7"], "203.0.113.7"),
    (["10.9.9.9, 203.0.113.7"], "203.0.113.7"),
    (["10.9.9.9", "203.0.113.7"], "203.0.113.7"),
    (["203.0.113.7:4711"], "203.0.113.7"),
    (["2001:db8::1"], "2001:db8::1"),
    (["[2001:db8::1]:4711"], "2001:db8::1"),
    (["203.0.113.7, "], None),
    (["unknown"], None),
    ([], None),
]


@pytest.mark.parametrize(("headers", "address"), FORWARDED)
def test_one_forwarded_address_is_trusted(headers: list[str], address: str | None) -> None:
    assert forwarded(headers) == address


@pytest.mark.parametrize("behind", [False, True])
async def test_who_writes_the_header_himself_is_counted_once(context: Context, behind: bool) -> None:
    """Without a proxy the header is the asker's own; behind one, all but its end."""
    made = replace(context, behind_proxy=behind, limits=Limits(sign_ins_per_minute=2))
    asked = []
    async with http(httpx.ASGITransport(app=build(made)), made) as client:
        for number in range(4):
            shown = f"10.0.0.{number}" if not behind else f"10.0.0.{number}, 203.0.113.7"
            body = {"email": "nobody@example.org", "password": "wrong-horse"}
            answer = await client.post(
                "/auth/v1/token?grant_type=password", json=body, headers={"x-forwarded-for": shown}
            )
            asked.append(answer.status_code)
    assert asked == [400, 400, 429, 429]


async def test_a_real_socket_does_not_believe_the_header_either(tmp_path: Path) -> None:
    limits = Limits(sign_ins_per_minute=2)
    async with served(Options(tmp_path, port=0, limits=limits)) as started:
        headers = {"apikey": started.publishable_key}
        asked = []
        async with httpx.AsyncClient(base_url=started.url, headers=headers) as client:
            for number in range(3):
                answer = await client.post(
                    "/auth/v1/token?grant_type=password",
                    json={"email": "nobody@example.org", "password": "wrong-horse"},
                    headers={"x-forwarded-for": f"10.0.0.{number}"},
                )
                asked.append(answer.status_code)
    assert asked == [400, 400, 429]
