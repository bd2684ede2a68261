"""THE door for screens and commands: `Client`, and the `Remote` protocol that it declares.

Must never know a schema, HTTP or a widget.
"""

from supachat.client.door import Client
from supachat.client.remote import Remote, Visit

__all__ = ["Client", "Remote", "Visit"]
