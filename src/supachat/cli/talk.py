"""`threads`, `send` and `tail`: conversations from the shell. Loads neither Textual nor the server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import click

from supachat.assemble import Desk, desk
from supachat.assemble.on_disk import known_on_disk
from supachat.cli.headless import PATIENCE, Headless, headless, need_workspace
from supachat.cli.options import workspace_options
from supachat.cli.output import as_json, given_up_by_ctrl_c, show_message, show_threads
from supachat.cli.which import Several, asked_person, which_person, which_thread
from supachat.client import Client
from supachat.domain.errors import BadInput, NotFound, Refused, Unreachable
from supachat.domain.events import Edge
from supachat.domain.model import Delivery, DraftState, Feature, Gap, Message, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.settings import Workspace


def asyncio_run(work: Coroutine[Any, Any, None]) -> None:
    """Run a command's coroutine; several threads that fit are listed, exit 2."""
    try:
        asyncio.run(work)
    except Several as several:
        print(
            f"supachat: {several.said!r} fits several, say which:",
            *several.choices,
            sep="\n  ",
            file=sys.stderr,
        )
        sys.exit(2)


@click.command()
@workspace_options
def threads(workspace: str | None, vault: str | None) -> None:
    """List your threads, the last to move first."""
    asyncio_run(_threads(workspace, vault))


async def _threads(workspace: str | None, vault: str | None) -> None:
    here = desk(vault)
    wanted = need_workspace(here, workspace)
    async with headless(here, wanted) as session:
        known = await session.signed_in_or(known_on_disk(here, wanted))
        if known is None:
            await session.listed_threads()
        found = known.threads if known else session.client.threads()
        if found:
            with given_up_by_ctrl_c():
                show_threads(found)
        else:
            print("No threads yet. Begin one: supachat send @name 'hello'", file=sys.stderr)


@click.command()
@click.argument("thread")
@click.argument("text", required=False)
@click.option("--subject", default="", metavar="WORDS", help="A line above it, where the source has one.")
@click.option("--queue", is_flag=True, help="If it cannot be sent now, keep it for the app's next start.")
@click.option("--wait", default=PATIENCE, show_default=True, metavar="SECONDS", help="How long to try.")
@workspace_options
def send(
    thread: str,
    text: str | None,
    subject: str,
    queue: bool,
    wait: float,
    workspace: str | None,
    vault: str | None,
) -> None:
    """Send TEXT to THREAD; stdin where TEXT is left out or -.

    THREAD is an id, source:id, or a name when only one fits; @name opens a new thread, source:@name in
    that source. Ends when the server has the message, and prints its id.
    """
    body = text if text not in (None, "-") else stdin_text()
    here = desk(vault)
    asyncio_run(_send(here, need_workspace(here, workspace), thread, (subject, body), queue, wait))


def stdin_text() -> str:
    """All of stdin, without the line feed at its end. Raises `BadInput` if it is not UTF-8."""
    if sys.stdin.isatty():
        print("Write the message, end it with ctrl+d on a line of its own.", file=sys.stderr)
    raw = sys.stdin.buffer.read()
    try:
        return raw.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        cure = "Convert it first, for example with iconv"
        raise BadInput(f"What came on stdin is not UTF-8 (byte {error.start + 1})", cure=cure) from error


async def _send(
    here: Desk, workspace: Workspace, said: str, letter: tuple[str, str], queue: bool, seconds: float
) -> None:
    async with headless(here, workspace, kept=queue) as session:
        client = session.client
        if not (queue and client.threads()) or asked_person(said) is not None:
            await _listed(session, seconds, queue)
        key = await find_thread(session, said)
        subject, body = letter
        draft = client.send(key, body, subject)
        try:
            await session.until(lambda: _outcome(session, draft), seconds)
        except Refused:
            client.discard(draft)
            raise
        except Unreachable as error:
            if not queue:
                raise
            cure = "The message is queued: the app sends it when it starts, as does another send --queue"
            raise Unreachable(error.message, cure=cure) from error
        print(draft)


async def _listed(session: Headless, seconds: float, queue: bool) -> None:
    """The server has told of the threads. Nothing can wait for one that the app has never seen here."""
    try:
        await session.signed_in(seconds)
        await session.listed_threads()
    except Unreachable as error:
        if not queue:
            raise
        cure = "Nothing is queued, since the app has not seen the thread on this computer yet. Try again"
        raise Unreachable(error.message, cure=cure) from error


def _outcome(session: Headless, draft: str) -> bool | None:
    """True once the server has it: the draft that was written last. Raises `Refused` with the reason."""
    if not session.client.is_unsent(draft):
        return True
    last = session.client.waiting()[-1]
    if last.state is DraftState.FAILED:
        raise Refused(f"The message was not sent: {last.reason}")
    return None


async def find_thread(session: Headless, said: str) -> ThreadKey:
    """The thread that is meant; `@name` and `source:@name` make it if it is new."""
    client = session.client
    asked = asked_person(said)
    if asked is None:
        return which_thread(client.threads(), said).key
    able = [one.name for one in client.sources if client.can(one.name, Feature.FIND_PEOPLE)]
    sources = [name for name in able if asked.source in ("", name)]
    if not sources:
        raise _nobody_to_find(client, asked.source, able)
    people = [person for source in sources for person in await client.desk.find_people(source, asked.name)]
    person = which_person(people, asked.name)
    return await client.desk.start_thread(person.key.source, person.key.id)


def _nobody_to_find(client: Client, source: str, able: list[str]) -> NotFound:
    if source and source not in [one.name for one in client.sources]:
        names = ", ".join(one.name for one in client.sources) or "none"
        return NotFound(f"There is no source {safe_line(source)!r}", cure=f"Switched on here: {names}")
    where = f"in {safe_line(source)}" if source else "in this workspace"
    able_words = f", or look in {', '.join(able)}" if able else ""
    return NotFound(f"People cannot be looked for {where}", cure=f"Give a thread instead{able_words}")


@click.command()
@click.argument("thread")
@click.option("--json", "json_", is_flag=True, help="One JSON object a line, in ASCII.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes.")
@click.option(
    "--last", default=20, show_default=True, type=click.IntRange(0, 100_000), metavar="N", help="How many."
)
@workspace_options
def tail(
    thread: str, json_: bool, follow: bool, last: int, workspace: str | None, vault: str | None
) -> None:
    """Print the last messages of THREAD, oldest first."""
    asyncio_run(_tail(thread, json_, follow, last, workspace, vault))


async def _tail(
    said: str, json_: bool, follow: bool, last: int, workspace: str | None, vault: str | None
) -> None:
    here = desk(vault)
    async with headless(here, need_workspace(here, workspace)) as session:
        await session.signed_in()
        await session.listed_threads()
        client = session.client
        key = await find_thread(session, said)
        client.open(key)
        await session.until(lambda: session.thread == key or None)
        await _loaded(session, last)
        _warn_of_hearsay(client, key, follow=follow)
        shown: set[str] = set()
        messages = session.messages()
        shown.update(message.id for message in messages[: len(messages) - last])
        if follow:
            session.watch_reader()
        while not session.unread:
            with given_up_by_ctrl_c():
                for message in fresh(session, shown):
                    name = author_name(client, message)
                    print(as_json(message, name), flush=True) if json_ else show_message(message, name)
            if not follow:
                return
            await session.turn()


def _warn_of_hearsay(client: Client, key: ThreadKey, *, follow: bool) -> None:
    """An empty answer would be read as an empty room."""
    thread = client.thread(key)
    if thread is not None and thread.hearsay:
        rest = (
            "what is said from now on comes here" if follow else "--follow shows what is said from now on"
        )
        print(f"supachat: the server stores nothing of this room: {rest}", file=sys.stderr)


async def _loaded(session: Headless, wanted: int) -> None:
    """At least `wanted` messages are there, or all that the thread has."""

    def enough() -> bool | None:
        if session.edge is Edge.FAILED:
            raise Refused(f"The thread could not be read: {session.edge_reason}")
        if session.client.health.catching_up:
            return None
        if session.edge.is_end or (session.items and len(session.messages()) >= wanted):
            return True
        if session.items and session.edge is Edge.MORE:
            session.client.load_older()
        return None

    await session.until(enough)


def author_name(client: Client, message: Message) -> Safe:
    """The author as the profiles call them, else by their id."""
    author = client.person(message.thread.source, message.author)
    if author is not None:
        return author.name
    return client.account.name if message.own and client.account else safe_line(message.author)


def fresh(session: Headless, shown: set[str]) -> list[Message]:
    """Confirmed messages that were not shown yet, oldest first, noted as shown. Stops before a gap
    and asks for what is missing: what follows a gap comes once it is filled."""
    news: list[Message] = []
    for item in session.items:
        if isinstance(item, Gap):
            session.client.fill_gap(item)
            break
        if item.id not in shown and item.delivery in (Delivery.RECEIVED, Delivery.SENT):
            shown.add(item.id)
            news.append(item)
    return news
