"""The colours: two themes of our own, and Textual's made legible.

Three tones for areas, one accent that means you, three colours that mean working, waiting, needs you.
Pure but for the two `Theme` objects: contrast is computed here and held over 4.5 for every text colour
on every tone, in foreign themes too. Must never hold a colour that only one widget knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

LEAST_CONTRAST: Final = 4.5

VARIABLE: Final[Mapping[str, str]] = {
    "background": "background",
    "surface": "surface",
    "panel": "panel",
    "hold": "sc-hold",
    "select": "sc-select",
    "code": "sc-code",
    "mark": "sc-mark",
    "foreground": "foreground",
    "text2": "sc-text2",
    "quiet": "sc-quiet",
    "rule": "sc-rule",
    "accent": "accent",
    "on-accent": "sc-on-accent",
    "success": "success",
    "warning": "warning",
    "error": "error",
    "veil": "sc-veil",
}
"""Our name of a colour -> the Textual variable that holds it."""


def _theme(name: str, *, dark: bool, colours: Mapping[str, str]) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=colours["accent"],
        secondary=colours["text2"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        variables=_variables(colours),
    )


def _variables(colours: Mapping[str, str]) -> dict[str, str]:
    """Ours, and those that Textual would otherwise invent with colours of its own."""
    surface, hold, accent = colours["surface"], colours["hold"], colours["accent"]
    ours = {VARIABLE[name]: value for name, value in colours.items() if VARIABLE[name].startswith("sc-")}
    return ours | {
        "block-cursor-background": colours["select"],
        "block-cursor-foreground": colours["foreground"],
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": hold,
        "block-cursor-blurred-foreground": colours["foreground"],
        "border": accent,
        "border-blurred": colours["rule"],
        "scrollbar": hold,
        "scrollbar-hover": hold,
        "scrollbar-active": accent,
        "scrollbar-background": surface,
        "scrollbar-background-hover": surface,
        "scrollbar-background-active": surface,
        "scrollbar-corner-color": surface,
        "footer-background": surface,
        "footer-key-foreground": colours["text2"],
        "footer-description-foreground": colours["quiet"],
        "input-cursor-background": accent,
        "input-cursor-foreground": colours["on-accent"],
        "input-cursor-text-style": "none",
        "input-selection-background": colours["select"],
        "input-selection-foreground": colours["foreground"],
        "screen-selection-background": colours["select"],
        "screen-selection-foreground": colours["foreground"],
        "link-color": accent,
        "link-style": "underline",
    }


INK: Final = _theme(
    "ink",
    dark=True,
    colours={
        "background": "#14161A",
        "surface": "#1A1D22",
        "panel": "#23272E",
        "hold": "#2D323A",
        "select": "#232E5A",
        "code": "#1D2026",
        "mark": "#5A4A14",
        "foreground": "#E8E9EC",
        "text2": "#BDC2CC",
        "quiet": "#9EA6B4",
        "rule": "#454B56",
        "accent": "#93BAFF",
        "on-accent": "#14161A",
        "success": "#7AD3A0",
        "warning": "#E8B968",
        "error": "#FF938C",
        "veil": "#4C525D",
    },
)

PAPER: Final = _theme(
    "paper",
    dark=False,
    colours={
        "background": "#FDFCFA",
        "surface": "#F4F3F1",
        "panel": "#EAE9E6",
        "hold": "#E0DED9",
        "select": "#D2E0FA",
        "code": "#F1F0ED",
        "mark": "#FFE69A",
        "foreground": "#1E2126",
        "text2": "#444A55",
        "quiet": "#565B64",
        "rule": "#B9B6AF",
        "accent": "#1A49A6",
        "on-accent": "#FDFCFA",
        "success": "#17642E",
        "warning": "#6F4700",
        "error": "#A8251D",
        "veil": "#B9B4A9",
    },
)

OURS: Final = (INK, PAPER)


def _sixteen(name: str, *, dark: bool, accent: str, warning: str, error: str) -> Theme:
    """A theme in the terminal's own colours: no tones, quiet is bright black, the rest by name."""
    default, quiet = "ansi_default", "ansi_bright_black"
    colours = dict.fromkeys(VARIABLE, default) | {
        "quiet": quiet,
        "rule": quiet,
        "veil": quiet,
        "accent": accent,
        "success": "ansi_green",
        "warning": warning,
        "error": error,
    }
    made = _theme(name, dark=dark, colours=colours)
    made.ansi = True
    made.variables |= dict.fromkeys(("surface", "panel", "ansi-background", "ansi-foreground"), default)
    return made


SIXTEEN: Final = (
    _sixteen(
        "sixteen-dark",
        dark=True,
        accent="ansi_bright_cyan",
        warning="ansi_yellow",
        error="ansi_bright_red",
    ),
    _sixteen("sixteen-light", dark=False, accent="ansi_blue", warning="ansi_default", error="ansi_red"),
)
"""For terminals with sixteen colours: a reduction would make accent, success and warning all white."""


_ONE_COLOUR: Final = r"vt(52|[1-4]\d\d)(-.*)?|.+-mono"
"""What DEC made before the VT525, and what is called so."""


def fitting(environ: Mapping[str, str], *, few: bool = False) -> str:
    """ink, unless the terminal says that its background is light (COLORFGBG); its own if it has `few`."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    light = background in ("7", "15")
    if few:
        return "sixteen-light" if light else "sixteen-dark"
    return "paper" if light else "ink"


def colourless(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is one without colours, by the names of terminfo. Any that has some says so."""
    return re.fullmatch(_ONE_COLOUR, environ.get("TERM", "")) is not None and "COLORTERM" not in environ


def names() -> tuple[str, ...]:
    """Every theme on offer, ours first. Textual's terminal-colour themes have no tones and are left out."""
    return (
        *(each.name for each in OURS),
        *sorted(name for name, each in BUILTIN_THEMES.items() if not each.ansi),
    )


def _luminance(colour: Color) -> float:
    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(colour.r) + 0.7152 * channel(colour.g) + 0.0722 * channel(colour.b)


def contrast(one: Color, other: Color) -> float:
    """The WCAG ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _least(colour: Color, tones: Iterable[Color]) -> float:
    return min(contrast(colour, tone) for tone in tones)


def legible(colour: Color, tones: Iterable[Color], towards: Color) -> Color:
    """`colour`, moved as little as needed towards `towards` to reach the least contrast on all tones."""
    seen = tuple(tones)
    for step in range(0, 21):
        moved = colour.blend(towards, step / 20, alpha=1)
        if _least(moved, seen) >= LEAST_CONTRAST + 0.05:
            return moved
    return towards


def variables(theme: Theme) -> dict[str, str]:
    """Every CSS variable of a theme. Foreign ones get our names, and colours that can be read."""
    made = {**theme.to_color_system().generate(), **theme.variables}
    if "sc-hold" in made:
        return made
    if theme.ansi:
        return made | variables(SIXTEEN[0] if theme.dark else SIXTEEN[1])
    return made | _foreign(made, dark=theme.dark)


def _foreign(made: Mapping[str, str], *, dark: bool) -> dict[str, str]:
    """Our colours out of those of a theme that does not know them."""
    background = _opaque(made["background"], Color.parse("#14161A" if dark else "#FDFCFA"))
    end = Color.parse("#FFFFFF" if dark else "#000000")
    foreground = _opaque(made["foreground"], background)
    accent = _opaque(made["primary"], background)
    tones = {
        "background": background,
        "surface": background.blend(foreground, 0.03, alpha=1),
        "panel": background.blend(foreground, 0.07, alpha=1),
        "hold": background.blend(foreground, 0.12, alpha=1),
        "select": background.blend(accent, 0.22, alpha=1),
        "code": background.blend(foreground, 0.05, alpha=1),
    }
    seen = tuple(tones.values())
    foreground = legible(foreground, seen, end)
    texts = {
        "foreground": foreground,
        "text2": legible(background.blend(foreground, 0.82, alpha=1), seen, end),
        "quiet": legible(background.blend(foreground, 0.66, alpha=1), seen, end),
        **{
            name: legible(_opaque(made[source], background), seen, end)
            for name, source in (
                ("accent", "primary"),
                ("success", "success"),
                ("warning", "warning"),
                ("error", "error"),
            )
        },
    }
    rest = {
        "mark": background.blend(texts["warning"], 0.25, alpha=1),
        "rule": background.blend(foreground, 0.25, alpha=1),
        "on-accent": background,
        "veil": background.blend(foreground, 0.25, alpha=1),
    }
    colours = {name: value.hex for name, value in {**tones, **texts, **rest}.items()}
    return {VARIABLE[name]: value for name, value in colours.items()} | _variables(colours)


def _opaque(value: str, behind: Color) -> Color:
    parsed = Color.parse(value)
    return parsed if parsed.a == 1 else behind + parsed
