"""Tokens that nobody may come in with, made from a good one, and every door that they are shown at."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from tests.server.matrix.stage import Stage
from tests.server.matrix.table import DONE, Persona
from tests.server.matrix.topics import Ear, ear, joined
from websockets.exceptions import InvalidStatus

from supachat.server.tokens import mint

Forge = Callable[[Stage, Mapping[str, Any], str], str]


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(algorithm: str) -> Forge:
    return lambda _stage, claims, _good: f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}."


def _signed(**change: Any) -> Forge:
    return lambda stage, claims, _good: mint({**claims, **change}, stage.keys.jwt_secret)


def _swapped(**change: Any) -> Forge:
    """Other claims under the signature of a good token."""

    def forge(_stage: Stage, claims: Mapping[str, Any], good: str) -> str:
        head, _, signature = good.split(".")
        return f"{head}.{_part({**claims, **change})}.{signature}"

    return forge


def _with_key(key: Callable[[Stage], str], algorithm: str = "HS256") -> Forge:
    return lambda stage, claims, _good: jwt.encode(dict(claims), key(stage), algorithm=algorithm)


_NOW = time.time()
ABOUT_ONESELF = "/auth/v1/user"
"""Who may ask is judged by subject and session there, as on the real server: a role gives nothing."""

FORGED: Mapping[str, Forge] = {
    "alg none": _unsigned("none"),
    "alg nOnE": _unsigned("nOnE"),
    "alg HS256, no signature": _unsigned("HS256"),
    "another secret": _with_key(lambda _stage: "another secret of thirty-two bytes!"),
    "the publishable key as secret": _with_key(lambda stage: stage.keys.publishable_key),
    "the secret, another algorithm": _with_key(lambda stage: stage.keys.jwt_secret, "HS512"),
    "expired": _signed(exp=_NOW - 120, iat=_NOW - 240),
    "not valid yet": _signed(nbf=_NOW + 3600),
    "role swapped": _swapped(role="service_role"),
    "subject swapped": _swapped(sub="00000000-0000-4000-8000-000000000000"),
    "no token": lambda _stage, _claims, _good: "abc.def.ghi",
}
ROLES: Mapping[str, Forge] = {
    "of the migrations": _signed(role="postgres"),
    "of the superuser": _signed(role="supabase_admin"),
    "none": _signed(role="none"),
    "that is no text": _signed(role=["authenticated"]),
    "of nobody": _signed(role="nobody"),
}


def doors(stage: Stage, token: str, table: str, topic: str) -> dict[str, object]:
    """Which doors opened to `token`; each is named with what came of it."""
    opened: dict[str, object] = {}
    for path in (f"/rest/v1/{table}", ABOUT_ONESELF):
        answer = stage.request(Persona(token, {}), "GET", path, {}, None)
        if answer.status_code not in (401, 403):
            opened[path] = (answer.status_code, answer.text)
    if stage.tell(token, topic, "forged") not in (401, 403):
        opened["broadcast"] = "told"
    if _joins(stage, topic, token, stage.keys.publishable_key):
        opened["join"] = "joined"
    try:
        if _joins(stage, topic, None, token):
            opened["socket"] = "joined"
    except InvalidStatus as refused:
        if refused.response.status_code not in (401, 500):
            opened["socket"] = refused.response.status_code
    return opened


def _joins(stage: Stage, topic: str, token: str | None, key: str) -> bool:
    with ear(stage, topic, token, key=key) as made:
        return _joined(made)


def _joined(made: Ear) -> bool:
    return joined(made.join()) == DONE
