"""`make screenshots`: the real demo, pictured: a real server, the two who are there, the real app.

SVG always; PNG beside it where Chromium is installed. Nothing here is drawn by hand.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.cells import cell_len
from tests.scenes import SCENES, Scene, Stage

from supachat.demo.cast import ANA
from supachat.demo.enter import Door
from supachat.demo.house import House
from supachat.demo.keeper import Keeper
from supachat.domain.text import Safe
from supachat.tui.app import SupachatApp
from supachat.tui.setup_protocol import WorkspaceCard

FOLDER = Path(__file__).parent.parent / "screenshots"
FONTS = "'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', 'Noto Sans Hebrew', 'Noto Color Emoji', monospace"


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
