"""Pictures: the chat in both themes at three sizes, every other screen and state once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.tui.harness import chat, make_app, screen_text, settled, until
from tests.tui.scripted_setup import URL, ScriptedSetUp
from tests.tui.street import key, long_conversation
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import BadCredentials, NotAllowed
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Presence
from supachat.domain.text import safe_line
from supachat.tui.app import SupachatApp
from supachat.tui.widgets.form import FormField

Compare = Callable[..., bool]
Story = Callable[[Pilot[int]], Awaitable[None]]
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50)}
CLOCK = 1000.0


def frozen(town: Town | None, **parts: object) -> SupachatApp:
    """An app in which no second passes."""
    return make_app(town, monotonic=lambda: CLOCK, **parts)  # type: ignore[arg-type]  # a test names real ones


async def peopled(pilot: Pilot[int], town: Town) -> None:
    await settled(pilot)
    town.present(mira=Presence.ONLINE, tom=Presence.ONLINE, noa=Presence.AWAY, aiko=Presence.OFFLINE)


def press(*keys: str) -> Story:
    """Settle, press, settle."""

    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)
        if keys:
            await pilot.press(*keys)
        await settled(pilot)

    return story


@pytest.mark.parametrize("theme", ["ink", "paper"])
@pytest.mark.parametrize("size", SIZES)
def test_chat(snap_compare: Compare, theme: str, size: str) -> None:
    town = Town()

    async def story(pilot: Pilot[int]) -> None:
        await peopled(pilot, town)
        town.say(ev.TypingHeard(key("mira"), "mira"))
        await until(pilot, lambda: "Mira is typing" in screen_text(pilot.app))
        await press(*"Deploy is out")(pilot)
        await until(pilot, lambda: "✎" in screen_text(pilot.app))  # a draft within a second

    assert snap_compare(frozen(town, theme=theme), terminal_size=SIZES[size], run_before=story)


@pytest.mark.parametrize(
    ("name", "keys", "size", "theme"),
    [
        ("list", ["tab", "j"], "120x36", "ink"),
        ("select", ["f6", "k"], "120x36", "ink"),
        ("switcher", ["ctrl+k", *"re"], "120x36", "ink"),
        ("switcher-narrow", ["ctrl+k", *"o"], "80x24", "paper"),
        ("nothing-found", ["ctrl+k", *"quaterly"], "80x24", "ink"),
        ("commands", ["ctrl+p"], "120x36", "ink"),
        ("keys", ["f1"], "120x36", "ink"),
        ("keys-narrow", ["f1"], "80x24", "paper"),
        ("health", ["f9"], "80x24", "paper"),
        ("people-over", ["f8"], "100x30", "ink"),
        ("details", ["f6", "i"], "120x36", "ink"),
        ("many-lines", [*"one", "ctrl+j", *"two", "ctrl+j", *"three"], "80x24", "ink"),
        ("narrow-list", ["f7"], "60x20", "ink"),
        ("too-small", [], "38x9", "ink"),
        ("start", ["ctrl+n"], "80x24", "ink"),
    ],
)
def test_places(snap_compare: Compare, name: str, keys: list[str], size: str, theme: str) -> None:
    town = Town()
    columns, rows = map(int, size.split("x"))

    async def story(pilot: Pilot[int]) -> None:
        await peopled(pilot, town)
        await press(*keys)(pilot)
        if name == "many-lines":  # what is written is a draft within a second
            await until(pilot, lambda: "✎" in screen_text(pilot.app))

    assert snap_compare(frozen(town, theme=theme), terminal_size=(columns, rows), run_before=story)


@pytest.mark.parametrize("size", ["80x24", "120x36"])
def test_without_colour(snap_compare: Compare, size: str) -> None:
    town = Town()
    app = frozen(town, mono=True)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=press("tab"))


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("reconnecting", Link(LinkState.RECONNECTING, attempt=3, next_try_at=CLOCK + 4)),
        ("offline", Link(LinkState.DISCONNECTED, reason=safe_line("no network"))),
        ("polling", Link(LinkState.POLLING, round_trip=0.2)),
        ("slow", Link(LinkState.CONNECTED, round_trip=1.4)),
    ],
)
def test_links(snap_compare: Compare, name: str, link: Link) -> None:
    town = Town()
    town.link = link
    assert snap_compare(frozen(town), terminal_size=(80, 24), run_before=press())


def test_not_sent_and_asked_to_discard(snap_compare: Compare) -> None:
    town = Town()
    town.refused = NotAllowed("you are no longer a member of this conversation")

    async def story(pilot: Pilot[int]) -> None:
        await press(*"Starting now", "enter")(pilot)
        await until(pilot, lambda: "not sent: you" in screen_text(pilot.app))
        await press("f6", "x")(pilot)

    assert snap_compare(frozen(town), terminal_size=(120, 36), run_before=story)


def test_toasts(snap_compare: Compare) -> None:
    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)
        notices = chat(pilot.app).notices
        notices.tell(ev.Notice(safe_line("Not sent"), safe_line("the thread is closed"), "error"))
        notices.tell(ev.Notice(safe_line("40 messages filled in"), safe_line("Mira is complete again")))
        notices.tell(ev.Notice(safe_line("Slow"), safe_line("the round trip is over 2 s"), "warning"))
        await settled(pilot)

    assert snap_compare(frozen(Town()), terminal_size=(120, 36), run_before=story)


@pytest.mark.parametrize("name", ["empty", "reading", "error", "signed-out"])
def test_empty_places(snap_compare: Compare, name: str) -> None:
    town = Town([], signed_in=name != "signed-out")
    story = press()
    if name == "error":
        town.link = Link(LinkState.ERROR, reason=safe_line("The project does not know this key"))
    if name == "reading":
        town.start = _silent  # type: ignore[method-assign]  # a project that never answers
    if name == "signed-out":
        story = press("escape")
    assert snap_compare(frozen(town), terminal_size=(80, 24), run_before=story)


async def _silent() -> None:
    """A project that never answers."""


def test_nothing_said_yet(snap_compare: Compare) -> None:
    async def story(pilot: Pilot[int]) -> None:
        await press("ctrl+k", *"samu")(pilot)
        await until(pilot, lambda: "no thread yet" in screen_text(pilot.app))
        await press("enter")(pilot)

    assert snap_compare(frozen(Town()), terminal_size=(80, 24), run_before=story)


def test_an_older_page_is_being_read(snap_compare: Compare) -> None:
    town = Town()
    town.table[key("mira")] = long_conversation("mira", 120)
    town.older.clear()

    async def story(pilot: Pilot[int]) -> None:
        for _ in range(8):  # page by page, so that the height of every message is known
            await press("pageup")(pilot)
        await until(pilot, lambda: "Reading" in screen_text(pilot.app))

    assert snap_compare(frozen(town), terminal_size=(80, 24), run_before=story)


@pytest.mark.parametrize("name", ["sign-in", "refused", "new-account"])
def test_sign_in(snap_compare: Compare, name: str) -> None:
    town = Town([], signed_in=False)
    town.sign_in_refused = BadCredentials("that e-mail and password do not match")

    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)
        if name == "refused":
            for field, text in (("email", "ana@acme.dev"), ("password", "secret")):
                pilot.app.screen.query_one(f"#{field}", FormField).line.type_in(text)
            await press("enter")(pilot)
        elif name == "new-account":
            await press("ctrl+n")(pilot)

    assert snap_compare(frozen(town), terminal_size=(80, 24), run_before=story)


@pytest.mark.parametrize("name", ["question", "secret-key"])
def test_first_run(snap_compare: Compare, name: str) -> None:
    async def story(pilot: Pilot[int]) -> None:
        await settled(pilot)
        if name == "secret-key":
            await press("down", "enter")(pilot)
            for field, text in (("url", URL), ("key", "sb_secret_9fk2")):
                pilot.app.screen.query_one(f"#{field}", FormField).line.type_in(text)
                await settled(pilot)
            await until(pilot, lambda: "this is a secret key" in screen_text(pilot.app))
            await until(pilot, lambda: "answers in" in screen_text(pilot.app))

    app = frozen(None, theme="paper", set_up=ScriptedSetUp())
    assert snap_compare(app, terminal_size=(80, 24), run_before=story)


def test_an_overlay_without_colour(snap_compare: Compare) -> None:
    app = frozen(Town(), mono=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=press("ctrl+k", *"re"))
