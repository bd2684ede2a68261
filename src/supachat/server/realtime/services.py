"""What every socket and channel of the realtime server shares.

Must never hold what belongs to one of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from supachat.server.context import Pool, RealtimeLimits
from supachat.server.realtime.authorise import Authoriser
from supachat.server.realtime.hub import Hub
from supachat.server.realtime.subscriptions import Subscriptions
from supachat.server.tokens import Trust


@dataclass(frozen=True)
class Services:
    """`ready` is set while the replication stream runs."""

    trust: Trust
    limits: RealtimeLimits
    hub: Hub
    pool: Pool
    authoriser: Authoriser
    subscriptions: Subscriptions
    ready: asyncio.Event
