"""The recorded exchanges with GoTrue, replayed against the local server.

A recording is compared by status, by the shape of its body and by its error code. Where the recorder
notes that a hosted project differs, the hosted project is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from supachat.server.context import Context
from supachat.server.tokens import verify

DATA = Path(__file__).parent / "data" / "http"
FILES = ("auth_signup.jsonl", "auth_signin.jsonl", "auth_session.jsonl")
"""Played in this order, as one story: later lines use the tokens of earlier ones."""

STATUS = {("auth_session", 22): 404}
"""Where the hosted project answers with another status."""

HOSTED_CLAIMS = {"iss", "phone", "app_metadata", "user_metadata", "aal", "amr", "is_anonymous"}
HOSTED_USER = {"confirmed_at"}
WORDS_OF_A_PARSER = {("auth_signup", 9)}
"""Lines whose sentence quotes the JSON parser of the server that was recorded."""

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
PLACEHOLDER = re.compile(r"<(\w+)(?::(\d+))?>")


@dataclass
class Story:
    """What the placeholders of the recordings stand for in this run."""

    values: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self.values[match.group()], text)

    def learn(self, recorded: Any, answered: Any) -> None:
        """A placeholder in the recorded body gets the value that we answered; twice the same must agree."""
        if isinstance(recorded, dict):
            for name, value in recorded.items():
                self.learn(value, answered[name])
        elif isinstance(recorded, str) and PLACEHOLDER.fullmatch(recorded):
            known = self.values.setdefault(recorded, answered)
            # two access tokens of one session differ in their second, a refresh token must not
            assert known == answered or recorded.startswith("<access_token")


def lines() -> list[dict[str, Any]]:
    found = [json.loads(line) for name in FILES for line in (DATA / name).read_text("utf-8").splitlines()]
    return [line for line in found if line["request"] is not None]


async def test_the_recorded_exchanges(client: httpx.AsyncClient, context: Context) -> None:
    story = Story({"<publishable_key>": context.keys.publishable_key})
    for line in lines():
        where = (line["scenario"], line["seq"])
        answer = await play(client, story, line["request"])
        expected = line["response"]
        assert answer.status_code == STATUS.get(where, expected["status"]), (
            where,
            line["label"],
            answer.text,
        )
        if where in STATUS:
            continue
        assert answer.headers.get("x-sb-error-code") == expected["headers"].get("x-sb-error-code"), where
        if expected["body"] is None:
            assert answer.content == b"", where
            continue
        same_shape(expected["body"], answer.json(), where)
        story.learn(expected["body"], answer.json())
        if "access_token_claims" in line:
            check_claims(line["access_token_claims"], answer.json(), context)


async def play(client: httpx.AsyncClient, story: Story, request: Mapping[str, Any]) -> httpx.Response:
    headers = {name: story.fill(value) for name, value in request["headers"].items()}
    body = request["body"]
    content = None if body is None else story.fill(body if isinstance(body, str) else json.dumps(body))
    return await client.request(request["method"], request["path"], headers=headers, content=content)


def same_shape(recorded: Any, answered: Any, where: object, name: str = "") -> None:
    """The same names and types; the same values where they do not belong to that run."""
    if isinstance(recorded, dict):
        assert isinstance(answered, dict), (where, name)
        extra = HOSTED_USER if "identities" in recorded else set()
        assert set(answered) - extra == set(recorded) - extra, (where, name)
        for key, value in recorded.items():
            same_shape(value, answered[key], where, key)
    elif isinstance(recorded, list):
        assert len(answered) == len(recorded), (where, name)
        for one, other in zip(recorded, answered, strict=True):
            same_shape(one, other, where, name)
    elif name.endswith("_at") and isinstance(recorded, str):
        assert RFC3339.fullmatch(answered), (where, name, answered)
    else:
        assert type(answered) is type(recorded), (where, name, answered)
        if name in ("msg", "error_code", "code") and where not in WORDS_OF_A_PARSER:
            assert answered == recorded, (where, name)


def check_claims(recorded: Mapping[str, Any], body: Mapping[str, Any], context: Context) -> None:
    claims = verify(body["access_token"], context.keys.jwt_secret)
    assert set(claims) == set(recorded) | HOSTED_CLAIMS
    assert claims["sub"] == body["user"]["id"]
    assert claims["exp"] == body["expires_at"] == claims["iat"] + body["expires_in"]


@pytest.mark.parametrize("name", FILES)
def test_every_recorded_line_is_played(name: str) -> None:
    """Lines without a request were refused by the client itself; there are two of them."""
    text = (DATA / name).read_text("utf-8").splitlines()
    silent = [line for line in text if json.loads(line)["request"] is None]
    assert len(silent) == {"auth_signup.jsonl": 1, "auth_signin.jsonl": 1, "auth_session.jsonl": 0}[name]
