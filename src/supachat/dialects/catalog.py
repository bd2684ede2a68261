"""A dialect by its name: a shipped one, or a person's own TOML file.

Commands import this before the first frame, so it imports the standard library only; the grammar, and
pydantic with it, is loaded when a dialect is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supachat.dialects import script
from supachat.domain.errors import DialectError

if TYPE_CHECKING:
    from supachat.dialects.grammar import Dialect

_HERE = Path(__file__).parent
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,29}")
_TAKEN = re.compile(r"auth|realtime|storage|extensions|vault|graphql.*|pg_.*|information_schema")


def names() -> tuple[str, ...]:
    """The shipped dialects."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


def load(name_or_path: str) -> Dialect:
    """A dialect by its shipped name or by the path of a TOML file. Raises DialectError."""
    from supachat.dialects.grammar import parse

    path = _path(name_or_path)
    try:
        return parse(path.read_text("utf-8"), str(path) if name_or_path not in names() else path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise DialectError(f"the dialect file {path} cannot be read: {error}") from error


def sql(name: str, schema: str | None = None) -> str:
    """The SQL that makes a shipped dialect's tables in `schema` (its own default where None), all parts.

    Raises DialectError for an unknown dialect or a schema that cannot hold one.
    """
    wanted = _checked(str(_shipped(name)["schema"]) if schema is None else schema)
    return script.script(_HERE, name, wanted)


def describing(schema: str) -> str:
    """The SQL of the function alone by which a schema's tables tell the checker what they are. Raises
    DialectError for a schema that cannot hold one."""
    return f"begin;\n\n{script.part('describe', _checked(schema))}\ncommit;\n"


def _checked(wanted: str) -> str:
    if not _SCHEMA.fullmatch(wanted) or _TAKEN.fullmatch(wanted):
        raise DialectError(
            f"a dialect cannot live in the schema {wanted!r}",
            cure="Choose a name of small letters, digits and _ that is not Supabase's own",
        )
    return wanted


def local_settings(name: str) -> dict[str, str]:
    """What the local server sets on its database for a shipped dialect. Raises DialectError."""
    found = _shipped(name).get("local_settings", {})
    return {str(setting): str(value) for setting, value in found.items()}


def schema(name: str) -> str:
    """The schema in which a shipped dialect lives unless told otherwise. Raises DialectError."""
    return str(_shipped(name)["schema"])


def _shipped(name: str) -> dict[str, Any]:
    import tomllib

    if name not in names():
        raise _unknown(name)
    return tomllib.loads((_HERE / f"{name}.toml").read_text("utf-8"))


def _path(name_or_path: str) -> Path:
    if name_or_path in names():
        return _HERE / f"{name_or_path}.toml"
    path = Path(name_or_path).expanduser()
    if path.suffix == ".toml":
        return path
    raise _unknown(name_or_path)


def _unknown(name: str) -> DialectError:
    return DialectError(
        f"there is no dialect {name!r}",
        cure=f"Shipped: {', '.join(names())}; or give the path of a .toml file",
    )
