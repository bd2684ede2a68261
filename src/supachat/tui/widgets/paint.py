"""How each role looks, on a plain, a selected and a held row, in every depth of colour.

Built from the theme's variables once per theme, so that drawing a message looks nothing up. The rest of
the pane names roles only. Must never hold a colour of its own but the sixteen of the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from rich.style import Style

from supachat.domain.values import dataclass
from supachat.tui.widgets.pieces import Role

INK: Final[Mapping[str, str]] = {
    "background": "#14161A",
    "sc-hold": "#2D323A",
    "sc-select": "#232E5A",
    "sc-code": "#1D2026",
    "sc-mark": "#5A4A14",
    "foreground": "#E8E9EC",
    "sc-text2": "#BDC2CC",
    "sc-quiet": "#9EA6B4",
    "sc-rule": "#454B56",
    "accent": "#93BAFF",
    "warning": "#E8B968",
    "error": "#FF938C",
}
"""What a foreign set of variables lacks comes from here, and tests need no app."""


class Row(IntEnum):
    """The state of a message's rows."""

    PLAIN = 0
    SELECTED = 1
    HELD = 2


class Depth(IntEnum):
    """How many colours the terminal has. With FULL, 256 colours are reduced by the driver."""

    NONE = 0
    SIXTEEN = 16
    FULL = 256


_INKS: Final[Mapping[Role, tuple[str, str]]] = {
    Role.TEXT: ("foreground", ""),
    Role.BOLD: ("foreground", "bold"),
    Role.ITALIC: ("foreground", "italic"),
    Role.BOLD_ITALIC: ("foreground", "bold italic"),
    Role.INLINE_CODE: ("foreground", ""),
    Role.LINK: ("accent", "underline"),
    Role.MENTION: ("foreground", "bold"),
    Role.ME: ("accent", "bold"),
    Role.ACCENT: ("accent", ""),
    Role.NAME: ("foreground", "bold"),
    Role.TEXT2: ("sc-text2", ""),
    Role.HEADING: ("sc-text2", "bold"),
    Role.QUIET: ("sc-quiet", ""),
    Role.QUIET_BOLD: ("sc-quiet", "bold"),
    Role.GONE: ("sc-quiet", "italic"),
    Role.RULE: ("sc-rule", ""),
    Role.WARNING: ("warning", ""),
    Role.ERROR: ("error", ""),
    Role.GROWS: ("accent", "reverse"),
    Role.FOUND: ("foreground", "bold"),
    Role.BAND: ("foreground", ""),
    Role.BAND_KEYWORD: ("foreground", "bold"),
    Role.BAND_STRING: ("sc-text2", ""),
    Role.BAND_COMMENT: ("sc-quiet", "italic"),
    Role.BAND_QUIET: ("sc-quiet", ""),
    Role.BAND_EDGE: ("sc-rule", ""),
}
_GROUNDS: Final[Mapping[Role, str]] = {
    Role.INLINE_CODE: "sc-hold",
    **{role: "sc-code" for role in Role if role.name.startswith("BAND")},
}

_SIXTEEN_DARK: Final = {"accent": "bright_cyan", "warning": "yellow", "error": "bright_red"}
_SIXTEEN_LIGHT: Final = {"accent": "blue", "warning": "bold", "error": "red"}
_SIXTEEN_BOTH: Final = {"sc-quiet": "bright_black", "sc-rule": "bright_black"}


@dataclass(frozen=True, slots=True)
class Look:
    """Styles by row state and role. `edges`: tones are missing, so a code band needs a line beside it."""

    styles: tuple[tuple[Style, ...], ...]
    chosen: Style
    """Laid over text that was selected with the mouse."""
    edges: bool = False

    @classmethod
    def of(
        cls, variables: Mapping[str, str] = INK, *, dark: bool = True, depth: Depth = Depth.FULL
    ) -> Look:
        colours = {**INK, **{name: variables[name] for name in INK if name in variables}}
        if depth is Depth.FULL:
            styles = tuple(_full(colours, ground) for ground in ("background", "sc-select", "sc-hold"))
            return cls(styles, Style(bgcolor=colours["sc-select"]))
        plain = tuple(_reduced(role, depth, dark) for role in Role)
        reverse = tuple(_reversed(role) for role in Role)
        return cls((plain, reverse, plain), Style(reverse=True), edges=True)

    def style(self, role: Role, row: Row) -> Style:
        return self.styles[row][role]


def _full(colours: Mapping[str, str], ground: str) -> tuple[Style, ...]:
    def made(role: Role) -> Style:
        ink, attributes = _INKS[role]
        own = _GROUNDS.get(role, ground) if ground == "background" else ground
        own = "sc-mark" if role is Role.FOUND else own  # also on a row that is chosen
        return Style.parse(attributes) + Style(color=colours[ink], bgcolor=colours[own])

    return tuple(made(role) for role in Role)


def _reversed(role: Role) -> Style:
    """Of a chosen row where there are no tones. What is reversed elsewhere is not, here."""
    attributes = _INKS[role][1]
    return Style.parse(f"{attributes} underline" if role is Role.FOUND else f"{attributes} reverse".strip())


def _reduced(role: Role, depth: Depth, dark: bool) -> Style:
    ink, attributes = _INKS[role]
    if role is Role.FOUND:
        return Style.parse(f"{attributes} reverse")
    if depth is Depth.NONE:
        return Style.parse(attributes)
    table = {**(_SIXTEEN_DARK if dark else _SIXTEEN_LIGHT), **_SIXTEEN_BOTH}
    return Style.parse(f"{attributes} {table.get(ink, 'default')}".strip())
