"""Signing in through a browser: the address, who comes back and with what, and that the port is let go."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.remote.world import World

from supachat.domain.entering import Ways
from supachat.domain.errors import BadInput, SignInError
from supachat.domain.events import SignedIn
from supachat.domain.model import Account
from supachat.domain.text import safe_line
from supachat.remote.browser import Visit, authorize_url, code_in

ADA = Account("u", safe_line("ada@example.org"), safe_line("Ada"))


class Authorize:
    """A stand-in for the page over there: whoever opens the address is sent back with `code`, once the
    challenge and where to go are noted. `exchange` is the token endpoint, strict about the proof."""

    def __init__(self) -> None:
        self.code, self.challenge = "code-1", ""
        self.refuses = False

    async def open(self, url: str) -> httpx.Response:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.challenge = asked["code_challenge"]
        assert asked["code_challenge_method"] == "s256"
        back = asked["redirect_to"]
        ending = "error=access_denied&error_description=No+thanks" if self.refuses else f"code={self.code}"
        async with httpx.AsyncClient(trust_env=False) as browser:
            return await browser.get(f"{back}?{ending}")

    async def exchange(self, code: str, verifier: str) -> Account | None:
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return ADA if (code, digest) == (self.code, self.challenge) else None


async def opened(over_there: Authorize, patience: float = 10.0) -> Visit:
    visit = Visit("https://acme.supabase.co", "github", over_there.exchange, patience=patience)
    await visit.open()
    return visit


async def port_is_free(visit: Visit) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(visit.back).port)
    except OSError:
        return True
    writer.close()
    return False


async def test_a_browser_comes_back_and_the_port_is_let_go() -> None:
    over_there = Authorize()
    visit = await opened(over_there)
    waiting = asyncio.create_task(visit.done())
    page = await over_there.open(visit.url)
    assert page.status_code == 200
    assert "go back to supachat" in page.text
    assert await asyncio.wait_for(waiting, 30) == ADA
    assert await port_is_free(visit)


async def test_the_address_says_who_where_and_what_proof() -> None:
    url = authorize_url("https://acme.supabase.co", "github", "http://127.0.0.1:5/callback", "v" * 64)
    assert url.startswith("https://acme.supabase.co/auth/v1/authorize?provider=github&")
    assert "redirect_to=http%3A%2F%2F127.0.0.1%3A5%2Fcallback" in url
    assert "v" * 64 not in url, "the verifier stays here"


async def test_a_browser_that_says_that_a_person_looks_is_believed() -> None:
    over_there = Authorize()
    visit = await opened(over_there)
    over_there.challenge = parse_qs(urlsplit(visit.url).query)["code_challenge"][0]
    waiting = asyncio.create_task(visit.done())
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(f"{visit.back}?code=code-1", headers={"Sec-Fetch-Dest": "document"})
    assert page.status_code == 200
    assert await asyncio.wait_for(waiting, 30) == ADA


async def test_over_ssh_the_address_on_which_it_ended_is_pasted() -> None:
    over_there = Authorize()
    visit = await opened(over_there)
    over_there.challenge = parse_qs(urlsplit(visit.url).query)["code_challenge"][0]
    waiting = asyncio.create_task(visit.done())
    with pytest.raises(BadInput):
        visit.paste("http://127.0.0.1:5/callback")
    visit.paste(f"  {visit.back}?code=code-1\n")
    visit.paste(f"{visit.back}?code=another")
    assert await asyncio.wait_for(waiting, 30) == ADA


async def test_a_refusal_over_there_is_said_in_its_words() -> None:
    over_there = Authorize()
    over_there.refuses = True
    visit = await opened(over_there)
    waiting = asyncio.create_task(visit.done())
    page = await over_there.open(visit.url)
    assert "No thanks" in page.text
    with pytest.raises(SignInError, match="No thanks"):
        await asyncio.wait_for(waiting, 30)
    assert await port_is_free(visit)


async def test_a_code_that_is_not_ours_lets_nobody_in() -> None:
    visit = await opened(Authorize())
    visit.paste("http://127.0.0.1:5/callback?code=stolen")
    with pytest.raises(SignInError, match="no session"):
        await visit.done()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /callback HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /favicon.ico HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /callback?error=no HTTP/1.1\r\nSec-Fetch-Dest: image\r\n\r\n", b"404"),
        (b"GET /callback?code=x HTTP/1.1\r\nSec-Fetch-Dest: iframe\r\n\r\n", b"404"),
        (b"GET /callback?code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"404"),
        (b"POST /callback?code=x HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /callback?code=x\r\n\r\n", b"404"),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", b""),
        (b"\x16\x03\x01\r\n", b"404"),
    ],
)
async def test_whatever_else_finds_the_port_learns_nothing_and_stops_nothing(
    request_: bytes, status: bytes
) -> None:
    over_there = Authorize()
    visit = await opened(over_there)
    waiting = asyncio.create_task(visit.done())
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(visit.back).port)
    writer.write(request_)
    try:
        answer = await asyncio.wait_for(reader.read(), 30)
    except ConnectionResetError:  # it closed with our bytes unread
        answer = b""
    assert answer.split(b" ")[1:2] == ([status] if status else [])
    writer.close()
    await over_there.open(visit.url)
    assert await asyncio.wait_for(waiting, 30) == ADA


async def test_nobody_comes_back() -> None:
    visit = await opened(Authorize(), patience=0.05)
    with pytest.raises(SignInError, match="nobody came back"):
        await visit.done()
    assert await port_is_free(visit)


async def test_a_visit_that_is_given_up_lets_the_port_go() -> None:
    visit = await opened(Authorize())
    waiting = asyncio.create_task(visit.done())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await port_is_free(visit)


def test_the_code_of_an_address() -> None:
    assert code_in("http://127.0.0.1:5/callback?code=5d1e&x=1") == "5d1e"
    with pytest.raises(SignInError, match="over there: x"):
        code_in("http://127.0.0.1:5/callback#error=x")


async def test_a_project_is_entered_by_what_the_browser_brought() -> None:
    """The whole way: the project's own address, the strict token endpoint, then everything goes live."""
    async with World() as world:
        project = await world.begin()
        over_there = Authorize()
        seen: list[dict[str, str]] = []

        def good(body: dict[str, str]) -> bool:
            seen.append(body)
            return True

        world.auth.pkce = good
        visit = await project.browse("github")
        waiting = asyncio.create_task(visit.done())
        await over_there.open(visit.url)
        account = await asyncio.wait_for(waiting, 30)
        assert seen[0]["auth_code"] == "code-1"
        digest = hashlib.sha256(seen[0]["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == over_there.challenge
        assert (await world.hears(SignedIn)).account.user_id == account.user_id


async def test_a_project_says_which_ways_it_offers() -> None:
    async with World() as world:
        project = await world.begin()
        assert await project.ways() == Ways(providers=("github",))
