"""What a host's name says about where it is, and whether a secret may go there.

Must never look a name up: nothing here asks the network.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from supachat.domain.errors import BadInput


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address without brackets, is this computer whatever its files say.

    RFC 6761 (6.3) keeps localhost and all names under it for that.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_endpoint(url: str) -> str:
    """The setting `auth.url`, if a secret may be sent there. Raises `BadInput`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput("auth.url is not a web address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadInput("auth.url is not a web address")
    if parts.username or parts.password:
        raise BadInput("auth.url holds a user name or password: name a variable in headers_from_env")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadInput("auth.url would be spoken to in the clear: write https://")
    return url
