"""Host names as headers write them, and which of them are this server's. Pure.

Must never take a name for ours because it only begins or ends like one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection


def name_of(host: str) -> str:
    """The name in a Host header: without its port, brackets and last dot, in small letters."""
    name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdecimal() else host
    return name.strip("[]").rstrip(".").lower()


def ours(name: str, names: Collection[str]) -> bool:
    """Whether `name` is this machine's loopback or one of `names`, where `*.` stands for one label."""
    name = name.rstrip(".").lower()
    if name in names or name == "localhost" or name.endswith(".localhost"):
        return True
    if f"*.{name.partition('.')[2]}" in names:
        return True
    address = as_address(name)
    return address is not None and address.is_loopback


def as_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that `name` is written in digits, None for a real name."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
