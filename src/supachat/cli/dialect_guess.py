"""`dialect guess`: a map of a stranger's chat, asked for where it is unsure, written to a new file.

Loads no grammar before it writes; never writes over a file.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supachat.cli.options import workspace_options
from supachat.domain.errors import BadInput, SupachatError
from supachat.domain.text import safe_line

if TYPE_CHECKING:
    from supachat.dialects.guess.columns import Choice
    from supachat.dialects.guess.proposal import Proposal
    from supachat.dialects.guess.seen import Table

WORDS = {
    "messages.table": "Which table holds the messages",
    "messages.key": "Which column is a message's key",
    "messages.order": "Which column orders the messages",
    "messages.thread": "Which column says to which thread a message belongs",
    "messages.author": "Which column says who wrote it",
    "messages.body": "Which column holds the text",
    "threads.table": "Which table holds the threads",
    "threads.id": "Which column is a thread's key",
    "threads.title": "Which column is a thread's title",
    "members.id": "Which column says who is in a thread",
    "me.table": "Which table says who people are",
    "me.name": "Which column is a person's name",
}


@click.command()
@click.option("--schema", default="public", show_default=True, metavar="NAME", help="Where to look.")
@click.option("--table", "also", multiple=True, metavar="NAME", help="A table to try; may be repeated.")
@click.option("--name", default="guessed", show_default=True, help="What to call the dialect.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="The new file; NAME.toml here where none is given.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Take the likeliest everywhere and ask nothing.")
@workspace_options
def guess(
    schema: str,
    also: tuple[str, ...],
    name: str,
    output: Path | None,
    yes: bool,
    workspace: str | None,
    vault: str | None,
) -> int:
    """Write a map for the tables of the project that look like a chat.

    Needs a sign-in. Asks where it is unsure, unless there is no terminal to ask on.
    """
    path = output or Path(f"{name}.toml")
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name):
        raise BadInput(
            f"a dialect cannot be called {safe_line(name)!r}", cure="Take small letters, digits, - and _"
        )
    for one in (path, path.with_suffix(".sql")):
        if one.exists():
            raise BadInput(
                f"{one} is there already and was left as it is", cure="Name another with --output"
            )
    tables = asyncio.run(_seen(schema, also, workspace, vault))
    asking = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    proposal, views = settled(tables, name, schema, asking=asking)
    _tell(proposal)
    if proposal.missing:
        raise SupachatError(
            f"no map was made: nothing was found for {', '.join(proposal.missing)}",
            cure="A table of messages has a column each for the text, the time and who wrote it; a chat"
            " that is kept as JSON needs a view with them. Look elsewhere with --schema, name tables with"
            " --table, or write the map by hand: supachat dialect show --grammar",
        )
    _write(path, proposal, name, schema)
    print(f"\nWritten to {path}.")
    if views:
        beside = path.with_suffix(".sql")
        _new(beside, views)
        print(
            f"This chat has no threads: {beside} makes two views that say what they are, and stores"
            " nothing. Run it as postgres, in the SQL editor."
        )
    print(f"Now: supachat dialect check {path}")
    return 0


async def _seen(
    schema: str, also: tuple[str, ...], workspace: str | None, vault: str | None
) -> tuple[Table, ...]:
    from supachat.doctor.entry import signed_in
    from supachat.doctor.look import look

    async with signed_in(workspace, vault, os.environ) as (examiner, _):
        return await look(examiner, schema, also)


def settled(tables: tuple[Table, ...], name: str, schema: str, *, asking: bool) -> tuple[Proposal, str]:
    """The map, and the SQL of the views that it needs where a chat has no threads; empty where it has."""
    from supachat.dialects.guess.proposal import people, propose
    from supachat.dialects.guess.views import viewed, wanted

    views = viewed(tables, people(tables), name, schema) if wanted(propose(tables)) else None
    return settle(views.tables if views else tables, asking=asking), views.sql if views else ""


def settle(tables: tuple[Table, ...], *, asking: bool) -> Proposal:
    """Ask until nothing is unsure; each answer may change the questions after it."""
    from supachat.dialects.guess.proposal import propose

    fixed: dict[str, str] = {}
    while True:
        proposal = propose(tables, fixed)
        question = next((one for one in proposal.choices if one.unsure and one.role not in fixed), None)
        if question is None or not asking:
            return proposal
        fixed[question.role] = ask(question)


def ask(question: Choice) -> str:
    """On stderr, so that stdout stays what it was asked for. Enter takes the likeliest."""
    words = WORDS.get(question.role)
    if words is None:
        words = f"What is to stand in {question.role.partition('.')[2]} of a message"
    offered = ", ".join(safe_line(one) for one in (question.value, *question.others) if one)
    said: str = click.prompt(f"{words}? {offered}", default=question.value, show_default=False, err=True)
    return said.strip()


def _tell(proposal: Proposal) -> None:
    for choice in proposal.choices:
        unsure = "?" if choice.unsure else " "
        others = f"  or {', '.join(choice.others)}" if choice.unsure and choice.others else ""
        line = f"{choice.confidence:4.0%} {unsure} {choice.role:<18} {choice.value}{others}"
        print(safe_line(line, limit=300))


def _write(path: Path, proposal: Proposal, name: str, schema: str) -> None:
    """Only to a new file, and only what the grammar takes."""
    from supachat.dialects.grammar import parse
    from supachat.dialects.guess.written import toml

    text = toml(proposal, name, schema)
    parse(text, str(path))
    _new(path, text)


def _new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
