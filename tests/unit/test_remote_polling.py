"""What is said of the link, by what comes through it: a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supachat.domain.health import Link, LinkState
from supachat.remote.polling import Found, as_it_is

S = LinkState
SOME, NONE, NOBODY = {"joined": 2, "wanted": 3}, {"joined": 0, "wanted": 3}, {"joined": 0, "wanted": 0}
FINE = Found()
POLLED = Found(polled=True, answered=True)
IN_VAIN = Found(polled=True)
SILENT = Found(silent=True)
BOTH = Found(polled=True, silent=True)


@pytest.mark.parametrize(
    ("state", "topics", "found", "shown", "flags"),
    [
        # topics are joined
        (S.CONNECTED, SOME, FINE, S.CONNECTED, set()),
        (S.CONNECTED, SOME, POLLED, S.CONNECTED, {"polled"}),
        (S.CONNECTED, SOME, IN_VAIN, S.CONNECTED, {"polled"}),
        (S.CONNECTED, SOME, SILENT, S.CONNECTED, {"silent"}),
        (S.CONNECTED, SOME, BOTH, S.CONNECTED, {"silent", "polled"}),
        # the socket is up, and no topic is joined
        (S.CONNECTED, NONE, FINE, S.CONNECTED, set()),
        (S.CONNECTED, NONE, POLLED, S.POLLING, set()),
        (S.CONNECTED, NONE, IN_VAIN, S.CONNECTED, set()),
        (S.CONNECTED, NONE, SILENT, S.DISCONNECTED, set()),
        (S.CONNECTED, NONE, BOTH, S.DISCONNECTED, set()),
        # nothing is to be joined
        (S.CONNECTED, NOBODY, FINE, S.CONNECTED, set()),
        (S.CONNECTED, NOBODY, POLLED, S.POLLING, set()),
        (S.CONNECTED, NOBODY, SILENT, S.CONNECTED, {"silent"}),
        # there is no socket
        (S.CONNECTING, NONE, POLLED, S.POLLING, set()),
        (S.RECONNECTING, NONE, POLLED, S.POLLING, set()),
        (S.RECONNECTING, NONE, BOTH, S.RECONNECTING, set()),
        (S.DISCONNECTED, NONE, POLLED, S.POLLING, set()),
        (S.DISCONNECTED, NONE, SILENT, S.DISCONNECTED, set()),
        (S.ERROR, NONE, POLLED, S.POLLING, set()),
        (S.ERROR, NONE, IN_VAIN, S.ERROR, set()),
        # the person wants it so
        (S.OFFLINE, NONE, POLLED, S.OFFLINE, set()),
        (S.SIGNED_OUT, NOBODY, BOTH, S.SIGNED_OUT, set()),
    ],
)
def test_the_link_is_shown_as_it_is(
    state: LinkState, topics: dict[str, int], found: Found, shown: LinkState, flags: set[str]
) -> None:
    given = replace(Link(state), **topics)  # type: ignore[arg-type]  # counts of the table
    link = as_it_is(given, found)
    assert link.state is shown
    assert {name for name in ("polled", "silent") if getattr(link, name)} == flags
    assert bool(link.reason) is (shown is not state and shown is S.DISCONNECTED)


def test_while_polling_a_socket_that_does_not_answer_is_no_reason_to_say_that_nothing_is_known() -> None:
    assert not as_it_is(Link(S.CONNECTED, wanted=3, mute=True), POLLED).mute
    assert as_it_is(Link(S.CONNECTED, joined=2, wanted=3, mute=True), POLLED).mute
