"""The two who ask the tables of `rest.sql`, and their tokens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import UUID

from supachat.server.tokens import mint

if TYPE_CHECKING:
    from supachat.server.context import Context

ANN, BOB = UUID(int=1), UUID(int=2)


def token(context: Context, person: UUID, role: str = "authenticated") -> str:
    claims = {"sub": str(person), "role": role, "exp": int(time.time()) + 600}
    return mint(claims, context.keys.jwt_secret)
