"""What a host's name says about where it is. Must never look a name up: nothing here asks the network."""

from __future__ import annotations

import ipaddress


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
