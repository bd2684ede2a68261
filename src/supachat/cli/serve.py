"""`supachat serve`: arguments of the local server, its first line, and its last.

Every import of the server is late: `supachat --help` must not load PostgreSQL's driver.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supachat.domain.errors import SupachatError

if TYPE_CHECKING:
    from supachat.server.reach import Reach
    from supachat.server.serve import Options, Started

ADD_LOCAL = "Add it, in your clone, with: pipx install --force '.[local]'"
TRUST = "_from_user_metadata"
"""How a dialect's setting ends that lets people say themselves what they are when they sign up."""
MISSING = f"supachat serve needs the local server. {ADD_LOCAL}"


def _web_address(_context: click.Context, _option: click.Parameter, given: str) -> str:
    """An address that a browser can be led to, or none."""
    if given and not given.startswith(("http://", "https://")):
        raise click.BadParameter("it begins with http:// or https://")
    return given


@click.command()
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Where the data lives.",
)  # fmt: skip
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on."
)
@click.option(
    "--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="A certificate with its chain (PEM); needed with --tls-key for a --host beyond this machine.",
)  # fmt: skip
@click.option(
    "--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="The certificate's key (PEM, without a passphrase).",
)  # fmt: skip
@click.option(
    "--behind-proxy", is_flag=True,
    help="One proxy in front has TLS; the last address in its X-Forwarded-For is who asks.",
)  # fmt: skip
@click.option(
    "--public-url", default="", metavar="URL", help="The address that others use, where it is another."
)
@click.option(
    "--port", default=54321, show_default=True, type=click.IntRange(0, 65535), metavar="N",
    help="0 takes a free one.",
)  # fmt: skip
@click.option(
    "--dialect", "dialects", multiple=True, metavar="NAME", help="A chat schema to set up; may be repeated."
)
@click.option(
    "--migrations", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR", help="A folder of the Supabase CLI's migrations; may be repeated.",
)  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="First line on stdout, once it answers: a JSON object."
)
@click.option("--no-signup", is_flag=True, help="Nobody may make a new account.")
@click.option(
    "--confirm-email", is_flag=True, help="New accounts wait for a code or link, sent to DATA_DIR/outbox."
)
@click.option("--anonymous", is_flag=True, help="People may come in without an address.")
@click.option(
    "--jwt-algorithm", type=click.Choice(["HS256", "ES256"]), default="HS256", show_default=True,
    help="How people's tokens are signed; ES256 makes a key pair and publishes its half.",
)  # fmt: skip
@click.option(
    "--jwt-expiry", default=3600, show_default=True, type=click.IntRange(2, 604_800), metavar="SECONDS",
    help="How long a person's token lives before it is renewed.",
)  # fmt: skip
@click.option(
    "--site-url",
    default="",
    metavar="URL",
    callback=_web_address,
    help="Where links in mails lead back to.",
)
@click.option(
    "--limit", "given_limits", multiple=True, metavar="NAME=N",
    help="A limit of realtime other than a hosted project's, like users=500; may be repeated.",
)  # fmt: skip
@click.option("--watch-fd", type=int, hidden=True, help="Stop when this inherited pipe closes.")
def serve(
    data_dir: Path | None,
    host: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    public_url: str,
    port: int,
    dialects: tuple[str, ...],
    migrations: tuple[Path, ...],
    as_json: bool,
    no_signup: bool,
    confirm_email: bool,
    anonymous: bool,
    jwt_algorithm: str,
    jwt_expiry: int,
    site_url: str,
    given_limits: tuple[str, ...],
    watch_fd: int | None,
) -> None:
    """Run a Supabase-compatible server here, over a real PostgreSQL."""
    if sys.platform == "win32":
        raise click.ClickException(
            "The local server runs on Linux and macOS only; the client runs here too"
        )
    try:
        from supachat.server import serve as server
        from supachat.server.context import Limits, RealtimeLimits
        from supachat.server.trouble import ServerTrouble
    except ModuleNotFoundError as error:
        raise click.ClickException(MISSING) from error

    reach = reached(host, tls_cert, tls_key, behind_proxy, public_url)
    try:
        options = server.Options(
            data_dir=data_dir or default_data_dir(),
            reach=reach,
            port=port,
            texts=tuple(_text(name) for name in dialects),
            settings=settings(dialects, alone=reach.alone),
            schemas=exposed(dialects),
            migrations=migrations,
            signup=not no_signup,
            confirm_email=confirm_email,
            anonymous=anonymous,
            asymmetric=jwt_algorithm == "ES256",
            site_url=site_url,
            mailed=None if as_json else _say_mail,
            watch_fd=watch_fd,
            limits=Limits(
                access_token=float(jwt_expiry), realtime=RealtimeLimits().with_given(given_limits)
            ),
        )
        asyncio.run(
            server.serve(options, lambda started: click.echo(first_line(started, options, as_json)))
        )
    except (ServerTrouble, SupachatError) as error:
        raise click.ClickException(str(error)) from error


def default_data_dir() -> Path:
    """Where the server keeps its data when nobody says."""
    from supachat.settings.places import places

    return places(os.environ).data / "server"


def reached(host: str, cert: Path | None, key: Path | None, behind_proxy: bool, public_url: str) -> Reach:
    """How others come to the server. A certificate and its key are given together or not at all."""
    from supachat.server.reach import Reach, Tls

    if (cert is None) != (key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    tls = Tls(cert, key) if cert is not None and key is not None else None
    return Reach(host, tls, behind_proxy, public_url)


def first_line(started: Started, options: Options, as_json: bool) -> str:
    """What is printed once the server answers."""
    if as_json:
        return json.dumps(
            {
                "url": started.url,
                "publishable_key": started.publishable_key,
                "data_dir": str(started.data_dir),
                "pid": started.pid,
            }
        )
    signup = "sign-up is open" if options.signup else "sign-up is closed"
    if options.signup and options.confirm_email:
        signup += f", new accounts are confirmed by the link in {started.data_dir / 'outbox'}"
    lines = [f"supachat serves {started.url}, {signup}, data in {started.data_dir}"]
    if options.reach.behind_proxy:
        lines.append(f"it listens on {options.reach.host}: nobody but the proxy may reach that")
    if any(name.endswith(TRUST) and value == "off" for name, value in options.settings.items()):
        lines.append(
            "others reach it: roles and app ids come from app metadata, which the service key sets"
        )
    lines.append(f"publishable key: {started.publishable_key}")
    return "\n".join(lines)


def _say_mail(line: str) -> None:
    """A letter that was written, for whoever watches the server instead of a mailbox."""
    from supachat.domain.text import safe_line

    with contextlib.suppress(BrokenPipeError):  # nobody watches any more; the letter is in the folder
        click.echo(safe_line(line, limit=4096))


def exposed(dialects: tuple[str, ...]) -> tuple[str, ...]:
    """The schemas that REST shows: public, and those of dialects that live in their own."""
    from supachat.dialects import catalog

    return tuple(dict.fromkeys(("public", *(catalog.schema(name) for name in dialects))))


def settings(dialects: tuple[str, ...], *, alone: bool) -> dict[str, str]:
    """What the dialects' SQL must know about the server that runs it.

    Where others reach it, whoever signs up may not say what they are: a stranger would be an admin. Set,
    not left out, for the database keeps what an earlier start said.
    """
    from supachat.dialects import catalog

    found = {name: value for one in dialects for name, value in catalog.local_settings(one).items()}
    return {name: value if alone or not name.endswith(TRUST) else "off" for name, value in found.items()}


def _text(name: str) -> tuple[str, str]:
    """The SQL of one dialect, under a name for error messages."""
    from supachat.dialects import catalog

    return f"{name}.sql", catalog.sql(name)


if __name__ == "__main__":
    serve()
