"""Mail as files: the local server has no postman, so a confirmation waits in the outbox folder.

Must never write outside that folder, and never for anybody but its owner to read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path


def link_token() -> str:
    """What a confirmation link carries."""
    return secrets.token_urlsafe(32)


def stored_form(token: str) -> str:
    """What the database keeps of a link's token: a thief of the table cannot follow it."""
    return hashlib.sha256(token.encode()).hexdigest()


def write_confirmation(outbox: Path, address: str, url: str, token: str) -> Path:
    """The confirmation mail for `address` as a new file in `outbox`; its path."""
    letter = EmailMessage()
    letter["To"] = address
    letter["Subject"] = "Confirm your e-mail address"
    link = f"{url}/auth/v1/verify?token={token}&type=signup"
    # 7bit: another encoding would break the link for whoever reads the file
    letter.set_content(f"Follow this link to confirm your address:\n\n{link}\n", cte="7bit")
    outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = outbox / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(letter.as_bytes())
    return path
