"""A SetUp that does as it is told: one project answers, everything else does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from supachat.domain.errors import SupachatError
from supachat.domain.text import Safe, safe_line
from supachat.tui.setup_protocol import ChatKind, ProbeAnswer, ProjectGuess

URL = "https://acme.supabase.co"
KEY = "sb_publishable_right"
SECRET = Safe(
    "this is a secret key. It can read and change everything, so supachat never takes it. "
    "Use the one that starts with sb_publishable_"
)


class ScriptedSetUp:
    def __init__(self, *more: ChatKind) -> None:
        self.more = more
        self.saved: list[tuple[str, str, str, tuple[str, ...]]] = []
        self.save_refused: SupachatError | None = None
        self.demo = False
        self.hold = asyncio.Event()
        self.hold.set()

    def kinds(self) -> Sequence[ChatKind]:
        return (
            ChatKind("direct", Safe("Direct"), Safe("people write to each other, two by two")),
            *self.more,
        )

    def read_project(self, text: str) -> ProjectGuess:
        text = text.strip()
        if text.endswith(".env"):
            return ProjectGuess(URL, KEY, "acme", Safe("a service role key in it was ignored"))
        if text.startswith("https://"):
            return ProjectGuess(text, name=text.removeprefix("https://").split(".")[0])
        return ProjectGuess(words=safe_line("an address begins with https://" if text else ""))

    async def probe(self, url: str, key: str) -> ProbeAnswer:
        await self.hold.wait()
        if url != URL:
            return ProbeAnswer(False, words=safe_line(f"no answer from {url}"))
        if key.startswith("sb_secret_"):
            return ProbeAnswer(False, words=SECRET, field="key")
        if key and key != KEY:
            return ProbeAnswer(False, words=Safe("the project does not know this key"), field="key")
        return ProbeAnswer(True, 84.0)

    def save(self, name: str, url: str, key: str, dialects: Sequence[str]) -> str:
        if self.save_refused is not None:
            raise self.save_refused
        self.saved.append((name, url, key, tuple(dialects)))
        return name

    def start_demo(self) -> None:
        self.demo = True
