"""What names a Supabase project: its address and its publishable key. Pure; asks no server."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from supachat.domain.claims import claims_of
from supachat.domain.errors import BadInput, KeyRefused
from supachat.domain.hosts import is_loopback
from supachat.domain.values import dataclass

if TYPE_CHECKING:
    from supachat.settings.auth import Auth

_REFERENCE = r"[a-z]{20}"
_DASHBOARD = r"/dashboard/project/([a-z]{20})(?:/|$)"
_SERVICES = r"/(?:rest|auth|realtime|storage|functions)/v1/?.*$"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One project and the dialects switched on in it. `dialects` are shipped names or paths of maps."""

    name: str
    url: str
    key: str
    dialects: tuple[str, ...] = ("direct",)
    auth: Auth | None = None
    """Who hands out the sign-in, where that is not the project itself."""
    vault: str | None = None
    """Where its session is kept, where the person was asked; None: as the file says for all."""

    @property
    def stem(self) -> str:
        """A file name of its own, which changes with the address: two projects share no cache."""
        digest = hashlib.sha256(self.url.encode()).hexdigest()[:8]
        return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', self.name)[:40]}-{digest}"


def project_url(text: str) -> str:
    """The project's address, without a path at its end: from an address, a reference (20 lower-case
    letters) or the address of its dashboard. Raises `BadInput`."""
    text = text.strip()
    if re.fullmatch(_REFERENCE, text):
        return f"https://{text}.supabase.co"
    parts = _split(text)
    dashboard = re.search(_DASHBOARD, parts.path)
    if dashboard and parts.hostname in ("supabase.com", "app.supabase.com"):
        return f"https://{dashboard.group(1)}.supabase.co"
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise BadInput(f"{parts.netloc} would be spoken to in the clear", cure="Write https://")
    if parts.username or parts.password:
        raise BadInput("The address holds a user name or password", cure="Leave them out")
    path = re.sub(_SERVICES, "", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def _split(text: str) -> SplitResult:
    cure = "Give https://….supabase.co, or the project's reference of twenty letters"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[\x21-\x7e]+", text) or not _is_host(parts.hostname or ""):
        raise BadInput("This is not the address of a project", cure=cure)
    return parts


def _is_host(host: str) -> bool:
    return "." in host or ":" in host or host == "localhost"


def project_name(url: str) -> str:
    """A short name for a workspace, from the address that `project_url` made."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host):
        return "local"
    return re.sub(r"[^a-z0-9_-]+", "-", host.split(".")[0])[:32].strip("-") or "project"


def check_key(key: str) -> str:
    """The key, stripped, if a client may hold it. Raises `KeyRefused` for one that opens everything."""
    key = key.strip()
    cure = "Use the publishable key (or the older anon key), which is on the project's page of API keys"
    if not key:
        raise KeyRefused("The key is empty", cure=cure)
    if key.startswith("sb_secret_"):
        raise KeyRefused(
            "This is a secret key: it passes by every policy, so it is not taken here", cure=cure
        )
    if (claims_of(key) or {}).get("role", "anon") != "anon":
        raise KeyRefused("This is not a publishable key but one of a role that may do more", cure=cure)
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise KeyRefused("The key holds characters that no key has", cure=cure)
    return key
