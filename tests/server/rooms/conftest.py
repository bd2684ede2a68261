"""Projects with the dialect rooms in them: one a module, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.server.sql_world import Rooms, installed

from supachat.server.postgres import Postgres


@pytest.fixture(scope="module")
def _module_world(postgres: Postgres) -> Iterator[Rooms]:
    with installed(Rooms, postgres) as made:
        yield made


@pytest.fixture
def world(_module_world: Rooms) -> Rooms:
    """Installed and empty."""
    _module_world.empty()
    return _module_world
