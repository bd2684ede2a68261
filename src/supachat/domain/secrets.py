"""What looks like a token or a key is cut out of whatever is said or written down. Pure."""

from __future__ import annotations

import re
from typing import Final

CUT: Final = "[cut]"
_SECRETS: Final = (
    r"eyJ[\w-]{5,}(?:\.[\w-]*){0,2}"  # a JWT, whole or begun
    r"|sb_(?:secret|publishable|temp)_[\w-]+"
    r"|(?<=\bBearer\s)\S+"
    r"|(?i:(?<=apikey=)|(?<=token=)|(?<=password=)|(?<=code=)|(?<=token_hash=)|(?<=code_verifier=))"
    r"[^&\s\"']+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # a name and a password before a host
    # the same in JSON, however it is spaced, and as Python shows it
    r"|(?P<name>(?i:[\"']\w*(?:token|password|secret|apikey|verifier|authorization)\w*[\"']\s*:\s*[\"']))"
    r"[^\"']*"
)


def scrubbed(text: str) -> str:
    """`text` without what looks like a token or a key."""
    return re.sub(_SECRETS, lambda found: (found["name"] or "") + CUT, text)
