"""Rows over one scripted answer, and tokens that are counted."""

from __future__ import annotations

import json
from typing import Any

import httpx
from tests.remote.answers import Answer, Scripted, client_of

from supachat.dialects.calls import Call, Rpc
from supachat.remote.rows import Rows


class Tokens:
    """Gives tokens out, and counts."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    async def access(self) -> str:
        return "one"

    async def renew(self, refused: str) -> str:
        self.renewed.append(refused)
        return "two"


def rows_over(answer: Answer) -> tuple[Rows, Scripted, Tokens]:
    script, tokens = Scripted(answer), Tokens()
    return Rows(client_of(script), tokens), script, tokens


def answering(status: int, body: Any = None, **headers: str) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    return lambda request: httpx.Response(
        status, content=content, headers={"content-type": "application/json", **headers}
    )


def raising(error: Exception) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


async def ask(call: Call, answer: Any) -> tuple[list[Any], httpx.Request]:
    rows, script, _ = rows_over(answering(200, answer))
    return await rows.carry_out(call), script.asked[0]


CALL = Rpc("anything", {})
