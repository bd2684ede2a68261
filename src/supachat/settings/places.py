"""Where things lie on this machine. Makes no folder: whoever writes first does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supachat.domain.errors import SettingsError
from supachat.domain.text import safe_line
from supachat.domain.values import dataclass

FILE = "supachat.toml"


@dataclass(frozen=True, slots=True)
class Places:
    """Folders. `config` holds the settings, `data` what was written and read, `state` the sign-ins."""

    config: Path
    data: Path
    state: Path
    log: Path

    @property
    def settings(self) -> Path:
        return self.config / FILE


def places(environ: Mapping[str, str]) -> Places:
    """Under SUPACHAT_HOME if it is set, else where the platform wants them. Raises `SettingsError`."""
    home = environ.get("SUPACHAT_HOME")
    if home:
        try:
            root = Path(home).expanduser().absolute()
        except RuntimeError as error:
            raise SettingsError(
                f"SUPACHAT_HOME is {safe_line(home)}, and nobody knows where that is",
                cure="Name a whole path",
            ) from error
        return Places(*(root / part for part in ("config", "data", "state", "log")))
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("supachat", appauthor=False)
    return Places(
        dirs.user_config_path,
        dirs.user_data_path,
        dirs.user_state_path,
        dirs.user_log_path,
    )
