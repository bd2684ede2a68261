"""Projects with the dialect direct in them: one a module, emptied for each test, or one of a test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conftest import a_database
from tests.server.direct.world import World

from supachat.server.postgres import Postgres


@pytest.fixture(scope="module")
def _module_world(postgres: Postgres) -> Iterator[World]:
    with a_database(postgres) as name:
        made = World(postgres, name)
        made.install()
        yield made
        made.close()


@pytest.fixture
def world(_module_world: World) -> World:
    """Installed and empty. For tests that leave tables, policies, functions and settings as they are."""
    _module_world.empty()
    return _module_world


@pytest.fixture
def own_world(postgres: Postgres, database: str) -> Iterator[World]:
    """A test's own, installed: it may change what it likes."""
    made = World(postgres, database)
    made.install()
    yield made
    made.close()


@pytest.fixture
def bare_world(postgres: Postgres, database: str) -> Iterator[World]:
    """A test's own, without the dialect."""
    made = World(postgres, database)
    yield made
    made.close()
