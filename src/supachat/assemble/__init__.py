"""A workspace becomes a Client: the only room that knows all the parts.

The Client is made at once, from settings and cache. The way to the server is built in a thread, since
its libraries cost a third of a second, and handed over when it is ready. Must never import `remote` or a
dialect's grammar before that thread does. What only a command needs is imported from its own module.
"""

from __future__ import annotations

from supachat.assemble.connect import connect
from supachat.assemble.desk import Desk, desk, open_client

__all__ = [
    "Desk",
    "connect",
    "desk",
    "open_client",
]
