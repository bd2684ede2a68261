"""Passwords as bcrypt hashes, the ones that a hosted project stores.

A hash takes some 60 ms, so it is made in a thread. An unknown user costs as much as a known one. Must
never keep a password, nor let the time of an answer tell who has an account.
"""

from __future__ import annotations

import asyncio
import functools
import re
import secrets

import bcrypt

COST = 10
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")


async def hashed(password: str) -> str:
    """The hash of `password`, at most 72 bytes long."""
    made = await asyncio.to_thread(lambda: bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)))
    return made.decode()


def is_hash(stored: str) -> bool:
    """Whether `stored` is a bcrypt hash that `matches` can check."""
    return _HASH.fullmatch(stored) is not None


async def matches(password: str, stored: str | None) -> bool:
    """Whether `password` is the one behind `stored`; None is a user who does not exist."""
    return await asyncio.to_thread(_matches, password, stored)


def _matches(password: str, stored: str | None) -> bool:
    given = password.encode()[:72]
    if not stored:
        bcrypt.checkpw(given, _dummy())
        return False
    try:
        return bcrypt.checkpw(given, stored.encode())
    except ValueError:
        return False  # a row whose hash somebody else made: nobody can sign in with it


@functools.cache
def _dummy() -> bytes:
    return bcrypt.hashpw(secrets.token_bytes(16).hex().encode(), bcrypt.gensalt(COST))
