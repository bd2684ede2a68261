"""What a join asks for, read as generously as the real server reads it.

Pure. A value that does not validate is left at its default; only a payload or a config that is no object
is refused. Must never refuse a join for a field that the real server merely logs.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from supachat.server.realtime.frames import dump_json

TOPIC_PREFIX: Final = "realtime:"
MAX_REPLAY: Final = 25
MAX_SINCE: Final = 253_402_300_799_999  # the last millisecond of the year 9999


class Refused(Exception):
    """A join or a refresh that is refused: `text` for a refresh, `reason` (code and text) for a join.

    `close` says with which code the whole socket is closed after the answer, if it is.
    """

    def __init__(self, code: str, text: str, *, close: int | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.close = close

    @property
    def reason(self) -> str:
        """The text of a join's answer."""
        return f"{self.code}: {self.text}" if self.code else self.text


@dataclass(frozen=True, slots=True)
class Replay:
    """Stored broadcasts since that epoch millisecond, the newest `limit` of them."""

    since_ms: int
    limit: int


@dataclass(frozen=True, slots=True)
class JoinConfig:
    """One join's wishes. `bindings` are the postgres_changes requests as the client wrote them."""

    private: bool = False
    ack: bool = False
    own: bool = False
    replication_ready: bool = False
    presence: bool = False
    presence_key: str = ""
    replay: Mapping[str, Any] | None = None
    bindings: tuple[Mapping[str, Any], ...] = ()


def read_join(sub_topic: str, payload: Any) -> JoinConfig:
    """The config of a join on `realtime:<sub_topic>`. Raises Refused."""
    if not isinstance(payload, dict):
        shown = "nil" if payload is None else dump_json(payload)
        raise Refused("UnknownErrorOnChannel", f"expected params to be a :map, got: `{shown}`")
    if "config" not in payload:
        return JoinConfig(bindings=(_oldest_binding(sub_topic),))
    config = payload["config"]
    if not isinstance(config, dict):
        raise Refused("UnknownErrorOnChannel", "no function clause matching in Access.get/3")
    broadcast, presence = _object(config, "broadcast"), _object(config, "presence")
    key = presence.get("key")
    return JoinConfig(
        private=_flag(config, "private"),
        ack=_flag(broadcast, "ack"),
        own=_flag(broadcast, "self"),
        replication_ready=_flag(broadcast, "replication_ready"),
        presence=_flag(presence, "enabled"),
        presence_key=key if isinstance(key, str) else "",
        replay=_object(broadcast, "replay") if isinstance(broadcast.get("replay"), dict) else None,
        bindings=_bindings(config.get("postgres_changes")),
    )


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _flag(parent: Mapping[str, Any], name: str) -> bool:
    value = parent.get(name)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _bindings(value: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _oldest_binding(sub_topic: str) -> Mapping[str, Any]:
    """SCHEMA[:TABLE[:FILTER]], as clients of the first version named their topics."""
    names = ("schema", "table", "filter")
    return dict(zip(names, sub_topic.split(":", 2), strict=False))


def binding_id(binding: Mapping[str, Any]) -> int:
    """The id of a postgres_changes request: equal requests have equal ids."""
    return (
        zlib.crc32(dump_json(sorted((key, dump_json(value)) for key, value in binding.items())).encode())
        >> 5
    )


def read_replay(replay: Mapping[str, Any]) -> Replay:
    """What is to be replayed, its limit clamped to 1..25. Raises Refused."""
    since, limit = replay.get("since"), replay.get("limit", MAX_REPLAY)
    if not _is_int(since) or not _is_int(limit) or since > MAX_SINCE:
        raise Refused("UnableToReplayMessages", "Replay params are not valid")
    return Replay(since, min(max(limit, 1), MAX_REPLAY))


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def chosen_token(payload: Mapping[str, Any], connection_token: str) -> str:
    """The token a join or a refresh is judged by: its own, unless it is no user token."""
    for name in ("user_token", "access_token"):
        token = payload.get(name)
        if isinstance(token, str) and not token.startswith("sb_"):
            return token
    return connection_token
