"""`login`, `logout`, `whoami`: a workspace's account, from the shell. A password is never an argument."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from supachat.assemble import Desk, desk, sign_in
from supachat.cli.headless import headless, need_workspace
from supachat.cli.options import workspace_options
from supachat.domain.errors import BadInput, SignInError, Unreachable, VaultError
from supachat.domain.text import safe_line
from supachat.settings import Workspace
from supachat.settings.dotenv import EnvFile, read
from supachat.settings.edit import keep_choice, keep_workspace
from supachat.settings.project import check_key, project_name, project_url

PATIENCE_OF_LOGOUT = 5.0
"""Seconds to wait for the server; the session is forgotten here whatever it says."""


@click.command()
@click.option("--url", help="The project's address, or its reference.")
@click.option("--key", help="The publishable key.")
@click.option("--env", "env_file", type=click.Path(path_type=Path), help="A .env file that names both.")
@click.option(
    "--dialect", "dialects", multiple=True, metavar="NAME", help="The kind of chat; may be repeated."
)
@click.option("--email", required=True, help="The account.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin instead of asking.")
@workspace_options
def login(
    url: str | None,
    key: str | None,
    env_file: Path | None,
    dialects: tuple[str, ...],
    email: str,
    password_stdin: bool,
    workspace: str | None,
    vault: str | None,
) -> None:
    """Sign in to a project and keep it as a workspace."""
    here = desk(vault)
    wanted = _wanted(here, url, key, env_file, dialects, workspace)
    account, where = asyncio.run(sign_in(here, wanted, email, lambda: password(password_stdin)))
    keep_workspace(here.places.settings, wanted)
    if vault is not None and here.settings.vault != vault:
        keep_choice(here.places.settings, "vault", vault)
    if len(here.settings.workspaces) > 0 and wanted.name not in here.settings.workspaces:
        keep_choice(here.places.settings, "workspace", wanted.name)
    print(f"Signed in as {account.email}, workspace {safe_line(wanted.name)}. {where}")


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
    return Workspace(workspace.name, workspace.url, key or workspace.key, dialects or workspace.dialects)


def _new(
    found: EnvFile, url: str | None, key: str | None, dialects: tuple[str, ...], name: str | None
) -> Workspace:
    address = project_url(url) if url is not None else found.url
    key = key or found.key
    if not key:
        raise click.UsageError("A new workspace needs --key, its publishable key.")
    return Workspace(name or project_name(address), address, check_key(key), dialects or ("direct",))


def password(from_stdin: bool) -> str:
    """Asked for without an echo, or the first line of stdin."""
    if from_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise BadInput("No password came on stdin")
        return line
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password: use --password-stdin.")
    return str(click.prompt("Password", hide_input=True, err=True))


@click.command()
@workspace_options
def logout(workspace: str | None, vault: str | None) -> None:
    """End the session, and drop what this account kept on this computer."""
    here = desk(vault)
    wanted = need_workspace(here, workspace)
    asyncio.run(_logout(here, wanted))
    print(f"Signed out of {safe_line(wanted.name)}.")


async def _logout(here: Desk, wanted: Workspace) -> None:
    async with headless(here, wanted, kept=True) as session:
        try:
            await session.signed_in(PATIENCE_OF_LOGOUT)
        except SignInError:
            pass  # already over: what is kept here still has to go
        except Unreachable:
            print("The server was not reached; its session runs out by itself.", file=sys.stderr)
        await session.client.entry.sign_out()


@click.command()
@workspace_options
def whoami(workspace: str | None, vault: str | None) -> None:
    """Say who is signed in, and where."""
    asyncio.run(_whoami(workspace, vault))


async def _whoami(workspace: str | None, vault: str | None) -> None:
    here = desk(vault)
    wanted = need_workspace(here, workspace)
    async with headless(here, wanted) as session:
        await session.signed_in()
        account = session.client.account
        if account is None:
            raise VaultError("Nobody is signed in", cure="Run supachat login")
        print(f"{account.name} <{account.email}> in {safe_line(wanted.name)} ({safe_line(wanted.url)})")
        for source in session.client.sources:
            print(f"  {source.label}: {safe_line(source.me)}")
