"""Signing in with somebody else's account, in a browser on this or any other machine (OAuth, PKCE).

The browser comes back to a port of ours on the loopback, or the person pastes the address on which it
ended. The code that it brings is good only with the verifier, which never leaves this process.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from supachat.domain.errors import BadInput, ServerTrouble, SignInError
from supachat.domain.model import Account
from supachat.domain.text import safe_line

PATIENCE = 300.0
"""Seconds for somebody to sign in over there; the project forgets the code after as many."""
_LONGEST = 8192
"""Bytes of a line of a request."""
_NOTHING = ("404 Not Found", "There is nothing here.")

Exchange = Callable[[str, str], Awaitable[Account | None]]
"""Code and verifier to an account."""


class Visit:
    """One try. `url` is to be opened; `done` waits for whoever comes back, and lets go of the port."""

    def __init__(
        self, project: str, provider: str, exchange: Exchange, *, patience: float = PATIENCE
    ) -> None:
        self._project, self._provider, self._exchange = project, provider, exchange
        self.patience = patience
        self._verifier = secrets.token_urlsafe(48)
        self._code: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._server: asyncio.Server | None = None
        self.url = ""
        self.back = ""
        """Where the browser is sent to in the end."""

    async def open(self) -> None:
        """Listen. Raises `ServerTrouble` where this machine gives no port."""
        try:
            self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0, limit=_LONGEST)
        except OSError as error:
            raise ServerTrouble(f"no port to come back to: {error.strerror}") from error
        port = self._server.sockets[0].getsockname()[1]
        self.back = f"http://127.0.0.1:{port}/callback"
        self.url = authorize_url(self._project, self._provider, self.back, self._verifier)

    async def done(self) -> Account:
        """The account, once somebody came back. Raises `SignInError` where nobody does in time, or the
        other side said no."""
        try:
            async with asyncio.timeout(self.patience):
                code = await self._code
        except TimeoutError:
            minutes = max(1, round(self.patience / 60))
            raise SignInError(f"nobody came back in {minutes} min", cure="Begin again") from None
        finally:
            self.close()
        account = await self._exchange(code, self._verifier)
        if account is None:
            raise SignInError("the server gave no session", cure="Begin again")
        return account

    def paste(self, text: str) -> None:
        """The address on which the browser ended. Raises `BadInput` and `SignInError`."""
        code = code_in(text.strip())
        if not self._code.done():
            self._code.set_result(code)

    def close(self) -> None:
        """Let go of the port. Nobody is waited for any more."""
        if self._server is not None:
            self._server.close()
        self._code.cancel()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a browser. Whatever else finds this port learns nothing."""
        try:
            async with asyncio.timeout(5):
                line = await reader.readline()
                heads = await _heads(reader) if b" HTTP/" in line else {}
                status, words = self._came(line) if self._led_here(heads) else _NOTHING
                writer.write(_page(status, words))
                await writer.drain()
        except (TimeoutError, ValueError, OSError):  # ValueError: a line without an end
            pass  # it did not speak HTTP, or went away: the next one may
        finally:
            writer.close()

    def _led_here(self, heads: Mapping[str, str]) -> bool:
        """Whether a browser went here before the person's eyes. Any page may have a picture fetched from
        each port of this machine in the hope to end a sign-in; newer browsers say what a request is for."""
        host = heads.get("host") in (None, urlsplit(self.back).netloc)
        return host and heads.get("sec-fetch-dest") in (None, "document")

    def _came(self, line: bytes) -> tuple[str, str]:
        parts = line.decode("ascii", "replace").split(" ")
        target = parts[1] if len(parts) == 3 and parts[0] == "GET" else ""
        if urlsplit(target).path != "/callback":
            return _NOTHING
        try:
            self.paste(f"{self.back}?{urlsplit(target).query}")
        except SignInError as error:
            if not self._code.done():
                self._code.set_exception(error)
            return "200 OK", f"{error}"
        except BadInput:
            return "400 Bad Request", "This address brings no sign-in."
        return "200 OK", "You can close this page and go back to supachat."


def authorize_url(project: str, provider: str, back: str, verifier: str) -> str:
    """The address at which signing in with `provider` begins. Pure."""
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "provider": provider,
        "redirect_to": back,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "s256",
    }
    return f"{project}/auth/v1/authorize?{urlencode(asked)}"


def code_in(address: str) -> str:
    """The code in the address on which a browser ended. Pure. Raises `BadInput`, or `SignInError` with
    what the other side said."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    held = dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment))
    if said := held.get("error_description") or held.get("error"):
        raise SignInError(f"it was refused over there: {safe_line(said)}", cure="Begin again")
    if parts.scheme not in ("http", "https") or not held.get("code"):
        raise BadInput(
            "that address brings no sign-in",
            cure="Paste the whole address on which the browser ended, with its ?code=",
        )
    return held["code"]


async def _heads(reader: asyncio.StreamReader) -> dict[str, str]:
    """The headers of a request, by their names in small letters; a hundred at most."""
    found: dict[str, str] = {}
    for _ in range(100):
        line = await reader.readline()
        name, _, value = line.decode("latin-1").partition(":")
        if not value:
            break
        found[name.strip().lower()] = value.strip()
    return found


def _page(status: str, words: str) -> bytes:
    body = f"<!doctype html><meta charset=utf-8><title>supachat</title><p>{html.escape(words)}</p>\n"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
        f"Referrer-Policy: no-referrer\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body.encode()
