"""The ways in and out, as a shell has them, against the real local server and its outbox of mails."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.journeys.local import PASSWORD, LocalServer
from tests.journeys.shell import Shell
from tests.remote.tokens_shop import Shop

from supachat.assemble import desk
from supachat.assemble.desk import cache_files
from supachat.domain.keeping import KeepDraft
from supachat.domain.model import Draft, Micros, ThreadKey

Names = Callable[[str], str]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


@pytest.fixture
def shop(server: LocalServer, names: Names) -> Iterator[Shop]:
    """A backend that hands out the sign-in of an account of its own."""
    server.sign_up(names("ana"))
    with Shop() as shop:
        shop.body = json.dumps({"access_token": server.token(names("ana"))["access_token"]})
        yield shop


def mail(server: LocalServer, address: str) -> str:
    """The newest letter to `address`."""
    letters = sorted((server.data_dir / "outbox").glob(f"*-{address}.txt"))
    return letters[-1].read_text(encoding="utf-8")


def test_by_a_code_then_by_a_link(server: LocalServer, shell: Shell, names: Names) -> None:
    address = f"{names('new')}@example.org"
    project = ("--url", server.url, "--key", server.key, "--email", address)
    unknown = shell.run("login", *project, "--send-code")
    assert unknown.returncode == 1
    assert "no account has that e-mail address" in unknown.stderr
    sent = shell.run("login", *project, "--send-code", "--new")
    assert sent.returncode == 0, sent.stderr
    wrong = shell.run("login", "--email", address, "--code", stdin="000000\n")
    assert "old, wrong, or was used already" in wrong.stderr
    letter = mail(server, address)
    code = re.search(r"\b\d{6}\b", letter)
    assert code is not None
    done = shell.run("login", "--email", address, "--code", stdin=f"{code.group()}\n")
    assert done.returncode == 0, done.stderr
    assert address in shell.run("whoami").stdout
    assert "old, wrong, or was used" in shell.run("login", "--link", stdin=link(letter)).stderr
    home = shell.environ["SUPACHAT_HOME"]
    assert code.group() not in "".join(
        path.read_text("utf-8", "replace") for path in Path(home).rglob("*") if path.is_file()
    )


def link(letter: str) -> str:
    found = re.search(r"http://\S+", letter)
    assert found is not None
    return f"{found.group()}\n"


def test_by_the_whole_link(server: LocalServer, shell: Shell, names: Names) -> None:
    address = f"{names('link')}@example.org"
    project = ("--url", server.url, "--key", server.key, "--email", address)
    assert shell.run("login", *project, "--send-code", "--new").returncode == 0
    done = shell.run("login", "--link", stdin=link(mail(server, address)))
    assert done.returncode == 0, done.stderr
    assert address in shell.run("whoami").stdout


def test_who_forgot_the_password_sets_a_new_one(server: LocalServer, shell: Shell, names: Names) -> None:
    server.sign_up(names("ana"))
    address, fresh = f"{names('ana')}@example.org", "another-horse-7"
    project = ("--url", server.url, "--key", server.key, "--email", address)
    sent = shell.run("login", *project, "--forgot", "--send-code")
    assert sent.returncode == 0, sent.stderr
    assert "--forgot" in sent.stdout
    done = shell.run(
        "login", "--email", address, "--forgot", stdin=f"{link(mail(server, address))}{fresh}\n"
    )
    assert done.returncode == 0, done.stderr
    assert address in shell.run("whoami").stdout
    old = shell.run("login", "--email", address, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert "do not match" in old.stderr
    new = shell.run("login", "--email", address, "--password-stdin", stdin=f"{fresh}\n")
    assert new.returncode == 0, new.stderr


def test_a_new_password_that_is_refused_is_said(server: LocalServer, shell: Shell, names: Names) -> None:
    server.sign_up(names("ben"))
    address = f"{names('ben')}@example.org"
    project = ("--url", server.url, "--key", server.key, "--email", address)
    assert shell.run("login", *project, "--forgot", "--send-code").returncode == 0
    code = re.search(r"\b\d{6}\b", mail(server, address))
    assert code is not None
    weak = shell.run("login", "--email", address, "--forgot", stdin=f"{code.group()}\nabc\n")
    assert weak.returncode == 1
    assert "the password is too weak" in weak.stderr
    assert "Traceback" not in weak.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--forgot"], "--forgot needs --email"),
        (["--anonymous"], "lets nobody in without a name"),
        (["--oauth", "github"], "no sign-in by github (it has: none)"),
        (["--code", "--link"], "are two ways to sign in"),
        (["--code"], "--code needs --email"),
        ([], "A password needs --email"),
        (["--link"], "No link came on stdin"),
    ],
)
def test_a_way_that_leads_nowhere_is_named(
    server: LocalServer, shell: Shell, words: list[str], said: str
) -> None:
    refused = shell.run("login", "--url", server.url, "--key", server.key, *words)
    assert refused.returncode in (1, 2)
    assert said in refused.stderr


def test_a_backend_hands_out_the_sign_in(
    server: LocalServer, shell: Shell, shop: Shop, names: Names
) -> None:
    config = Path(shell.environ["SUPACHAT_HOME"]) / "config" / "supachat.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[workspaces.shop]\nurl = "{server.url}"\nkey = "{server.key}"\n'
        f'auth = {{ kind = "endpoint", url = "{shop.url}", method = "POST", '
        'headers_from_env = { Authorization = "SHOP_TOKEN" } }\n',
        encoding="utf-8",
    )
    assert f"{names('ana')}@example.org" in shell.run("whoami", SHOP_TOKEN="of-the-shop").stdout
    assert shop.asked[-1] == ("POST", "/chat/token", "of-the-shop")
    unset = shell.run("whoami")
    assert "SHOP_TOKEN is not set" in unset.stderr
    shop.status = 401
    refused = shell.run("whoami", SHOP_TOKEN="of-the-shop")
    assert "it answered 401" in refused.stderr
    kept = [path for path in Path(shell.environ["SUPACHAT_HOME"]).rglob("*.session")]
    assert kept == [], "nothing of such a sign-in is kept"


def test_signing_out_everywhere_ends_every_session(
    server: LocalServer, shell: Shell, tmp_path: Path, names: Names
) -> None:
    server.sign_up(names("ana"))
    other = Shell(tmp_path / "other")
    for each in (shell, other):
        assert each.login(server, names("ana")).returncode == 0
    done = shell.run("logout", "--everywhere")
    assert done.stdout.strip().endswith("everywhere.")
    gone = other.run("whoami")
    assert gone.returncode == 1
    assert "the session is over" in gone.stderr


def test_signing_out_with_messages_unsent_wants_force(
    own_server: LocalServer, shell: Shell, names: Names
) -> None:
    """The server is gone, so what was written waits."""
    own_server.sign_up(names("ana"))
    assert shell.login(own_server, names("ana")).returncode == 0
    _leave_a_draft(shell)
    own_server.kill()
    refused = shell.run("logout")
    assert refused.returncode == 1
    assert "Signing out drops 1 unsent message" in refused.stderr
    assert "--force" in refused.stderr
    assert list(Path(shell.environ["SUPACHAT_HOME"]).rglob("*.session"))
    forced = shell.run("logout", "--force")
    assert forced.returncode == 0, forced.stderr
    assert "its session runs out by itself" in forced.stderr
    assert not list(Path(shell.environ["SUPACHAT_HOME"]).rglob("*.session"))
    assert PASSWORD not in forced.stderr


def _leave_a_draft(shell: Shell) -> None:
    """As an app leaves it that was closed while its message waited."""
    here = desk(environ=shell.environ)
    workspace = here.workspace(None)
    assert workspace is not None

    async def leave() -> None:
        cache = cache_files(here, workspace).last()
        thread = ThreadKey("direct", "ana__ben")
        await cache.load()
        await cache.commit([KeepDraft(Draft(str(uuid.uuid4()), thread, "waits", Micros(1)))])
        await cache.close()

    asyncio.run(leave())
