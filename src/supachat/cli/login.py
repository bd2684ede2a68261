"""`login`, `logout`, `whoami`: a workspace's account, from the shell. A secret is never an argument."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import click

from supachat.assemble import Desk, desk
from supachat.assemble.on_disk import known_on_disk
from supachat.assemble.trying import ask_project, remember, sign_in
from supachat.cli import ways
from supachat.cli.headless import headless, need_workspace
from supachat.cli.options import workspace_options
from supachat.client import Remote
from supachat.domain.errors import CacheError, Refused, SignInError, Unreachable, VaultError
from supachat.domain.model import Account
from supachat.domain.text import Safe, safe_line
from supachat.settings import Workspace
from supachat.settings.dotenv import EnvFile, read
from supachat.settings.edit import keep_choice, keep_workspace
from supachat.settings.project import check_key, project_name, project_url

PATIENCE_OF_LOGOUT = 5.0
"""Seconds to wait for the server; the session is forgotten here whatever it says."""


@click.command()
@click.option("--url", metavar="URL", help="The project's address, or its reference.")
@click.option("--key", metavar="KEY", help="The publishable key.")
@click.option(
    "--env",
    "env_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A .env file that names both.",
)
@click.option(
    "--dialect", "dialects", multiple=True, metavar="NAME", help="The kind of chat; may be repeated."
)
@click.option("--email", default="", metavar="ADDRESS", help="The account.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin instead of asking.")
@click.option("--send-code", is_flag=True, help="Only have a code mailed to --email.")
@click.option(
    "--code", is_flag=True, help="Sign in by a code from a mail: asked for, or the first line of stdin."
)
@click.option("--link", is_flag=True, help="The same by the mail's whole link, not opened yet.")
@click.option(
    "--forgot",
    is_flag=True,
    help="Set a new password by a code from a mail; with --send-code only have that mailed.",
)
@click.option("--new", "create", is_flag=True, help="With a code: make the account if there is none.")
@click.option("--anonymous", is_flag=True, help="Sign in as nobody in particular.")
@click.option("--oauth", metavar="PROVIDER", help="Sign in with another account, through a browser.")
@workspace_options
def login(
    url: str | None,
    key: str | None,
    env_file: Path | None,
    dialects: tuple[str, ...],
    email: str,
    password_stdin: bool,
    send_code: bool,
    code: bool,
    link: bool,
    forgot: bool,
    create: bool,
    anonymous: bool,
    oauth: str | None,
    workspace: str | None,
    vault: str | None,
) -> None:
    """Sign in to a project and keep it as a workspace.

    With a password unless another way is named.
    """
    chosen = {
        "--password-stdin": password_stdin, "--send-code": send_code, "--code": code, "--link": link,
        "--forgot": forgot and not send_code, "--anonymous": anonymous, "--oauth": bool(oauth),
    }  # fmt: skip
    way = _one_of(chosen)
    here = desk(vault)
    wanted = _wanted(here, url, key, env_file, dialects, workspace)
    if wanted.auth is None and way not in ("--link", "--anonymous", "--oauth") and not email:
        raise click.UsageError(f"{way or 'A password'} needs --email.")
    if way == "--send-code":
        asyncio.run(_send_code(here, wanted, email, create=create, forgot=forgot))
        _keep(here, wanted, vault)
    else:
        account, where = asyncio.run(
            sign_in(here, wanted, _way(wanted, way, email, oauth or "", create=create))
        )
        print(f"Signed in as {_named(account)}, workspace {safe_line(wanted.name)}. {where}")
        _keep(here, wanted, vault)
        _note(here, wanted, account)


def _one_of(chosen: dict[str, bool]) -> str:
    """The way that was named, empty for none."""
    names = [name for name, named in chosen.items() if named]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} are two ways to sign in: name one.")
    return names[0] if names else ""


def _way(wanted: Workspace, way: str, email: str, provider: str, *, create: bool) -> ways.Way:
    if wanted.auth is not None:
        return ways.from_outside
    match way:
        case "--code":
            return ways.by_code(email, create)
        case "--forgot":
            return ways.by_new_password(email)
        case "--link":
            return ways.by_link(email)
        case "--anonymous":
            return ways.anonymously
        case "--oauth":
            return ways.by_browser(provider)
        case _:
            return ways.by_password(email, way == "--password-stdin")


async def _send_code(here: Desk, wanted: Workspace, email: str, *, create: bool, forgot: bool) -> None:
    async def send(remote: Remote) -> None:
        if forgot:
            await remote.forgot(email)
        else:
            await remote.send_code(email, create=create)

    await ask_project(here, wanted, send)
    to, way = safe_line(email), "--forgot" if forgot else "--code"
    went = f"If {to} has an account, a mail went there" if forgot else f"A mail went to {to}"
    print(f"{went}. Go on with: supachat login --email {to} {way}")


def _keep(here: Desk, wanted: Workspace, vault: str | None) -> None:
    """Write down what this sign-in settled."""
    keep_workspace(here.places.settings, wanted)
    if vault is not None and here.settings.vault != vault:
        keep_choice(here.places.settings, "vault", vault)
    if len(here.settings.workspaces) > 0 and wanted.name not in here.settings.workspaces:
        keep_choice(here.places.settings, "workspace", wanted.name)


def _note(here: Desk, wanted: Workspace, account: Account) -> None:
    """Have the next start show this account. One is signed in all the same where that cannot be noted."""
    try:
        remember(here, wanted, account)
    except CacheError as error:
        print(safe_line(str(error), limit=500), file=sys.stderr)


def _named(account: Account) -> str:
    return account.email or account.name


def _wanted(
    here: Desk,
    url: str | None,
    key: str | None,
    env_file: Path | None,
    dialects: tuple[str, ...],
    name: str | None,
) -> Workspace:
    """The workspace that the options describe, or the one that is already kept."""
    found = read(env_file) if env_file is not None else None
    if found is not None and found.ignored:
        print(found.words, file=sys.stderr)
    if url is None and found is None:
        if name is None or name in here.settings.workspaces or key is None:
            return _changed(need_workspace(here, name), key, dialects)
        raise click.UsageError("A new workspace needs --url, or --env.")
    return _new(found or EnvFile(project_url(url or "")), url, key, dialects, name)


def _changed(workspace: Workspace, key: str | None, dialects: tuple[str, ...]) -> Workspace:
    return replace(workspace, key=key or workspace.key, dialects=dialects or workspace.dialects)


def _new(
    found: EnvFile, url: str | None, key: str | None, dialects: tuple[str, ...], name: str | None
) -> Workspace:
    address = project_url(url) if url is not None else found.url
    key = key or found.key
    if not key:
        raise click.UsageError("A new workspace needs --key, its publishable key.")
    return Workspace(name or project_name(address), address, check_key(key), dialects or ("direct",))


@click.command()
@click.option("--everywhere", is_flag=True, help="End every session of this account, on every computer.")
@click.option("--force", is_flag=True, help="Also when that drops messages that are not sent yet.")
@workspace_options
def logout(everywhere: bool, force: bool, workspace: str | None, vault: str | None) -> None:
    """End the session, and drop what this account kept here."""
    here = desk(vault)
    wanted = need_workspace(here, workspace)
    asyncio.run(_logout(here, wanted, everywhere=everywhere, force=force))
    where = " everywhere" if everywhere else ""
    print(f"Signed out of {safe_line(wanted.name)}{where}.")


async def _logout(here: Desk, wanted: Workspace, *, everywhere: bool, force: bool) -> None:
    async with headless(here, wanted, kept=True) as session:
        if not force:
            _refuse_to_drop(session.client.entry.would_drop())
        try:
            await session.signed_in(PATIENCE_OF_LOGOUT)
        except SignInError:
            pass  # already over: what is kept here still has to go
        except Unreachable:
            if everywhere:
                raise
            print("The server was not reached; its session runs out by itself.", file=sys.stderr)
        if not force:  # the session may be of another account than the one that was here last
            _refuse_to_drop(session.client.entry.would_drop())
        await session.client.entry.sign_out(everywhere=everywhere)


def _refuse_to_drop(written: Safe) -> None:
    """Raises `Refused` where something was written that no server has."""
    if written:
        raise Refused(f"Signing out drops {written}", cure="Open supachat to send, or repeat with --force")


@click.command()
@workspace_options
def whoami(workspace: str | None, vault: str | None) -> None:
    """Say who is signed in, and where."""
    asyncio.run(_whoami(workspace, vault))


async def _whoami(workspace: str | None, vault: str | None) -> None:
    here = desk(vault)
    wanted = need_workspace(here, workspace)
    async with headless(here, wanted) as session:
        known = await session.signed_in_or(known_on_disk(here, wanted))
        account = known.account if known else session.client.account
        if account is None:
            raise VaultError("Nobody is signed in", cure="Run supachat login")
        address = f" <{account.email}>" if account.email else ""
        print(f"{account.name}{address} in {safe_line(wanted.name)} ({safe_line(wanted.url)})")
        for source in known.sources if known else session.client.sources:
            print(f"  {source.label}: {safe_line(source.me)}")
