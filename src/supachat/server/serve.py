"""Runs one project: PostgreSQL and the gateway, from the lock on the folder to the last goodbye.

Order matters at the end: requests, then the replication stream, then the pools, then PostgreSQL; a
stream that is still open would hold PostgreSQL's stop. Must never outlive what it started.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import uvicorn

from supachat.server.bootstrap import bootstrap, keep_partitions
from supachat.server.context import Context, Limits, pool
from supachat.server.gateway import build, running
from supachat.server.keeping import keep_alive, keep_house
from supachat.server.keys import with_pair
from supachat.server.lock import FolderLock
from supachat.server.migrate import apply_folder, apply_settings, apply_text
from supachat.server.postgres import Postgres
from supachat.server.reach import Reach, Tls
from supachat.server.stopping import stopped_by_pipe, stopped_by_signals
from supachat.server.trouble import PortTaken, ServerTrouble, disk_words

FILES = 8_192
"""Files and connections that may be open at once: a Mac allows 256 unless it is asked, and 250 idle
connections of one client would keep everybody else out."""
GRACE = 0.5
"""Seconds for requests that are being answered when the server is asked to stop."""


@dataclass(frozen=True)
class Options:
    """What to serve. `texts` are (name, idempotent SQL), `settings` are set on the database before them;
    `migrations` are folders of the Supabase CLI's kind. `watch_fd` is a pipe: when it closes, so do we.
    With `asymmetric` people's tokens are signed by a key pair; `mailed` is told each letter as a line."""

    data_dir: Path
    reach: Reach = field(default_factory=Reach)
    port: int = 54321
    texts: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    migrations: tuple[Path, ...] = ()
    schemas: tuple[str, ...] = ("public",)
    signup: bool = True
    confirm_email: bool = False
    anonymous: bool = False
    asymmetric: bool = False
    site_url: str = ""
    mailed: Callable[[str], None] | None = None
    watch_fd: int | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Started:
    """What a caller needs to know once the server answers."""

    url: str
    publishable_key: str
    data_dir: Path
    pid: int


async def serve(options: Options, announce: Callable[[Started], None]) -> None:
    """Runs until SIGTERM, SIGINT, the end of `watch_fd` or cancellation. Raises ServerTrouble.

    `announce` is called once, when the first request can be answered.
    """
    options.reach.check(options.port)
    data_dir = options.data_dir.absolute()
    with disk_words(data_dir):
        await _serve(options, data_dir, announce)


async def _serve(options: Options, data_dir: Path, announce: Callable[[Started], None]) -> None:
    _forget_shell()
    _open_more_files()
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.enter_context(stopped_by_signals(stop))
        stack.enter_context(stopped_by_pipe(stop, options.watch_fd))
        lock = FolderLock.take(data_dir)
        stack.callback(lock.release)
        try:
            listener = listen(options.reach.host, options.port)
        except ServerTrouble:
            lock.unmake()
            raise
        stack.callback(listener.close)
        url = options.reach.url(listener.getsockname()[1])
        postgres = await Postgres.start(data_dir)
        stack.push_async_callback(postgres.stop)
        await _prepare(postgres, options)
        context = await stack.enter_async_context(_context(postgres, options, url))
        await stack.enter_async_context(running(context))
        await stack.enter_async_context(_answering(context, listener, options.reach.tls))
        lock.announce(url)
        announce(Started(url, context.keys.publishable_key, data_dir, os.getpid()))
        await _until(stop, postgres, context)


def _forget_shell() -> None:
    """No PG* variable of the person's shell may steer our connections: PGTZ alone shifts every time."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _open_more_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # the system may have a word of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def _prepare(postgres: Postgres, options: Options) -> None:
    """The project's ground, its settings, and what it wants to have on it."""
    superuser, project = postgres.conninfo(), postgres.conninfo("postgres")
    try:
        await bootstrap(superuser, postgres.password)
        await keep_partitions(superuser)
        await apply_settings(superuser, options.settings)
        for folder in options.migrations:
            await apply_folder(project, folder)
        for name, text in options.texts:
            await apply_text(project, name, text)
    except psycopg.Error as error:
        raise ServerTrouble(
            f"the database could not be prepared: {error}. What was in it is untouched. "
            "Start again; if it stays so, PostgreSQL's own words are in postgres.log in the data folder."
        ) from error


@asynccontextmanager
async def _context(postgres: Postgres, options: Options, url: str) -> AsyncIterator[Context]:
    async with (
        pool(postgres.conninfo(), size=8, name="admin") as admin,
        pool(postgres.conninfo("authenticator"), size=12, name="requests") as requests,
    ):
        yield Context(
            keys=with_pair(postgres.keys, options.data_dir.absolute(), asymmetric=options.asymmetric),
            admin=admin,
            requests=requests,
            conninfo=postgres.conninfo,
            schemas=options.schemas,
            signup=options.signup,
            confirm_email=options.confirm_email,
            anonymous=options.anonymous,
            site_url=options.site_url,
            mailed=options.mailed,
            limits=options.limits,
            url=url,
            outbox=options.data_dir.absolute() / "outbox",
            hosts=options.reach.names(),
            behind_proxy=options.reach.behind_proxy,
        )


class _Quiet(uvicorn.Server):
    """uvicorn without its signal handlers: PostgreSQL must stop after it, so the signals are ours."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _worth_saying(record: logging.LogRecord) -> bool:
    """Requests that are cut off at the end are no failure, and a websocket that was refused is none."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and not str(record.msg).startswith(
        ("Cancel %s running", "ASGI callable returned without completing handshake")
    )


@asynccontextmanager
async def _answering(context: Context, listener: socket.socket, tls: Tls | None) -> AsyncIterator[None]:
    logging.getLogger("uvicorn.error").addFilter(_worth_saying)
    # it warns of every try to connect while PostgreSQL is away, which others say once
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    server = _Quiet(
        uvicorn.Config(
            build(context),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # on loopback uvicorn would believe anybody's X-Forwarded-For
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
            ws="websockets-sansio",
            ws_max_size=context.limits.realtime.frame_bytes,
            ws_per_message_deflate=False,
            ws_ping_interval=None,  # the protocol has its own heartbeat
            timeout_graceful_shutdown=GRACE,  # type: ignore[arg-type] # any number of seconds works
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn sets a flag, no event
            await asyncio.sleep(0.002)
        yield
    finally:
        server.should_exit = True
        await task


async def _until(stop: asyncio.Event, postgres: Postgres, context: Context) -> None:
    """Returns when `stop` is set; keeps PostgreSQL alive and its partitions made until then."""
    tasks = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(keep_alive(postgres, context)),
        asyncio.create_task(keep_house(postgres)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken, or ServerTrouble for a bad host."""
    try:
        family, kind, proto, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServerTrouble(f"{host} is no address of this machine. Use --host 127.0.0.1.") from error
    made = socket.socket(family, kind, proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(128)
    except OSError as error:
        made.close()
        raise PortTaken(
            f"cannot listen on {host} port {port}: {error.strerror}. Nothing was started. "
            "Choose another with --port, or --port 0 for a free one."
        ) from error
    made.setblocking(False)
    return made
