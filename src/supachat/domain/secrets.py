"""What looks like a token or a key is cut out of whatever is said or written down. Pure."""

from __future__ import annotations

import re
from typing import Final

CUT: Final = "[cut]"
_SECRETS: Final = (
    r"eyJ[\w-]{5,}(?:\.[\w-]*){0,2}"  # a JWT, whole or begun
    r"|sb_(?:secret|publishable|temp)_[\w-]+"
    r"|(?<=\bBearer )\S+"
    r"|(?i:(?<=apikey=)|(?<=token=)|(?<=password=)|(?<=code=))[^&\s\"']+"
    r"|(?i:(?<=\"access_token\": \")|(?<=\"refresh_token\": \")|(?<=\"password\": \"))[^\"]*"
)


def scrubbed(text: str) -> str:
    """`text` without what looks like a token or a key."""
    return re.sub(_SECRETS, CUT, text)
