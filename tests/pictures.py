"""`make screenshots`: the real demo, pictured: a real server, the two who are there, the real app.

SVG always; PNG beside it where Chromium is installed. Nothing here is drawn by hand.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot

from supachat.client import Client
from supachat.demo.cast import ANA
from supachat.demo.enter import Door
from supachat.demo.house import House
from supachat.demo.keeper import Keeper
from supachat.domain.health import LinkState
from supachat.domain.model import Delivery, Message, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.app import SupachatApp
from supachat.tui.setup_protocol import WorkspaceCard
from supachat.tui.widgets.message_list import MessageList

FOLDER = Path(__file__).parent.parent / "screenshots"
MIRA = ThreadKey("direct", "ana__mira")
BEN = ThreadKey("direct", "ana__ben")
FONTS = "'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', 'Noto Sans Hebrew', 'Noto Color Emoji', monospace"

QUESTIONS = itertools.cycle(
    (
        "hello",
        "what are the keys",
        "and is it fast",
        "I like the theme",
        "show me a boat",
        "what else is there",
    )
)
"""What Ana asks, so that no two pictures hold the same talk."""


@dataclass(slots=True)
class Stage:
    """What an act has to work with."""

    app: SupachatApp
    pilot: Pilot[int]
    client: Client
    keeper: Keeper

    async def until(self, seen: Callable[[], object], seconds: float = 40.0) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not seen():
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("the scene did not come about")
            await self.pilot.pause(0.05)

    async def live(self) -> None:
        await self.until(lambda: self.client.health.link.state is LinkState.CONNECTED)
        await self.until(lambda: self.client.open_thread is not None)
        await self.until(lambda: not self.client.health.catching_up)
        await self.pilot.pause(0.5)

    def pane_shows(self, delivery: Delivery) -> bool:
        """Whether a message that has come this far is among those that are loaded."""
        pane = self.app.screen.query_one(MessageList)
        return any(isinstance(i, Message) and i.delivery is delivery for i in pane.newest(5))

    async def write(self, text: str) -> None:
        await self.pilot.press(*("space" if char == " " else char for char in text))


Act = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    theme: str
    columns: int
    lines: int
    act: Act


async def talk(stage: Stage) -> None:
    """Mira is typing an answer."""
    await stage.live()
    await go_to(stage, MIRA)
    await stage.write(next(QUESTIONS))
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.client.typing(MIRA))
    await stage.pilot.pause(0.3)


async def code(stage: Stage) -> None:
    """The thread with the code in it, scrolled to some."""
    await stage.live()
    await go_to(stage, BEN)
    await stage.pilot.press("pageup", "pageup")
    await stage.pilot.pause(0.3)


async def scripts(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, ThreadKey("direct", "aiko__ana"))


async def right_to_left(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, ThreadKey("direct", "ana__noa"))


async def switcher(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("ctrl+k")
    await stage.write("id")
    await stage.pilot.pause(0.5)


async def keys(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("f1")
    await stage.pilot.pause(0.3)


async def health(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("f9")
    await stage.pilot.pause(0.3)


async def choosing(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, BEN)
    await stage.pilot.press("f6", "up")
    await stage.pilot.pause(0.3)


async def outage(stage: Stage) -> None:
    """The server was killed, and what somebody wrote meanwhile waits: the outage, not what follows it."""
    await stage.live()
    await go_to(stage, MIRA)
    await stage.write("the server is gone and I go on")
    os.kill(int(stage.keeper.house.kill_command().split()[-1]), signal.SIGKILL)
    await stage.until(lambda: stage.client.health.link.state is not LinkState.CONNECTED)
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.client.health.queued and stage.pane_shows(Delivery.QUEUED))
    if stage.client.health.link.state is LinkState.CONNECTED:
        raise TimeoutError("the server was back before the picture was taken")


async def go_to(stage: Stage, thread: ThreadKey) -> None:
    """By the key of its place in the list."""
    place = [one.key for one in stage.client.threads()].index(thread) + 1
    await stage.pilot.press(f"alt+{place}")
    await stage.until(lambda: stage.client.open_thread == thread)
    await stage.until(lambda: not stage.client.health.catching_up)
    await stage.pilot.pause(0.5)


SCENES = (
    *(
        Scene("chat", theme, columns, lines, talk)
        for theme in ("ink", "paper")
        for columns, lines in ((80, 24), (120, 36), (200, 50))
    ),
    *(
        Scene(name, theme, columns, lines, act)
        for name, act in (
            ("code", code),
            ("japanese", scripts),
            ("hebrew", right_to_left),
            ("switcher", switcher),
            ("keys", keys),
            ("health", health),
            ("choosing", choosing),
            ("outage", outage),
        )
        for theme, columns, lines in (("ink", 120, 36), ("paper", 80, 24))
    ),
)


async def picture(scene: Scene, house: House, keeper: Keeper) -> Path:
    """Play one scene and keep its last frame."""
    door = Door(house, keeper.url, ANA, lambda: keeper.trouble)
    client = door.client(kept=True)
    app = SupachatApp(
        open_workspace=lambda name: client,
        connect=door.connect,
        workspaces=lambda: [WorkspaceCard(Safe("demo"), Safe(keeper.url))],
        set_up=None,
        theme=scene.theme,
        glyphs="unicode",
    )
    async with app.run_test(size=(scene.columns, scene.lines)) as pilot:
        await scene.act(Stage(app, pilot, client, keeper))
        svg = app.export_screenshot(title="supachat")
        app.exit(0)
    path = FOLDER / f"{scene.name}-{scene.theme}-{scene.columns}x{scene.lines}.svg"
    path.write_text(mended(svg), encoding="utf-8")
    return path


def mended(svg: str) -> str:
    """Textual's picture asks a web site for its font; ours takes what the reader has. And it measures a
    text by its characters, which squeezes wide ones; ours measures cells."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(r"Fira Code(?:, monospace)?", FONTS, svg)
    return re.sub(
        r'<text([^>]*) x="([\d.]+)"([^>]*) textLength="([\d.]+)"([^>]*)>([^<]+)</text>', _in_cells, svg
    )


def _in_cells(found: re.Match[str]) -> str:
    """One text element as several: narrow letters and wide ones, each run as long as its cells."""
    before, start, between, length, after, text = found.groups()
    plain = html.unescape(text)
    cell, at = float(length) / len(plain), float(start)
    parts = []
    for _, letters in itertools.groupby(plain, lambda char: cell_len(char) == 2):
        run = "".join(letters)
        long = cell * cell_len(run)
        if long:
            parts.append(
                f'<text{before} x="{at:g}"{between} textLength="{long:g}"{after}>{html.escape(run)}</text>'
            )
        at += long
    return "".join(parts)


def png(svg: Path, chromium: str) -> None:
    """The same picture in pixels, for where SVG is not shown."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
    assert found is not None
    width, height = (round(float(number)) for number in found.groups())
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "--default-background-color=00000000",
                f"--window-size={width},{height}",
                f"--screenshot={svg.with_suffix('.png')}",
                svg.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def main() -> None:
    wanted = sys.argv[1:]
    scenes = [scene for scene in SCENES if not wanted or scene.name in wanted]
    chromium = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    if chromium is None:
        print(
            "no Chromium: SVG alone. PNG wants chromium, fonts-noto-cjk, fonts-noto-color-emoji",
            file=sys.stderr,
        )
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder) / "demo")
        house.make()
        seat = house.seat()
        keeper = Keeper(house, house.port(), 0.6)
        keeper.start()
        try:
            for scene in scenes:
                path = asyncio.run(picture(scene, house, keeper))
                if chromium is not None:
                    png(path, chromium)
                print(path.relative_to(FOLDER.parent))
        finally:
            seat.leave()
            keeper.stop()


if __name__ == "__main__":
    main()
