"""A workspace becomes a Client: the only room that knows all the parts.

The Client is made at once, from settings and cache. The way to the server is built in a thread, since
its libraries cost a third of a second, and handed over when it is ready. Must never import `remote` or a
dialect's grammar before that thread does.
"""

from __future__ import annotations

from supachat.assemble.connect import connect
from supachat.assemble.desk import Desk, desk, known_on_disk, open_client, waiting_on_disk
from supachat.assemble.trying import ask_project, remember, sign_in, try_project
from supachat.cache.glance import Known

__all__ = [
    "Desk",
    "Known",
    "ask_project",
    "connect",
    "desk",
    "known_on_disk",
    "open_client",
    "remember",
    "sign_in",
    "try_project",
    "waiting_on_disk",
]
