"""`supachat` alone: the screen, on the workspace that is meant or on the first-run page.

Must never import the network's libraries before the first frame.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from supachat.assemble import desk
from supachat.cli.doors import Doors
from supachat.cli.mishap import crashed
from supachat.cli.streams import draw_on_stdout
from supachat.cli.terminal import has_terminal, say_farewell

if TYPE_CHECKING:
    from supachat.cli.set_up import FirstRun


def run_app(workspace: str | None, vault: str | None) -> int:
    """Show the app until it ends; its exit code. 2 where there is no terminal."""
    if not has_terminal():
        return 2
    draw_on_stdout()
    from supachat.tui.app import SupachatApp

    doors = Doors(desk(vault))
    first = _first_run(doors, workspace)
    app = SupachatApp(
        open_workspace=doors.open,
        connect=doors.connect,
        workspaces=doors.cards,
        set_up=first,
        workspace=workspace,
        theme=doors.desk.settings.theme,
        glyphs=doors.desk.settings.glyphs,
        keys=doors.desk.settings.keys,
        reduce_motion=doors.desk.settings.reduce_motion,
        keep_theme=doors.keep_theme,
        crashed=crashed,
    )
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # no look before the first frame: 10 ms with the usual one
    gc.enable()
    app.run()
    say_farewell(doors.opened())
    code = app.return_code or 0
    if first is not None and first.wants_demo:
        from supachat.cli.demo import run_demo

        return run_demo(fresh=False)
    return code


def _first_run(doors: Doors, workspace: str | None) -> FirstRun | None:
    """The first-run page's answers, where that page will be shown. Raises as `Doors.open` does."""
    if doors.desk.workspace(workspace) is not None:
        return None
    from supachat.cli.set_up import FirstRun

    return FirstRun(doors)
