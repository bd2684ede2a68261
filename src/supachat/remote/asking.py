"""One question to the sign-in server: its refusals come out as ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from supabase_auth.errors import AuthError

from supachat.domain.errors import ServerTrouble
from supachat.remote.http import noted
from supachat.remote.refusals import auth_error

T = TypeVar("T")


async def ask(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` answers. Raises `SupachatError`."""
    note = noted()
    try:
        return await work()
    except AuthError as error:
        raise auth_error(error, note) from error
    except ValueError as error:  # pydantic: an answer that is no answer
        raise ServerTrouble(
            "the sign-in server gave an answer that cannot be read",
            cure="If this goes on, check the address: it may be another server's",
        ) from error
