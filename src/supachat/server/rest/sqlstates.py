"""What Postgres refused, as PostgREST answers it: SQLSTATE to status, and what a function raised. Pure."""

from __future__ import annotations

import json
import re

from supachat.server.rest.errors import FRAME, RestError, bad_headers, bad_status

_STATUSES = range(200, 600)
_PRINTED = re.compile(r"[\x20-\x7e]*")

_BY_CODE = {
    "23503": 409, "23505": 409, "25006": 405, "53400": 500, "P0001": 400, "42883": 404, "42P01": 404,
    "42P17": 500, "42501": 403, "57P01": 503, "57P02": 503, "57P03": 503,
}  # fmt: skip
_BY_CLASS = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500,
    "3B": 500, "40": 500, "53": 503, "54": 500, "55": 500, "57": 500, "58": 500, "F0": 500, "HV": 500,
    "P0": 500, "XX": 500,
}  # fmt: skip


def from_postgres(
    code: str, message: str, details: str | None, hint: str | None, *, anonymous: bool
) -> RestError:
    """What Postgres refused, under the status that PostgREST gives its SQLSTATE."""
    # a key that restricts: PostgreSQL 18 has a code for it, a hosted project answers the one of any key
    code = "23503" if code == "23001" else code
    if code == "PGRST":
        return _raised(message, details)
    if code == "42501" and anonymous:
        return RestError(
            401, code, message, details=details, hint=hint, headers={"www-authenticate": "Bearer"}
        )
    return RestError(_status(code, message), code, message, details=details, hint=hint)


def _status(code: str, message: str) -> int:
    if code.startswith("PT") and code[2:].isdigit() and int(code[2:]) in _STATUSES:
        return int(code[2:])
    if code == "21000":
        return 400 if message.endswith("requires a WHERE clause") else 500
    return _BY_CODE.get(code) or _BY_CLASS.get(code[:2]) or 400


def _raised(message: str, details: str | None) -> RestError:
    """`raise sqlstate 'PGRST'`: the function itself chose code, status and headers."""
    try:
        said, wanted = json.loads(message), json.loads(details or "null")
        status, headers = int(wanted["status"]), dict(wanted.get("headers", {}))
        code, words = str(said["code"]), str(said["message"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return RestError(500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error")
    if status not in _STATUSES:
        return bad_status()
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    kept = {name: value for name, value in lower.items() if name not in FRAME}
    if not all(_PRINTED.fullmatch(text) for text in (code, *kept, *kept.values())):
        return bad_headers()
    return RestError(status, code, words, details=said.get("details"), hint=said.get("hint"), headers=kept)
