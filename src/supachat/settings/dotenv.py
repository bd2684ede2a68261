"""A project's address and key out of the `.env` file of somebody's web app. Pure but for `read`."""

from __future__ import annotations

import re
from pathlib import Path

from supachat.domain.errors import BadInput, KeyRefused
from supachat.domain.values import dataclass
from supachat.settings.project import check_key, project_url

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")
_PREFIX = re.compile(r"(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|EXPO_PUBLIC|REACT_APP|PUBLIC)_")
_KEYS = (
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_PUBLISHABLE_DEFAULT_KEY",
    "SUPABASE_ANON_KEY",
    "SUPABASE_KEY",
)
_SECRET = re.compile(r"SERVICE_ROLE|SECRET")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a client may take from the file. `ignored` names the variables that open everything."""

    url: str
    key: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What was left out, as a sentence; empty if nothing was."""
        return (
            f"{', '.join(self.ignored)} ignored: a secret has no place in a client" if self.ignored else ""
        )


def read(path: Path) -> EnvFile:
    """The project in the file at `path`. Raises `BadInput`."""
    try:
        text = path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadInput(f"{path} cannot be read: {reason}", cure="Give the address instead") from error
    return parse(text, path.name)


def parse(text: str, name: str = ".env") -> EnvFile:
    """The project that `text` names; `name` is the file's, for the error's words. Raises `BadInput`."""
    found: dict[str, str] = {}
    ignored: list[str] = []
    for variable, value in _assignments(text):
        plain = _PREFIX.sub("", variable)
        if "SUPABASE" not in plain or not value:
            continue
        if plain != "SUPABASE_URL" and (_SECRET.search(plain) or _opens_everything(plain, value)):
            ignored.append(variable)
        else:
            found.setdefault(plain, value)
    if "SUPABASE_URL" not in found:
        raise BadInput(f"{name} names no SUPABASE_URL", cure="Give the project's address instead")
    key = next((found[one] for one in _KEYS if one in found), "")
    return EnvFile(project_url(found["SUPABASE_URL"]), key, tuple(ignored))


def _opens_everything(plain: str, value: str) -> bool:
    """A secret may stand under a harmless name: the value is looked at as well."""
    if plain not in _KEYS:
        return False
    try:
        check_key(value)
    except KeyRefused:
        return True
    return False


def _assignments(text: str) -> list[tuple[str, str]]:
    matches = (_LINE.match(line) for line in text.removeprefix("\ufeff").splitlines())
    return [(match.group(1), _unquoted(match.group(2))) for match in matches if match]


def _unquoted(value: str) -> str:
    """The value without its quotes, or without a comment behind it."""
    if value[:1] in ("'", '"', "`"):
        end = value.find(value[0], 1)
        if end > 0:
            return value[1:end]
    return re.split(r"\s#", value)[0].strip() if not value.startswith("#") else ""
