"""A real server in a process of its own, and accounts on it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from tests.journeys.guest import Guest, guest
from tests.journeys.local import LocalServer
from tests.journeys.results import COLUMNS

_numbers = itertools.count(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the storms of this run came to, whichever worker they were in: one table."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    said = [pair for report in reports for pair in report.user_properties]
    if told := [value for name, value in said if name == "storm"]:
        rows = [COLUMNS, ["---", *("---:" for _ in COLUMNS[1:])], *told]
        for row in rows:
            terminalreporter.write_line(f"| {' | '.join(map(str, row))} |")
        for line in (value for name, value in said if name == "kinds"):
            terminalreporter.write_line(str(line))


Visit = Callable[..., AbstractAsyncContextManager[Guest]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server for all journeys that let it live."""
    with LocalServer(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LocalServer]:
    """A server that this test may kill."""
    with LocalServer(tmp_path / "server") as running:
        yield running


@pytest.fixture
def names() -> Callable[[str], str]:
    """Account names that no other test uses: `names("ana")` is "ana7"."""
    number = next(_numbers)
    return lambda first: f"{first}{number}"


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    """`async with visit(server, "ana") as ana`: a signed-in client, without a screen."""

    @asynccontextmanager
    async def visiting(server: LocalServer, name: str, *, kept: bool = False) -> AsyncIterator[Guest]:
        async with guest(server, name, tmp_path, kept=kept) as came:
            yield came

    return visiting
