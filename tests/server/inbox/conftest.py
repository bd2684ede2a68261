"""Projects with the dialect inbox in them: one a module, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.server.sql_world import Inbox, installed

from supachat.server.postgres import Postgres


@pytest.fixture(scope="module")
def _module_world(postgres: Postgres) -> Iterator[Inbox]:
    with installed(Inbox, postgres) as made:
        yield made


@pytest.fixture
def world(_module_world: Inbox) -> Inbox:
    """Installed and empty."""
    _module_world.empty()
    return _module_world
