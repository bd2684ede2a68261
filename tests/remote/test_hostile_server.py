"""What a server may answer to do harm: without an end, too large, too deep, with numbers like nothing."""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from tests.remote.answers import KEY, TLS, URL, Scripted
from tests.remote.rows_over import CALL, rows_over

from supachat.doctor.project import ends_in
from supachat.domain.errors import ServerTrouble, SupachatError, Unreachable
from supachat.remote import http as ours
from supachat.remote.address import Address
from supachat.remote.outside import access_claims
from supachat.remote.vault import unpacked
from supachat.remote.waits import Waits
from supachat.remote.ways import ask_ways
from supachat.settings.project import check_key

DEEP = b"[" * 100_000
JSON = {"content-type": "application/json"}


def client(
    answer: Callable[[httpx.Request], httpx.Response], waits: Waits | None = None
) -> httpx.AsyncClient:
    transport = httpx.MockTransport(Scripted(answer))
    return ours.make_client(Address(URL, KEY), waits or Waits(), TLS, transport)


def jwt(claims: str) -> str:
    """A token that says just this, JSON or not."""
    parts = (
        base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in ('{"alg":"a"}', claims)
    )
    return ".".join((*parts, "sig"))


def packed(blanks: int) -> bytes:
    """So many bytes of JSON that says nothing, as gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(b"[" + b" " * (blanks - 2) + b"]") + packer.flush()


@pytest.mark.parametrize("zipped", [True, False])
async def test_an_answer_without_measure_is_not_kept(zipped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "LARGEST", 1_000_000)
    body = packed(1_000_001) if zipped else b" " * 1_000_001
    headers = JSON | ({"content-encoding": "gzip"} if zipped else {})
    async with client(lambda request: httpx.Response(200, content=body, headers=headers)) as http:
        with pytest.raises(httpx.DecodingError, match="too large"):
            await http.get(URL)


async def test_what_was_zipped_is_read_as_it_was_meant() -> None:
    headers = JSON | {"content-encoding": "gzip", "content-range": "0-0/1"}
    async with client(lambda request: httpx.Response(206, content=packed(999), headers=headers)) as http:
        answer = await http.get(URL)
    assert (answer.status_code, answer.json(), len(answer.content)) == (206, [], 999)
    assert answer.headers["content-range"] == "0-0/1"
    assert answer.request.url == URL


class Drip(httpx.AsyncByteStream):
    """A byte now and then, for ever."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)


async def test_an_answer_that_never_ends_is_given_up() -> None:
    waits = Waits(http_whole=0.1)
    answer = httpx.Response(200, stream=Drip(), headers=JSON)
    async with client(lambda request: answer, waits) as http, asyncio.timeout(30):
        with pytest.raises(httpx.ReadTimeout):
            await http.get(URL)
    assert answer.is_closed


async def test_a_value_without_a_bottom_is_the_servers_trouble() -> None:
    """A member may write such a row; it must not end everybody else's program."""
    rows, _, _ = rows_over(lambda request: httpx.Response(200, content=DEEP, headers=JSON))
    with pytest.raises(ServerTrouble, match="cannot be read"):
        await rows.carry_out(CALL)
    async with client(lambda request: httpx.Response(200, content=DEEP, headers=JSON)) as http:
        with pytest.raises(ServerTrouble):
            await ask_ways(http, Address(URL, KEY))
    assert unpacked(DEEP.decode()) is None


async def test_one_row_with_a_well_in_it_does_not_cost_the_page() -> None:
    """A member may write such a row: whoever reads the thread still reads the others, and its text."""
    well = "[" * 50_000 + "]" * 50_000
    page = f'[{{"id":1,"body":"a ]"}},{{"id":2,"body":"[b","metadata":{{"well":{well}}}}},{{"id":3}}]'
    rows, _, _ = rows_over(lambda request: httpx.Response(200, content=page.encode(), headers=JSON))
    first, second, third = await rows.carry_out(CALL)
    assert (first, third) == ({"id": 1, "body": "a ]"}, {"id": 3})
    assert (second["id"], second["body"]) == (2, "[b")
    assert rows.silent_since is None


async def test_a_redirect_takes_no_key_along() -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": "http://evil.example/"})

    rows, _, _ = rows_over(elsewhere)
    with pytest.raises(SupachatError) as caught:
        await rows.carry_out(CALL)
    assert not isinstance(caught.value, Unreachable)
    assert set(asked) == {"127.0.0.1"}


@pytest.mark.parametrize("exp", ["1" + "0" * 400, "1e999", "NaN", "-1", "9e15", "[]"])
def test_an_end_with_which_nobody_can_reckon(exp: str) -> None:
    token = jwt(f'{{"sub":"a","exp":{exp}}}')
    assert access_claims(token) is None


def test_a_key_that_is_a_well() -> None:
    deep = jwt('{"exp":' + "[" * 100_000)
    assert ends_in(deep, 0.0) is None
    assert ends_in(jwt('{"exp":1' + "0" * 400 + "}"), 0.0) is None
    assert check_key(deep) == deep, "no secret: the server is the judge of it"
