"""The message pane in numbers, beside Textual's own RichLog and an app without a pane, in the same run.

    python -m tests.bench.bench_pane [--quick]

Each program runs in a pty of 50 by 140 under the real driver; a frame is complete when the driver ends its
synchronised update. Prints a table of medians and of the ratios that matter. Nothing is asserted: read
ratios, single milliseconds depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import socket
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench.watch import cpu_seconds
from tests.pty_child import sized, started

ROWS, COLUMNS = 50, 140
FRAME_END = b"\x1b[?2026l"
ASKS_FOR_FRAMES = b"\x1b[?2026$p"
HAS_FRAMES = b"\x1b[?2026;1$y"
PREFIX = b"qqzzxxjj"
TAIL = 8
LIMIT = 60.0
"""Seconds until a program that does not answer is given up."""


class Terminal:
    """A program under a pty, and the time until it painted something."""

    def __init__(self, kind: str, count: int) -> None:
        self.orders, theirs = socket.socketpair()
        self.master, self.process = started(
            [sys.executable, "-m", "tests.bench.pane_child", kind, str(count), str(theirs.fileno())],
            os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_FPS": "120"},
            columns=COLUMNS,
            lines=ROWS,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self.seen = b""
        self.answers: list[str] = []
        self.load_ms = float(self.answer().split()[1])
        self.settle(1.0)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        self.orders.shutdown(socket.SHUT_WR)
        self.until(lambda: self.process.poll() is not None)
        self.orders.close()
        os.close(self.master)

    def resize(self, rows: int, columns: int) -> None:
        sized(self.master, columns, rows)

    def pump(self, wait: float) -> int:
        """Read what is there, for up to `wait` seconds; the number of bytes that were painted."""
        ready, _, _ = select.select([self.master, self.orders.fileno()], [], [], wait)
        painted = 0
        if self.master in ready:
            try:
                chunk = os.read(self.master, 1 << 16)
            except OSError:  # the program has gone
                return 0
            if ASKS_FOR_FRAMES in chunk:
                os.write(self.master, HAS_FRAMES)
            self.seen += chunk
            painted = len(chunk)
        if self.orders.fileno() in ready:
            self.answers += self.orders.recv(4096).decode().split("\n")[:-1]
        return painted

    def watch(self, seconds: float) -> None:
        """Read for that long, whatever is painted."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.pump(left)

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > deadline:
                self.process.kill()
                raise TimeoutError("the measured program does not answer")
            self.pump(0.05)

    def answer(self) -> str:
        self.until(lambda: bool(self.answers))
        return self.answers.pop(0)

    def settle(self, quiet: float = 0.15) -> float:
        """Until nothing is painted for a while; when the last paint was."""
        last = time.perf_counter()
        while time.perf_counter() - last < quiet:
            if self.pump(quiet):
                last = time.perf_counter()
        self.seen = b""
        return last

    def order(self, text: str) -> None:
        self.orders.send(f"{text}\n".encode())

    def painted(self, act: Callable[[], None], token: bytes = b"") -> float:
        """Milliseconds from `act` to the end of the frame that shows `token`."""
        self.seen = b""
        started = time.perf_counter()
        act()
        self.until(lambda: FRAME_END in self.seen[self.seen.find(token) :] and token in self.seen)
        return (time.perf_counter() - started) * 1000

    def type_keys(self, times: int) -> list[float]:
        """Milliseconds from a key to its echo. The echo is known by the last letters in the field, which
        were never there before and stand nowhere else."""
        for key in (b"\x01", b"\x0b", *(bytes([letter]) for letter in PREFIX)):
            self.press(key)  # one at a time: several in one read are taken for a paste
            self.watch(0.1)
        self.until(lambda: PREFIX in self.seen)
        dice = random.Random(times)
        typed, took = PREFIX, []
        for _ in range(times):
            key = dice.choice("qxzjkvw").encode()
            typed += key
            took.append(self.painted(partial(self.press, key), typed[-TAIL:]))
        return took

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def megabytes(self) -> float:
        statm = Path(f"/proc/{self.process.pid}/statm")
        pages = int(statm.read_text().split()[1]) if statm.exists() else 0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Result:
    """Medians of one program, in milliseconds unless it says otherwise."""

    name: str
    count: int
    load: float = 0.0
    memory: float = 0.0
    """Megabytes resident."""
    took: dict[str, list[float]] = field(default_factory=dict)
    flood_cpu: float = 0.0
    """Percent of a core at 50 messages a second."""
    still: bool = True
    """The view was the same after every prepend."""

    def p50(self, name: str) -> float:
        return statistics.median(self.took[name]) if self.took.get(name) else float("nan")

    def p95(self, name: str) -> float:
        values = sorted(self.took.get(name, []))
        return values[int(len(values) * 0.95)] if values else float("nan")


def measure(kind: str, count: int, times: int) -> Result:
    with Terminal(kind, count) as terminal:
        result = Result(kind, count, terminal.load_ms, terminal.megabytes())
        result.took["key"] = terminal.type_keys(times)
        if kind == "bare":
            return result
        result.took["append"] = [appended(terminal, number) for number in range(times)]
        flood(terminal, result, times)
        if kind == "pane":
            result.took["resize"] = [resized(terminal, step) for step in range(max(times // 10, 2))]
            prepend(terminal, result, times // 3)
        result.took["page up"] = [
            terminal.painted(partial(terminal.press, b"\x1b[5~")) for _ in range(times)
        ]
        return result


def appended(terminal: Terminal, number: int) -> float:
    token = f"token{number:04}"
    took = terminal.painted(lambda: terminal.order(f"append {token} comes in"), token.encode())
    terminal.settle(0.03)
    return took


def flood(terminal: Terminal, result: Result, times: int) -> None:
    terminal.order("flood")
    started, cpu = time.perf_counter(), terminal.cpu_seconds()
    terminal.watch(3.0)
    result.flood_cpu = (terminal.cpu_seconds() - cpu) / (time.perf_counter() - started) * 100
    result.took["flood key"] = terminal.type_keys(times)
    terminal.order("calm")
    terminal.settle()


def resized(terminal: Terminal, step: int) -> float:
    started = time.perf_counter()
    terminal.resize(ROWS, COLUMNS - 1 - step % 7)
    terminal.process.send_signal(signal.SIGWINCH)
    return (terminal.settle() - started) * 1000


def prepend(terminal: Terminal, result: Result, times: int) -> None:
    took = []
    for _ in range(times):
        terminal.order("prepend")
        ms, same = terminal.answer().split()
        took.append(float(ms))
        result.still = result.still and same == "True"
    result.took["prepend 50"] = took


COLUMNS_SHOWN = ("append", "prepend 50", "page up", "resize", "key", "flood key")


def table(results: Sequence[Result]) -> str:
    head = f"{'program':<16}{'load':>8}{'MB':>7}" + "".join(
        f"{name + ' p50/p95':>20}" for name in COLUMNS_SHOWN
    )
    lines = [head + f"{'flood CPU %':>13}"]
    for each in results:
        cells = "".join(f"{each.p50(name):>12.1f} /{each.p95(name):>6.1f}" for name in COLUMNS_SHOWN)
        name = f"{each.name} {each.count:,}"
        lines.append(f"{name:<16}{each.load:>8.0f}{each.memory:>7.1f}{cells}{each.flood_cpu:>13.0f}")
    return "\n".join(lines).replace("nan /   nan", "          -")


def goals(small: Result, large: Result, log: Result, bare: Result) -> str:
    """What was promised, and what this run says."""
    per_10k = (large.memory - small.memory) / (large.count - small.count) * 10_000
    rows = [
        ("append, largest / RichLog", large.p50("append") / log.p50("append"), "<= 0.33"),
        ("append, largest, ms", large.p50("append"), "<= 10"),
        ("key echo / app without a pane", large.p50("key") / bare.p50("key"), ""),
        ("key echo at 50 msg/s / quiet", large.p50("flood key") / large.p50("key"), "<= 2"),
        ("key echo at 50 msg/s, p95, ms", large.p95("flood key"), "<= 50"),
        ("key echo at 50 msg/s / RichLog", large.p50("flood key") / log.p50("flood key"), ""),
        ("CPU at 50 msg/s, %", large.flood_cpu, "<= 40"),
        ("CPU at 50 msg/s / RichLog", large.flood_cpu / max(log.flood_cpu, 0.01), ""),
        ("prepend 50, ms", large.p50("prepend 50"), "<= 3"),
        ("page up p95, largest, ms", large.p95("page up"), "<= 40"),
        ("resize, largest, ms", large.p50("resize"), "<= 150"),
        ("memory per 10,000 messages, MB", per_10k, "<= 6"),
    ]
    lines = [f"{name:<34}{value:>8.2f}   {goal}" for name, value, goal in rows]
    same = "the view was identical" if small.still and large.still else "THE VIEW MOVED"
    return "\n".join([*lines, f"{'after each prepend':<34}{same}"])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer messages and repetitions")
    quick = parser.parse_args(arguments).quick
    times, few, many = (20, 1_000, 10_000) if quick else (60, 10_000, 100_000)
    bare = measure("bare", 0, times)
    small, large = measure("pane", few, times), measure("pane", many, times)
    log = measure("richlog", few, times)
    print(table([bare, small, large, log]), end="\n\n")
    print(goals(small, large, log, bare))


if __name__ == "__main__":
    main()
