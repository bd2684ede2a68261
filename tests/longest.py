"""The order in which `make chaos` takes its tests, so that no core idles in the end (`-p tests.longest`).

pytest-xdist gives every worker two tests at first and then one for each that it has done. So the second
waits for the first, and behind a long one there stands a short one.
"""

from __future__ import annotations

import pytest

FIRST = (
    # minutes; the other three wait most of theirs and leave the cores to the storm
    "test_three_clients_in_a_storm_end_with_what_the_table_has",
    "test_half_open",
    "test_a_client_killed_at_an_await_neither_loses_nor_doubles",
    "test_refused",
    "test_three_clients_and_faults_at_their_real_times",
    "test_late_joins",
    "test_edits_deletes_and_a_server_that_makes_the_keys",
    "test_one_topic_refused",
    "test_three_clients_while_the_server_and_its_database_are_killed",
    # what computes
    "test_no_address_does_harm",
    "test_switches_and_reconnects_leave_nothing_behind",
    "test_no_frame_does_harm",
    "test_whatever_happens_nothing_is_lost_or_doubled_and_the_screens_are_the_table",
    "test_a_day_of_a_bad_network_leaves_nothing_behind",
    "test_thirty_broadcasts_lost_in_a_row_are_found_within_a_minute",
    "test_a_day_of_the_link_grows_nothing_and_never_storms",
)
"""All others take seconds each and come last."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Raises `UsageError` where one of them has another name by now."""
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    if gone := ranks.keys() - {_name(item) for item in items}:
        raise pytest.UsageError(f"tests/longest.py names no test of these: {', '.join(sorted(gone))}")
    items.sort(key=lambda item: ranks.get(_name(item), len(ranks)))


def _name(item: pytest.Item) -> str:
    return item.name.partition("[")[0]
