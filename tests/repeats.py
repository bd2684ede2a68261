"""How often what is left to chance is tried: a little in `make test`, in full in `make chaos`.

The only place for such numbers. `make chaos` sets SUPACHAT_CHAOS=1.
"""

from __future__ import annotations

import os

CHAOS = os.environ.get("SUPACHAT_CHAOS", "0") not in ("", "0")

SEED = int(os.environ.get("SUPACHAT_SEED", "0"))
"""The seed that a failed storm named, to see it again; 0 takes one as it comes."""

KILLS = 50 if CHAOS else 3
"""Processes of the server killed under load."""
STORM_KILLS = 30 if CHAOS else 2
"""The same, with clients that write."""

HOSTILE_FRAMES = 10_000 if CHAOS else 200
HOSTILE_URLS = 10_000 if CHAOS else 200

STORM_MESSAGES = 10_000 if CHAOS else 300
STORM_FAULTS = 300 if CHAOS else 30
REAL_FAULTS = 20 if CHAOS else 2
"""Faults with no wait shortened."""

SWITCHES = 1_000 if CHAOS else 40
RECONNECTS = 200 if CHAOS else 3
GENERATIONS = 200 if CHAOS else 60
"""Connections of one link, each cut."""
TABLE_SCALE = 0.2 if CHAOS else 0.04
"""Of the times in the table of failures: the longer they are, the less of a lateness goes unseen."""

AWAITS = 1_000 if CHAOS else 6
"""Awaits at which a client is killed, of some 230 on a message's ways: all, or others each time."""

SEEDS = 24 if CHAOS else 14
"""Random histories of one server and two devices that the core goes through."""

HOURS = 24 if CHAOS else 3
"""Simulated hours over the core."""

CHANGES_MESSAGES = 2_000 if CHAOS else 120
CHANGES_FAULTS = 100 if CHAOS else 20
