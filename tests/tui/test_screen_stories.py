"""What a person does around the conversation: the list, the palette, the size, notices, leaving."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.harness import as_on_disk, chat, make_app, row, running, screen_text, settled, until
from tests.tui.street import key, long_conversation, street
from tests.tui.town import Town
from textual.strip import Strip

from supachat.cache.files import Files
from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, SettingsError
from supachat.domain.health import Link, LinkState
from supachat.domain.text import safe_line
from supachat.tui.keymap import Place
from supachat.tui.widgets.thread_list import ThreadList


async def test_another_theme_takes_the_lines_between_the_areas_away() -> None:
    async with running(make_app(Town(), theme="sixteen-dark")) as pilot:
        assert screen_text(pilot.app).splitlines()[1].startswith("╌╌╌")
        await pilot.press("ctrl+p", *"paper", "enter")
        await until(pilot, lambda: pilot.app.theme == "paper" and "╎" not in screen_text(pilot.app))
        await until(pilot, lambda: not screen_text(pilot.app).splitlines()[1].strip())
        assert screen_text(pilot.app).splitlines()[2].startswith("  ▾ Direct")


async def test_with_sixteen_colours_the_terminals_own_are_used() -> None:
    app = make_app(Town(), theme="sixteen-dark")
    async with running(app) as pilot:
        await pilot.press("tab")
        await settled(pilot)
        assert "╎" in screen_text(app)
        colours = {
            segment.style.color
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.color is not None
        }
        green, bright_black, bright_cyan = 2, 8, 14
        assert {green, bright_black, bright_cyan} <= {colour.number for colour in colours}
        assert {colour.triplet for colour in colours} == {None}


async def test_walking_with_tab_and_opening_from_the_list() -> None:
    async with running(make_app(Town())) as pilot:
        screen = chat(pilot.app)
        places = [screen.parts.places.here.value]
        for keys in (["tab"], ["j", "j", "enter"], ["shift+tab"]):
            await pilot.press(*keys)
            places.append(screen.parts.places.here.value)
        assert places == ["composer", "list", "composer", "messages"]
        assert screen.client.open_thread == key("noa")


async def test_a_step_in_the_list_paints_the_row_that_was_left_and_the_one_that_was_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: set[int] = set()
    draw = ThreadList.render_line

    def seen(self: ThreadList, y: int) -> Strip:
        painted.add(y)
        return draw(self, y)

    async with running(make_app(Town())) as pilot:
        await pilot.press("tab")
        await settled(pilot)
        monkeypatch.setattr(ThreadList, "render_line", seen)
        await pilot.press("down")
        await settled(pilot)
        assert row(pilot.app, "Tom Becker").startswith("›")
        assert len(painted) == 2


async def test_a_folded_section_hides_its_threads() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("tab", "space")
        await until(pilot, lambda: "▸ Direct" in screen_text(pilot.app))
        assert "Tom Becker" not in screen_text(pilot.app)
        assert "16 " in row(pilot.app, "▸ Direct")


async def test_nothing_changes_places_while_the_list_is_in_use() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press("tab")
        town.arrives("renate", "news from the bottom")
        await until(pilot, lambda: "1 " in row(pilot.app, "Renate Vogel"))
        order = [other.id for other in chat(pilot.app).list.keys]
        assert order[-1] == key("renate").id


async def test_the_mouse_opens_a_thread_folds_a_section_and_runs_a_key() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.click("#list", offset=(6, 3))
        await until(pilot, lambda: "Message Tom Becker" in screen_text(pilot.app) or None)
        await pilot.click("#list", offset=(6, 1))
        await until(pilot, lambda: "▸ Direct" in screen_text(pilot.app))
        assert chat(pilot.app).parts.places.here is Place.COMPOSER, "who writes keeps the keyboard"
        footer = screen_text(pilot.app).splitlines()[-1]
        await pilot.click("#footer", offset=(footer.index("f1"), 0))
        await until(pilot, lambda: "Everywhere" in screen_text(pilot.app))


async def test_a_click_on_the_badge_shows_why() -> None:
    town = Town()
    town.link = Link(LinkState.RECONNECTING, attempt=3, reason=safe_line("no answer from acme.supabase.co"))
    async with running(make_app(town)) as pilot:
        header = screen_text(pilot.app).splitlines()[0]
        assert "↻ reconnecting now (3rd try)" in header
        await pilot.click("#header", offset=(header.index("↻"), 0))
        await until(pilot, lambda: "no answer from acme.supabase.co" in screen_text(pilot.app))
        await pilot.press("ctrl+l")
        assert town.poked == 1
        await pilot.press("escape")
        assert chat(pilot.app).is_active


async def test_resizing_gives_way_in_order_and_loses_nothing() -> None:
    async with running(make_app(Town()), (120, 36)) as pilot:
        await pilot.press(*"still here")
        for size, there, gone in [
            ((200, 50), "This thread", "⋯⋯"),
            ((80, 24), "◉ 12 ms", "This thread"),
            ((60, 20), "Mira Kovač", "Renate Vogel"),
            ((30, 8), "supachat needs 40", "Mira"),
            ((120, 36), "◉ live 12 ms", "supachat needs 40"),
        ]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            screen = screen_text(pilot.app)
            assert there in screen, size
            assert gone not in screen, size
        assert chat(pilot.app).composer.text == "still here"
        assert chat(pilot.app).parts.places.here is Place.COMPOSER


async def test_on_a_narrow_screen_the_list_comes_when_it_is_asked_for() -> None:
    async with running(make_app(Town()), (60, 20)) as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "Renate Vogel" in screen_text(pilot.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Renate Vogel" not in screen_text(pilot.app))
        assert chat(pilot.app).client.open_thread == key("tom")


async def test_people_lie_over_the_pane_until_esc() -> None:
    async with running(make_app(Town()), (100, 30)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: "This thread" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "This thread" not in screen_text(pilot.app))


async def test_the_theme_changes_from_the_palette_and_is_kept() -> None:
    app = make_app(Town())
    kept: list[str] = []
    app._keep_theme = kept.append
    async with running(app) as pilot:
        await pilot.press("ctrl+p", *"paper", "enter")
        await until(pilot, lambda: app.theme == "paper")
        assert kept == ["paper"]


async def test_a_theme_that_cannot_be_written_down_stays_for_this_run() -> None:
    app = make_app(Town())

    def refuse(name: str) -> None:
        raise SettingsError("/home/ana/supachat.toml cannot be written: Read-only file system")

    app._keep_theme = refuse
    async with running(app) as pilot:
        await pilot.press("ctrl+p", *"paper", "enter")
        await until(pilot, lambda: "It stays for this run only" in screen_text(app))
        assert "Read-only file system" in " ".join(screen_text(app).split())
        assert app.theme == "paper"


async def test_a_key_of_the_palette_runs_on_the_chat() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+p", *"last thread", "escape", "alt+down", "ctrl+p", *"last thread", "enter")
        await until(pilot, lambda: chat(pilot.app).client.open_thread == key("mira"))


def nowhere() -> Files:
    """On a disk that takes nothing, also from root."""
    return Files(Path(os.devnull) / "work.db")


@pytest.mark.parametrize(
    ("cache", "words", "lost"),
    [
        (as_on_disk, "1 message is not sent yet. All is kept, and what waits goes out", ()),
        (lambda: Files(None), "1 message is not sent and gone.", ()),
        (nowhere, "", ("kept",)),
    ],
)
async def test_leaving_names_what_is_not_sent(
    capsys: pytest.CaptureFixture[str],
    cache: Callable[[], Files],
    words: str,
    lost: tuple[str, ...],
) -> None:
    town = Town()
    town.refused = NotAllowed("no")
    app = make_app(town, cache=cache)
    async with running(app) as pilot:
        await pilot.press(*"kept", "enter")
        await until(pilot, lambda: "not sent: no" in screen_text(app))
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert ("not sent" in said.out + said.err) == bool(words)
    assert app.client is not None
    assert app.client.unkept() == lost


async def test_a_workspace_without_threads_says_how_to_begin() -> None:
    async with running(make_app(Town([]))) as pilot:
        screen = screen_text(pilot.app)
        assert "No conversations yet" in screen
        assert "ana@acme.dev" in screen
        assert "ctrl+n" in screen


async def test_the_first_conversation_opens_by_itself() -> None:
    town = Town([])
    async with running(make_app(town)) as pilot:
        town.threads = street()[:1]
        town.table[key("mira")] = long_conversation("mira", 2)
        chat(pilot.app).client.focused()
        await until(pilot, lambda: "message 1 of 2" in screen_text(pilot.app))


async def test_from_the_cache_it_says_so() -> None:
    town = Town()
    town.signed_in = False
    app = make_app(town)
    async with running(app) as pilot:
        assert "Sign in to acme" in screen_text(pilot.app)


async def test_a_notice_closes_with_esc() -> None:
    async with running(make_app(Town())) as pilot:
        chat(pilot.app).notices.tell(ev.Notice(safe_line("Trouble"), safe_line("of a kind"), "error"))
        await until(pilot, lambda: "Trouble" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Trouble" not in screen_text(pilot.app))


async def test_never_more_than_three_toasts_and_none_twice() -> None:
    async with running(make_app(Town())) as pilot:
        for number in (1, 2, 2, 3, 4):
            chat(pilot.app).notices.tell(ev.Notice(safe_line(f"Notice {number}")))
            await pilot.pause()
        shown = screen_text(pilot.app)
        assert [f"Notice {number}" in shown for number in (1, 2, 3, 4)] == [False, True, True, True]


async def test_details_of_a_message() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("f6", "i")
        await until(pilot, lambda: "mira-00007" in screen_text(pilot.app))
        assert "20 Nov 2026, 09:30:00" in screen_text(pilot.app)


async def test_copying_a_message() -> None:
    app = make_app(Town())
    async with running(app) as pilot:
        await pilot.press("f6", "y")
        await until(pilot, lambda: "copied" in screen_text(app))
        assert app.clipboard == "@ana will do. Waiting for your word."


async def test_a_muted_thread_does_not_call() -> None:
    rows = street()
    rows[1] = replace(rows[1], muted=True)
    async with running(make_app(Town(rows))) as pilot:
        await pilot.press("alt+a")
        assert chat(pilot.app).client.open_thread == key("noa")


async def test_esc_lets_go_of_what_the_mouse_selected() -> None:
    async with running(make_app(Town())) as pilot:
        screen = chat(pilot.app)
        screen.pane.text_select_all()
        assert screen.get_selected_text()
        await pilot.press("escape")
        assert not screen.get_selected_text(), "or ctrl+c would go on copying it, and clear nothing"
