"""The body of `POST /api/broadcast`, checked field by field with the real server's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from supachat.server.realtime.limits import term_size

BLANK = "can't be blank"
INVALID = "is invalid"
TOO_LARGE = "Payload size exceeds tenant limit"


@dataclass(frozen=True, slots=True)
class Message:
    """One broadcast over HTTP; `topic` is without prefix, `message_id` becomes `meta.id`."""

    topic: str
    event: str
    payload: Mapping[str, Any]
    private: bool = False
    message_id: str | None = None


class Invalid(Exception):
    """What is wrong with the body. `errors` goes out as `{"errors": {"messages": errors}}`."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def read_messages(body: Any, payload_limit: int) -> list[Message]:
    """The messages of a batch. Raises Invalid."""
    items = body.get("messages") if isinstance(body, dict) else None
    if items is None or items == []:
        raise Invalid([BLANK])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Invalid([INVALID])
    errors = [_errors(item, payload_limit) for item in items]
    if any(errors):
        raise Invalid(errors)
    return [_message(item) for item in items]


def _message(item: Mapping[str, Any]) -> Message:
    message_id = item.get("id")
    return Message(
        item["topic"], item["event"], item["payload"], item.get("private") in (True, "true"), message_id
    )


def _errors(item: Mapping[str, Any], payload_limit: int) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name, kind in (("topic", str), ("event", str), ("payload", dict)):
        value = item.get(name)
        if value is None or value == "":
            errors[name] = [BLANK]
        elif not isinstance(value, kind):
            errors[name] = [INVALID]
    if not isinstance(item.get("id"), str | None):
        errors["id"] = [INVALID]
    if item.get("private") not in (None, True, False, "true", "false"):
        errors["private"] = [INVALID]
    if "payload" not in errors and term_size(item["payload"]) > payload_limit:
        errors["payload"] = [TOO_LARGE]
    return errors
