"""What this computer knows of a workspace, for a command that asks no network and opens no client.

Takes nothing over, sends nothing, writes nothing.
"""

from __future__ import annotations

import time

from supachat.assemble.desk import Desk, cache_base
from supachat.cache.files import last_path
from supachat.cache.glance import Known, glance, known
from supachat.domain.errors import CacheError
from supachat.domain.health import Waiting
from supachat.settings import Workspace

__all__ = ["Known", "known_on_disk", "waiting_on_disk"]


def waiting_on_disk(desk: Desk, workspace: Workspace) -> tuple[Waiting, ...]:
    """What waits to be sent for the account that was here last, whichever process holds it; nothing of it
    is taken over, and nothing is sent. Raises `CacheError`."""
    base = cache_base(desk, workspace)
    path = last_path(base) if base is not None else None
    return glance(path, time.time()) if path is not None else ()


def known_on_disk(desk: Desk, workspace: Workspace) -> Known | None:
    """What this computer knows of the account that was here last; None where it knows nobody, or cannot
    read it: the app says that, and mends it. Nothing is written."""
    base = cache_base(desk, workspace)
    try:
        path = last_path(base) if base is not None else None
        return known(path) if path is not None else None
    except CacheError:
        return None
