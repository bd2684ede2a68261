"""What a JWT says, unverified: to see what somebody pasted, or whose a token is. The server is the judge.

Pure.
"""

from __future__ import annotations

import base64
import json
from typing import Any


def claims_of(token: str) -> dict[str, Any] | None:
    """None for what is no JWT."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii() or not token.isprintable() or " " in token:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None
