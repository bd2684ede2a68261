"""The ways to sign in from a shell. A password, code or link comes from the terminal or stdin, never from
an argument."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Mapping

import click

from supachat.client import Remote, Visit
from supachat.domain.entering import Mailed, Nobody, Outside, Password
from supachat.domain.errors import BadInput, SignInError, SupachatError
from supachat.domain.model import Account
from supachat.domain.text import safe_line

Way = Callable[[Remote], Awaitable[Account | None]]


def by_password(email: str, from_stdin: bool) -> Way:
    async def way(remote: Remote) -> Account | None:
        return await remote.enter(Password(email, password(from_stdin)))

    return way


def by_code(email: str, create: bool) -> Way:
    """At a terminal a mail is sent and its code asked for; else stdin brings the code of an earlier one."""

    async def way(remote: Remote) -> Account | None:
        if not sys.stdin.isatty():
            return await remote.enter(Mailed(email, _line("No code came on stdin")))
        await remote.send_code(email, create=create)
        print(f"A mail went to {safe_line(email)}.", file=sys.stderr)
        return await remote.enter(Mailed(email, _asked("Code, or the whole link")))

    return way


def by_new_password(email: str) -> Way:
    """At a terminal a mail is sent, its code asked for, then the new password; else stdin brings the code
    of an earlier mail, or its link, and in a second line the password."""

    async def way(remote: Remote) -> Account | None:
        if sys.stdin.isatty():
            await remote.forgot(email)
            print(f"If {safe_line(email)} has an account, a mail went there.", file=sys.stderr)
            account = await remote.enter(Mailed(email, _asked("Code, or the whole link")))
            while not await _taken(remote):
                pass
        else:
            code, fresh = _line("No code came on stdin"), _line("No new password came on stdin")
            account = await remote.enter(Mailed(email, code))
            await remote.set_password(fresh)
        return account

    return way


async def _taken(remote: Remote) -> bool:
    """Ask for a new password; False, and said why, where the project refuses it: the code is used up, so
    that asking again is all that is left. ctrl+c ends it."""
    fresh = str(click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    try:
        await remote.set_password(fresh)
    except SignInError as error:
        print(f"supachat: {error}", file=sys.stderr)
        return False
    return True


def by_link(email: str) -> Way:
    async def way(remote: Remote) -> Account | None:
        text = _asked("Link") if sys.stdin.isatty() else _line("No link came on stdin")
        return await remote.enter(Mailed(email, text))

    return way


async def anonymously(remote: Remote) -> Account | None:
    return await remote.enter(Nobody())


async def from_outside(remote: Remote) -> Account | None:
    return await remote.enter(Outside())


def by_browser(provider: str) -> Way:
    """The address is printed, and opened where there is a screen; the browser comes back by itself, or
    the address on which it ended is pasted."""

    async def way(remote: Remote) -> Account | None:
        await _check_offered(remote, provider)
        visit = await remote.browse(provider)
        print(f"Open this in any browser, on any machine:\n\n  {visit.url}\n", file=sys.stderr)
        print("Then wait here, or paste the address on which it ended.", file=sys.stderr)
        if has_screen(os.environ):
            await asyncio.to_thread(webbrowser.open, visit.url)
        _listen(visit)
        return await visit.done()

    return way


async def _check_offered(remote: Remote, provider: str) -> None:
    """Raises `BadInput` where nobody could come back."""
    offered = (await remote.ways()).providers
    if provider not in offered:
        known = ", ".join(offered) or "none"
        raise BadInput(f"This project has no sign-in by {safe_line(provider)} (it has: {known})")


def has_screen(environ: Mapping[str, str]) -> bool:
    """A browser would open before the person's eyes, and not inside this terminal."""
    if environ.get("SSH_CONNECTION") or environ.get("BROWSER") == "":
        return False
    return sys.platform in ("darwin", "win32") or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )


def _listen(visit: Visit) -> None:
    """Take what is pasted, in a thread that does not keep the process alive: the browser may be first."""
    loop = asyncio.get_running_loop()

    def paste(line: str) -> None:
        try:
            visit.paste(line)
        except SupachatError as error:
            print(f"supachat: {error}", file=sys.stderr)

    def read() -> None:
        for line in sys.stdin:
            if line.strip():
                loop.call_soon_threadsafe(paste, line)

    threading.Thread(target=read, daemon=True, name="supachat-paste").start()


def password(from_stdin: bool) -> str:
    """Asked for without an echo, or the first line of stdin."""
    if from_stdin:
        return _line("No password came on stdin")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password: use --password-stdin.")
    return str(click.prompt("Password", hide_input=True, err=True))


def _asked(words: str) -> str:
    return str(click.prompt(words, err=True))


def _line(missing: str) -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise BadInput(missing)
    return line
