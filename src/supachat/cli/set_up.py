"""The first run's questions, answered from settings, dialects and the project itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supachat.assemble.trying import try_project
from supachat.dialects import catalog
from supachat.domain.errors import BadInput, KeyRefused
from supachat.domain.text import Safe, safe_line
from supachat.settings import Workspace, dotenv
from supachat.settings.edit import keep_workspace
from supachat.settings.project import check_key, project_name, project_url
from supachat.tui.setup_protocol import ChatKind, ProbeAnswer, ProjectGuess

if TYPE_CHECKING:
    from supachat.cli.doors import Doors

ABOUT = {
    "direct": (Safe("Direct messages"), Safe("two people, one thread")),
    "inbox": (Safe("Inbox"), Safe("customers, and agents who answer")),
    "portal": (Safe("Portal"), Safe("letters, alerts, appointments")),
    "rooms": (Safe("Rooms"), Safe("an owner, and whom they invite")),
    "sessions": (Safe("Sessions"), Safe("people, an assistant, prices")),
}
"""The kinds that ship, in words, without loading their maps before the first frame."""


class FirstRun:
    """What the app's `SetUp` protocol asks for."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self.wants_demo = False

    def kinds(self) -> Sequence[ChatKind]:
        wanted = self._doors.desk.environ.get("SUPACHAT_DIALECT", "direct")
        names = dict.fromkeys((wanted, *catalog.names()))
        return [ChatKind(name, *ABOUT.get(name, (safe_line(name), Safe("")))) for name in names]

    def read_project(self, text: str) -> ProjectGuess:
        text = text.strip()
        try:
            return _from_file(Path(text).expanduser()) if _is_path(text) else _from_address(text)
        except (BadInput, KeyRefused) as error:
            return ProjectGuess(words=safe_line(str(error)) if _is_finished(text) else Safe(""))

    async def probe(self, url: str, key: str) -> ProbeAnswer:
        if key:
            try:
                check_key(key)
            except KeyRefused as error:
                return ProbeAnswer(False, words=safe_line(str(error)), field="key")
        found = await try_project(url, key)
        took = None if found.round_trip is None else found.round_trip * 1000
        ok = found.answers and (found.key_known or not key)
        return ProbeAnswer(ok, took, found.sentence, "key" if found.answers else "url")

    def save(self, name: str, url: str, key: str, dialects: Sequence[str]) -> str:
        desk = self._doors.desk
        taken = desk.settings.workspaces
        name = unused(name or project_name(url), {one for one in taken if taken[one].url != url})
        keep_workspace(
            desk.places.settings, Workspace(name, project_url(url), check_key(key), tuple(dialects))
        )
        self._doors.desk = desk.reread()
        return name

    def start_demo(self) -> None:
        self.wants_demo = True


def unused(name: str, taken: set[str]) -> str:
    """The name, with a number behind it if another project has it."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _is_path(text: str) -> bool:
    return (
        text.startswith(("/", "~", "./", "../")) or re.search(r"(?:^|[/.])env(?:\.\w+)*$", text) is not None
    )


def _is_finished(text: str) -> bool:
    """Whether a person may want to hear what is wrong: not in the middle of the first word."""
    return "://" in text or "." in text or " " in text


def _from_file(path: Path) -> ProjectGuess:
    found = dotenv.read(path)
    return ProjectGuess(found.url, found.key, project_name(found.url), safe_line(found.words))


def _from_address(text: str) -> ProjectGuess:
    url = project_url(text)
    return ProjectGuess(url, "", project_name(url))
