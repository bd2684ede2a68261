"""Tokens from a backend of one's own: its endpoint, a command, and what the keeper makes of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.remote.answers import Scripted, client_of
from tests.remote.gotrue import Clock
from tests.remote.keepers import FAST, Told
from tests.remote.phoenix import until
from tests.remote.tokens_shop import USER, Shop, jwt

from supachat.domain.entering import Outside, Password
from supachat.domain.errors import (
    BadInput,
    RateLimited,
    ServerTrouble,
    SessionEnded,
    SignInError,
    SupachatError,
)
from supachat.domain.hosts import check_endpoint
from supachat.domain.text import Safe
from supachat.remote.borrowed import Borrowed
from supachat.remote.outside import Command, Endpoint, Given, picked
from supachat.remote.session import Keeper
from supachat.remote.vault import MemoryVault
from supachat.remote.waits import Waits

SECRET = "Bearer of-the-shop"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        shop.body = json.dumps({"data": {"access_token": jwt(time.time() + 3600)}})
        yield shop


def endpoint(shop: Shop, **environ: str) -> Endpoint:
    known = {"SHOP_TOKEN": SECRET, **environ}
    return Endpoint(shop.url, "POST", {"Authorization": "SHOP_TOKEN"}, "data.access_token", known, FAST)


# ---------------------------------------------------------------- the endpoint


async def test_the_secret_goes_along_and_the_token_comes_back(shop: Shop) -> None:
    given = await endpoint(shop).give()
    assert given.token.endswith(".sig")
    assert given.at == pytest.approx(time.time(), abs=5), "the endpoint's own clock"
    assert shop.asked == [("POST", "/chat/token", SECRET)]


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, SessionEnded, "it answered 401"),
        (403, SessionEnded, "it answered 403"),
        (404, SessionEnded, "it answered 404"),
        (302, SessionEnded, "leads elsewhere"),
        (429, RateLimited, "patience"),
        (500, ServerTrouble, "has trouble"),
    ],
)
async def test_what_the_endpoint_refuses(
    shop: Shop, status: int, kind: type[SupachatError], words: str
) -> None:
    shop.status = status
    shop.headers = {"Location": "http://127.0.0.1:9/", "Retry-After": "7"}
    with pytest.raises(kind, match=words) as caught:
        await endpoint(shop).give()
    assert len(shop.asked) == 1, "a redirect is not followed: the secret would go along"
    assert SECRET not in str(caught.value)


async def test_a_variable_that_is_not_set_is_named(shop: Shop) -> None:
    with pytest.raises(SessionEnded, match="SHOP_TOKEN is not set"):
        await endpoint(shop, SHOP_TOKEN="").give()
    assert shop.asked == []


async def test_an_endpoint_that_is_not_there_may_come_back() -> None:
    with Shop() as gone:
        lost = endpoint(gone)
    with pytest.raises(ServerTrouble, match="no sign-in from"):
        await lost.give()


@pytest.mark.parametrize("url", ["http://shop.dev/token", "ftp://shop.dev", "https://me:pw@shop.dev/", "x"])
def test_an_address_that_no_secret_may_be_sent_to(url: str) -> None:
    with pytest.raises(BadInput):
        check_endpoint(url)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"access_token": 5}', "access_token"),
        ('{"access_token": "no token"}', "access_token"),
        ('{"token": "a.b.c"}', "access_token"),
        ('["access_token"]', "access_token"),
        ("<html>", "access_token"),
        ("<html>", ""),
        (jwt(1, sub=5), ""),
    ],
)
def test_what_is_no_token_is_refused(text: str, field: str) -> None:
    with pytest.raises(SessionEnded, match="no access token"):
        picked(text, field, Safe("shop.dev"))


# ---------------------------------------------------------------- the command


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_a_command_prints_the_token() -> None:
    token = jwt(time.time() + 60)
    assert (await Command(python(f"print({token!r})")).give()).token == token
    as_json = python(f"import json; print(json.dumps({{'t': {token!r}}}))")
    assert (await Command(as_json, "t").give()).token == token


async def test_a_secret_that_no_header_can_hold_is_said_and_not_quoted() -> None:
    endpoint = Endpoint("http://127.0.0.1:9/t", "GET", {"x-key": "K"}, "", {"K": "schl\u00fcssel"}, Waits())
    with pytest.raises(SessionEnded, match="no header can") as caught:
        await endpoint.give()
    assert "schl" not in str(caught.value)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("/nowhere/at/all",), "cannot be run"),
        (python("import sys; print('secret', file=sys.stderr); sys.exit(3)"), "it ended with 3"),
        (python("print('not logged in')"), "no access token"),
        (python("while True: print('secret' * 1000)"), "prints more than a token"),
    ],
)
async def test_a_command_that_gives_none(argv: tuple[str, ...], words: str) -> None:
    with pytest.raises(SessionEnded, match=words) as caught:
        await Command(argv).give()
    assert "secret" not in str(caught.value)


async def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    inner = "import time; time.sleep(60)"
    code = (
        "import pathlib, subprocess, sys; "
        f"child = subprocess.Popen([sys.executable, '-c', {inner!r}]); "
        f"pathlib.Path({str(mark)!r}).write_text(str(child.pid)); child.wait()"
    )
    waiting = asyncio.create_task(Command(python(code), patience=20).give())
    await until(lambda: mark.exists() and mark.read_text(), "it runs")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not _alive(int(mark.read_text())), "its child is gone too")


async def test_what_a_command_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """An agent that it started holds its output open for ever: a sign-in took half a minute and failed."""
    mark, token = tmp_path / "pid", jwt(time.time() + 60)
    code = (
        "import pathlib, subprocess, sys; "
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"pathlib.Path({str(mark)!r}).write_text(str(left.pid)); print({token!r})"
    )
    try:
        assert (await Command(python(code), patience=30).give()).token == token
        assert _alive(int(mark.read_text())), "it may be somebody's agent"
    finally:
        os.kill(int(mark.read_text()), signal.SIGKILL)


def _alive(pid: int) -> bool:
    """A process that still runs: one that ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_a_slow_command_is_not_waited_for_for_ever() -> None:
    with pytest.raises(ServerTrouble, match="gave no token in"):
        await Command(python("import time; time.sleep(60)"), patience=0.1).give()


# ---------------------------------------------------------------- the keeper with them


class Gives:
    """A giver of numbered tokens that live an hour; an error instead, when told."""

    name = Safe("shop.dev")

    def __init__(self, clock: Clock) -> None:
        self.clock, self.count = clock, 0
        self.refuses: SupachatError | None = None

    async def give(self) -> Given:
        if self.refuses is not None:
            raise self.refuses
        self.count += 1
        return Given(jwt(self.clock.wall() + 3600, n=self.count))


class Lent:
    def __init__(self) -> None:
        self.clock, self.told = Clock(), Told()
        self.gives = Gives(self.clock)
        self.asked = Scripted(lambda request: httpx.Response(200, json=[]))
        self.client = client_of(self.asked)
        stock = Borrowed(self.client, self.gives, self.clock.mono, self.clock.wall)
        self.keeper = Keeper(
            self.client,
            MemoryVault(),
            self.told,
            FAST,
            stock=stock,
            clock=self.clock.mono,
            wall=self.clock.wall,
            luck=lambda: 0.5,
        )


async def test_nobody_has_to_sign_in_and_the_tables_get_the_token() -> None:
    lent = Lent()
    assert await lent.keeper.restore()
    token = await lent.keeper.access()
    account = lent.keeper.account
    assert account is not None
    assert (account.user_id, account.email, account.name) == (USER, "ada@shop.dev", "Ada")
    await lent.client.schema("public").from_("chat_messages").select("*").execute()
    assert lent.asked.asked[-1].headers["authorization"] == f"Bearer {token}"


async def test_it_is_asked_again_before_the_token_ends_and_on_refusal() -> None:
    lent = Lent()
    await lent.keeper.restore()
    first = await lent.keeper.access()
    running = asyncio.create_task(lent.keeper.run())
    lent.clock.pass_(3600 * 0.76)
    await until(lambda: lent.gives.count == 2, "asked in time")
    await until(lambda: len(lent.told.tokens) == 2, "told")
    lent.clock.pass_(10)
    assert await lent.keeper.renew(lent.told.tokens[-1]) not in (first, lent.told.tokens[-2])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_refusal_asks_the_person_and_trouble_does_not() -> None:
    lent = Lent()
    await lent.keeper.restore()
    lent.gives.refuses = ServerTrouble("shop.dev has trouble")
    with pytest.raises(ServerTrouble):
        await lent.keeper.access()
    assert lent.told.lost == []
    lent.clock.pass_(1)
    lent.gives.refuses = SessionEnded("shop.dev hands out no sign-in")
    with pytest.raises(SessionEnded):
        await lent.keeper.access()
    assert lent.told.lost == ["shop.dev hands out no sign-in"]
    lent.gives.refuses = None
    assert await lent.keeper.enter(Outside()) is not None


async def test_a_token_that_is_over_already_says_so() -> None:
    lent = Lent()
    await lent.keeper.restore()
    lent.clock.wall_at -= 7200
    with_past = jwt(lent.clock.wall() - 1)

    async def give() -> Given:
        return Given(with_past)

    lent.gives.give = give  # type: ignore[method-assign]  # this shop's clock is wrong
    with pytest.raises(ServerTrouble, match="over already"):
        await lent.keeper.access()


async def test_a_password_is_not_taken_where_a_backend_hands_out_the_sign_in() -> None:
    lent = Lent()
    with pytest.raises(SignInError, match="handed out elsewhere"):
        await lent.keeper.enter(Password("ada@shop.dev", "right"))
    assert lent.asked.asked == []


async def test_after_signing_out_the_tables_get_the_public_key() -> None:
    lent = Lent()
    await lent.keeper.restore()
    await lent.keeper.access()
    await lent.keeper.sign_out()
    assert not lent.keeper.signed_in
    await lent.client.schema("public").from_("chat_messages").select("*").execute()
    assert lent.asked.asked[-1].headers["authorization"] == f"Bearer {lent.client.supabase_key}"
