"""A scripted sign-in server: strict about rotation, down when told, its answers the recorded ones."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

HTTP = Path(__file__).parents[1] / "vectors" / "data" / "http"
_TIME = re.compile(r'"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00"')


def recorded(file: str, label: str) -> tuple[int, Any]:
    """Status and body of a recorded answer, times as a hosted server writes them."""
    for line in (HTTP / f"{file}.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["label"].startswith(label) and entry["request"] is not None:
            response = json.loads(_TIME.sub(r'"\1T\2Z"', json.dumps(entry["response"])))
            return response["status"], response["body"]
    raise LookupError(label)


@dataclass
class Clock:
    """Both clocks in a test's hand. A machine that sleeps moves only the wall."""

    now: float = 1000.0
    wall_at: float = 1_800_000_000.0

    def mono(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.wall_at

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.wall_at += seconds

    def sleep(self, seconds: float) -> None:
        self.wall_at += seconds


@dataclass
class GoTrue:
    """Answers /auth/v1; everything else goes to `rest`."""

    life: int = 3600
    down: Exception | int | None = None
    """An exception that the network raises, or a status that a proxy answers."""
    sign_up_needs_mail: bool = False
    valid: set[str] = field(default_factory=set)
    spent: list[str] = field(default_factory=list)
    """Refresh tokens that were used, in order."""
    refused: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    issued: int = 0
    pkce: Callable[[dict[str, Any]], bool] = lambda body: False
    """Whether a code and its proof are good."""
    settings: dict[str, Any] = field(
        default_factory=lambda: {"external": {"email": True, "github": True}, "disable_signup": False}
    )
    rest: Callable[[httpx.Request], httpx.Response] = lambda request: httpx.Response(404, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self.down, Exception):
            raise self.down
        if self.down is not None:
            return httpx.Response(self.down, content=b"<html>")
        path = request.url.path.removeprefix("/auth/v1")
        if path == request.url.path:
            return self.rest(request)
        if path == "/token":
            body = json.loads(request.content)
            if request.url.params["grant_type"] == "password":
                return self._password(body)
            if request.url.params["grant_type"] == "pkce":
                return self._tokens() if self.pkce(body) else _answer("auth_signin", "wrong password")
            return self._refresh(body["refresh_token"])
        if path == "/signup":
            return self._sign_up()
        if path == "/settings":
            return httpx.Response(200, json=self.settings)
        if path == "/logout":
            self.out.append(f"{request.url.params.get('scope')} {request.headers['authorization']}")
            return httpx.Response(204)
        return httpx.Response(404, json={})

    def session(self) -> str:
        """A refresh token that is good."""
        self.issued += 1
        token = f"refresh-{self.issued}"
        self.valid.add(token)
        return token

    def _tokens(self) -> httpx.Response:
        status, body = recorded("auth_signin", "password sign-in")
        refresh = self.session()
        fresh = {
            "access_token": f"access-{self.issued}",
            "refresh_token": refresh,
            "expires_in": self.life,
            "expires_at": int(time.time()) + self.life,
        }
        return httpx.Response(status, json={**body, **fresh})

    def _password(self, body: dict[str, Any]) -> httpx.Response:
        if body["password"] == "right":
            return self._tokens()
        return _answer("auth_signin", "wrong password")

    def _refresh(self, token: str) -> httpx.Response:
        if token in self.valid:
            self.valid.remove(token)
            self.spent.append(token)
            return self._tokens()
        self.refused.append(token)
        return _answer("auth_session", "refresh after sign-out")

    def _sign_up(self) -> httpx.Response:
        if self.sign_up_needs_mail:
            _, body = recorded("auth_signin", "password sign-in")
            return httpx.Response(200, json=body["user"])
        return self._tokens()


def _answer(file: str, label: str) -> httpx.Response:
    status, body = recorded(file, label)
    return httpx.Response(status, json=body)
