"""What commands print: drawn by rich on a terminal, plain lines in a pipe. Only safe text leaves here.

`--json` holds the originals instead, escaped to ASCII: no byte of it can steer a terminal.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from supachat.cli import streams
from supachat.cli.which import thread_name
from supachat.domain.model import Extra, Message, MessageKind, Micros, Thread
from supachat.domain.text import Safe, isolate


@contextmanager
def given_up_by_ctrl_c() -> Iterator[None]:
    """What is written in here may wait for ever for its reader, and one ctrl+c ends that. asyncio's own
    handler only asks the task to end at its next await, which such a write never comes to."""
    held = signal.getsignal(signal.SIGINT)
    if held is not signal.SIG_IGN:  # a shell in the background wants none
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # it came a moment before
            raise KeyboardInterrupt
        yield
    except KeyboardInterrupt:
        streams.drop(sys.stdout.fileno())
        raise
    finally:
        signal.signal(signal.SIGINT, held)


def as_json(message: Message, author_name: str) -> str:
    """One message as one line of ASCII. What is no text says its `kind`, and what is only
    heard is `unverified`: nobody can look it up."""
    extra = message.extra or Extra()
    return json.dumps(
        {
            "id": message.id,
            "thread": message.thread.id,
            "author": message.author,
            "author_name": author_name,
            **({"subject": extra.subject} if extra.subject else {}),
            "body": message.raw,
            "created_at": iso(message.at),
            "state": message.delivery.value,
            **({"kind": extra.kind.value} if extra.kind is not MessageKind.TEXT else {}),
            **({"unverified": True} if extra.hearsay else {}),
        }
    )


def iso(at: Micros) -> str:
    """The server's own time, to the microsecond, in UTC."""
    seconds, rest = divmod(at, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:06d}Z"


def local(at: Micros) -> str:
    """The reader's own time, to the minute."""
    return f"{datetime.fromtimestamp(at / 1_000_000).astimezone():%Y-%m-%d %H:%M}"


def show_message(message: Message, author_name: str) -> None:
    """A message, its further lines indented below the first. Who it is from may be only heard."""
    author_name = isolate(author_name)  # else its letters would reorder what stands beside it
    if message.extra is not None and message.extra.hearsay:
        author_name = f"{author_name} (unverified)"
    lines = [isolate(line) for line in ("(deleted)" if message.deleted else message.body).split("\n")]
    if message.extra is not None and message.extra.subject:
        lines.insert(0, isolate(message.extra.subject))
    when = local(message.at)
    if not sys.stdout.isatty():
        _plain(f"{when}  {author_name}  {lines[0]}", *(f"    {line}" for line in lines[1:]))
        return
    from rich.console import Console
    from rich.text import Text

    text = Text.assemble((when, "dim"), "  ", (author_name, "bold"), "  ", lines[0])
    for line in lines[1:]:
        text.append(f"\n    {line}")
    Console(highlight=False).print(text, soft_wrap=True)
    sys.stdout.flush()


def show_threads(threads: Iterable[Thread]) -> None:
    """The list, one thread a line: what to call it, its title, when it moved, unread, the last line."""
    rows = [_thread_row(thread) for thread in threads]
    if not sys.stdout.isatty():
        _plain(*("\t".join(row) for row in rows))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("title", "unread", "last", "", "thread"):
        table.add_column(head, no_wrap=True, overflow="ellipsis", ratio=1 if not head else None)
    for name, title, moved, unread, preview in rows:
        bold = "bold" if unread != "0" else ""
        table.add_row(Text(title, bold), Text(unread), Text(moved, "dim"), Text(preview), Text(name, "dim"))
    Console(highlight=False).print(table)


def _thread_row(thread: Thread) -> tuple[Safe, ...]:
    moved = local(thread.last.at) if thread.last else ""
    return (
        thread_name(thread),
        isolate(thread.title),
        Safe(moved),
        Safe(str(thread.unread)),
        isolate(thread.preview),
    )


def _plain(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)
