"""Which workspace is meant: by name, by the environment, by the file, or because there is only one.

Must never guess between several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from supachat.domain.errors import BadInput, NotFound, SettingsError
from supachat.settings.file import VAULTS, Settings
from supachat.settings.project import Workspace, check_key, project_name, project_url


def choose(settings: Settings, name: str | None, environ: Mapping[str, str]) -> Workspace | None:
    """The workspace to open, or None where nothing is set up yet.

    A name given on the command line wins over SUPACHAT_URL, that over the file. Raises `NotFound` for
    an unknown name, `SettingsError` where several fit, `BadInput` or `KeyRefused` for a bad variable.
    """
    if name is not None:
        return named(settings, name)
    if environ.get("SUPACHAT_URL"):
        return from_environment(settings, environ)
    if settings.workspace is not None:
        return settings.workspaces[settings.workspace]
    if len(settings.workspaces) > 1:
        names = ", ".join(settings.workspaces)
        raise SettingsError(f"There are several workspaces: {names}", cure="Say which with --workspace")
    return next(iter(settings.workspaces.values()), None)


def named(settings: Settings, name: str) -> Workspace:
    """The workspace of that name. Raises `NotFound`."""
    if name not in settings.workspaces:
        known = ", ".join(settings.workspaces) or "none yet"
        raise NotFound(
            f"There is no workspace {name!r} (there is: {known})", cure="See supachat login --help"
        )
    return settings.workspaces[name]


def from_environment(settings: Settings, environ: Mapping[str, str]) -> Workspace:
    """The workspace that SUPACHAT_URL, SUPACHAT_KEY and SUPACHAT_DIALECT describe.

    A workspace of the file with the same address lends everything else, and its key where none is given.
    """
    url = project_url(environ["SUPACHAT_URL"])
    kept = next((one for one in settings.workspaces.values() if one.url == url), None)
    base = kept or Workspace(project_name(url), url, "")
    if not (key := environ.get("SUPACHAT_KEY") or base.key):
        raise BadInput("SUPACHAT_URL is set, SUPACHAT_KEY is not", cure="Set it to the publishable key")
    dialect = environ.get("SUPACHAT_DIALECT")
    return replace(base, key=check_key(key), dialects=(dialect,) if dialect else base.dialects)


def said_vault(option: str | None, environ: Mapping[str, str]) -> str | None:
    """Where this process is to keep the session: the option, else SUPACHAT_VAULT, else None: then the
    settings say it. Raises `BadInput`."""
    kind = option or environ.get("SUPACHAT_VAULT") or None
    if kind is not None and kind not in VAULTS:
        raise BadInput(f"SUPACHAT_VAULT is {kind!r}", cure=f"It is one of {', '.join(VAULTS)}")
    return kind
