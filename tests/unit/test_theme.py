"""The colours can be read: WCAG contrast over 4.5 in our themes and in Textual's."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from supachat.tui import theme as themes

TONES = ("background", "surface", "panel", "hold", "select", "code")
"""What text may stand on."""
TEXTS = ("foreground", "text2", "quiet", "accent", "success", "warning", "error")
"""What may be read. `rule` and `veil` are not meant to be."""
ALL = {**{each.name: each for each in themes.OURS}, **BUILTIN_THEMES}


def colours(theme: Theme) -> dict[str, Color]:
    made = themes.variables(theme)
    return {name: Color.parse(made[variable]) for name, variable in themes.VARIABLE.items()}


@pytest.mark.parametrize("name", themes.names())
def test_every_text_can_be_read_on_every_tone(name: str) -> None:
    found = colours(ALL[name])
    least = {(text, tone): themes.contrast(found[text], found[tone]) for text in TEXTS for tone in TONES}
    assert {pair: ratio for pair, ratio in least.items() if ratio < themes.LEAST_CONTRAST} == {}


@pytest.mark.parametrize("theme", themes.OURS, ids=lambda theme: theme.name)
def test_a_search_hit_and_the_cursor_can_be_read(theme: Theme) -> None:
    found = colours(theme)
    assert themes.contrast(found["foreground"], found["mark"]) > 7
    assert themes.contrast(found["on-accent"], found["accent"]) > 7


def test_the_measured_figures_of_ink_hold() -> None:
    found = colours(themes.INK)
    lowest = {
        text: round(min(themes.contrast(found[text], found[tone]) for tone in TONES), 1) for text in TEXTS
    }
    assert lowest == {
        "foreground": 10.6,
        "text2": 7.2,
        "quiet": 5.3,
        "accent": 6.6,
        "success": 7.2,
        "warning": 7.1,
        "error": 6.0,
    }


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#123456", "#123456", 1.0)],
)
def test_contrast_is_the_wcag_ratio(one: str, other: str, ratio: float) -> None:
    assert themes.contrast(Color.parse(one), Color.parse(other)) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("theme", themes.SIXTEEN, ids=lambda theme: theme.name)
def test_with_sixteen_colours_everything_is_the_terminals_own(theme: Theme) -> None:
    made = themes.variables(theme)
    assert {made[variable].startswith("ansi_") for variable in themes.VARIABLE.values()} == {True}
    assert {made[themes.VARIABLE[tone]] for tone in TONES} == {"ansi_default"}
    meanings = [made[name] for name in ("accent", "success", "error")]
    assert len(set(meanings)) == 3


def test_foreign_terminal_themes_get_names_of_ours() -> None:
    for theme in BUILTIN_THEMES.values():
        if theme.ansi:
            assert themes.variables(theme)["sc-quiet"] == "ansi_bright_black"


def test_terminal_colour_themes_are_not_on_offer() -> None:
    assert themes.names()[:2] == ("ink", "paper")
    assert not any(ALL[name].ansi for name in themes.names())
