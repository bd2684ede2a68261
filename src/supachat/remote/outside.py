"""A backend that hands out the project's access tokens: its endpoint, or a command that prints one.

Secrets come from the environment, by the names of their variables. Must never log a token, nor what a
command wrote; follows no redirect, since the secret would go along.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx

from supachat.domain.claims import claims_of
from supachat.domain.errors import RateLimited, ServerTrouble, SessionEnded
from supachat.domain.hosts import check_endpoint
from supachat.domain.text import Safe, safe_line
from supachat.remote.address import Address
from supachat.remote.http import make_client, noted, tls_context
from supachat.remote.refusals import network
from supachat.remote.skew import dated
from supachat.remote.waits import Waits

LARGEST = 65536
"""Bytes of an answer; a token has some thousand."""
LINGER = 0.5
"""Seconds that the last of what a program printed may take to come after its end."""


class Given(NamedTuple):
    """An access token, and the giver's clock in seconds since 1970 where it told."""

    token: str
    at: float | None = None


class Giver(Protocol):
    @property
    def name(self) -> Safe:
        """What a person calls it: a host, or a command."""
        ...

    async def give(self) -> Given:
        """A token. Raises `Retryable`, or `SessionEnded` where asking again is of no use."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`headers` name the environment variable that holds each header's value; `field` is where the token
    stands in the JSON that comes back, with dots between names, or empty where the body is the token."""

    url: str
    method: str
    headers: Mapping[str, str]
    field: str
    environ: Mapping[str, str]
    waits: Waits
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        check_endpoint(self.url)

    @property
    def name(self) -> Safe:
        return safe_line(urlsplit(self.url).netloc)

    async def give(self) -> Given:
        headers = {name: self._secret(variable) for name, variable in self.headers.items()}
        here = Address(self.url, "")
        note = noted()
        try:
            async with make_client(here, self.waits, tls_context(), self.transport) as client:
                answer = await client.request(self.method, self.url, headers=headers)
        except httpx.HTTPError as error:
            raise ServerTrouble(f"no sign-in from {self.name}: {network(error)}") from error
        except UnicodeError:  # which quotes it
            raise SessionEnded(
                f"what {self.name} is to be sent holds letters that no header can",
                cure="Look at the variables that `auth` names",
            ) from None
        if answer.status_code != 200:
            raise _refused(self.name, answer.status_code, note.after)
        if len(answer.content) > LARGEST:
            raise SessionEnded(f"{self.name} answers with more than a token")
        at = dated(answer.headers.get("date", ""))
        return Given(picked(answer.text, self.field, self.name), at.timestamp() if at else None)

    def _secret(self, variable: str) -> str:
        if not (value := self.environ.get(variable, "")):
            raise SessionEnded(
                f"{safe_line(variable)} is not set, and {self.name} wants it",
                cure="Set it in your shell and start again",
            )
        return value


@dataclass(frozen=True, slots=True)
class Command:
    """A program that prints a token, or JSON with one in `field`. Ended after `patience` seconds."""

    argv: Sequence[str]
    field: str = ""
    patience: float = 30.0

    @property
    def name(self) -> Safe:
        return safe_line(self.argv[0])

    async def give(self) -> Given:
        cure = "Run it by hand to see why"
        try:
            process, heard = await asyncio.get_running_loop().subprocess_exec(
                _Heard,
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # it may say secrets, and would spoil the screen
                start_new_session=True,
            )
        except OSError as error:
            raise SessionEnded(f"{self.name} cannot be run: {error.strerror}", cure=cure) from error
        try:
            async with asyncio.timeout(self.patience):
                await heard.all()
        except TimeoutError:
            raise ServerTrouble(f"{self.name} gave no token in {self.patience:.0f} s", cure=cure) from None
        finally:
            await _end(process, heard)
        if len(heard.out) > LARGEST:
            raise SessionEnded(f"{self.name} prints more than a token", cure=cure)
        if (code := process.get_returncode()) != 0:
            raise SessionEnded(f"{self.name} gave no token, it ended with {code}", cure=cure)
        return Given(picked(heard.out.decode("utf-8", "replace"), self.field, self.name))


class _Heard(asyncio.SubprocessProtocol):
    """What a program prints. asyncio's own streams wait until nobody holds the pipe any more, and what the
    program has left running in the background may hold it for ever."""

    def __init__(self) -> None:
        self.out = bytearray()
        self.ended, self._closed, self._enough = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.out += data[: LARGEST + 1 - len(self.out)]
        if len(self.out) > LARGEST:
            self._enough.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._closed.set()

    def process_exited(self) -> None:
        self.ended.set()
        self._enough.set()

    async def all(self) -> None:
        """Wait for its end, or until it has printed too much."""
        await self._enough.wait()
        if self.ended.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER):
                    await self._closed.wait()


async def _end(process: asyncio.SubprocessTransport, heard: _Heard) -> None:
    """It and whatever it started, if it is still there."""
    if not heard.ended.is_set():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.get_pid(), signal.SIGKILL)
    process.close()
    await heard.ended.wait()


def _refused(name: Safe, status: int, after: float | None) -> Exception:
    if status == 429:
        return RateLimited(f"{name} asks for patience", after=after)
    if status >= 500:
        return ServerTrouble(f"{name} has trouble", after=after)
    if 300 <= status < 400:
        return SessionEnded(f"{name} leads elsewhere", cure="Give the address that it leads to")
    return SessionEnded(f"{name} hands out no sign-in: it answered {status}", cure="Sign in there again")


def picked(text: str, field: str, name: Safe) -> str:
    """The token in what was answered. Pure. Raises `SessionEnded`."""
    found: Any = text.strip()
    if field:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        for part in field.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str) and access_claims(found) is not None:
        return found
    where = f"in {safe_line(field)} of what {name} answers" if field else f"in what {name} answers"
    raise SessionEnded(f"there is no access token {where}", cure="See token_field in the settings")


def access_claims(token: str) -> dict[str, Any] | None:
    """What an access token says; None for what is none."""
    claims = claims_of(token) or {}
    return claims if isinstance(claims.get("sub"), str) and _is_time(claims.get("exp")) else None


def _is_time(value: object) -> bool:
    """Seconds since 1970 with which one can reckon: JSON knows numbers without an end, and Python NaN."""
    return isinstance(value, int | float) and 0 <= value <= 1e15
