"""What the person writes: drafts, changes of messages, texts in composers, and that they type.

Must never let a text get lost between a key and the disk.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from operator import attrgetter

from supachat.client.runner import Runner
from supachat.domain import events as ev
from supachat.domain.errors import BadInput
from supachat.domain.health import Waiting
from supachat.domain.keeping import AHEAD, TextKey
from supachat.domain.model import Act, Draft, Feature, MessageKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.sync import texts

Written = Callable[[Draft], str]
"""How a draft stands in a composer."""
RAW: Written = attrgetter("raw")
MOST_SUBJECT = 200
"""Characters of a subject: one line, to be read at a glance."""

EXCERPT = 60
"""Characters of a draft that waits, enough to know it by."""
TEXT_EVERY = 0.3
"""Seconds after which a text that is being typed is on disk."""


class Writing:
    def __init__(self, run: Runner) -> None:
        self._run = run
        self._texts: dict[TextKey, str] = {}
        self._typed_at: dict[ThreadKey, float] = {}
        self._whose: str | None = None
        """Whose threads the screen shows."""
        self._types_on: set[ThreadKey] = set()
        """Threads in which a key came too soon to be told."""

    # ------------------------------------------------------------ messages

    def send(self, thread: ThreadKey, text: str, subject: str = "") -> str:
        self._check_whose()
        self._check(thread, text)
        self._check_subject(thread, subject)
        self._texts.pop(thread, None)
        # the message ends the mark on the other side: the next key makes it again
        self._typed_at.pop(thread, None)
        self._types_on.discard(thread)
        draft_id = str(uuid.uuid4())
        self._run.apply(
            self._run.engine.send(draft_id, thread, text, self._run.wall_micros(), self._run.now(), subject)
        )
        return draft_id

    def waiting(self) -> tuple[Waiting, ...]:
        outbox, wall = self._run.engine.outbox, self._run.wall_micros()
        return tuple(
            Waiting(
                draft.thread,
                self._title(draft.thread),
                draft.act,
                draft.state,
                max(0.0, (wall - draft.created) / 1_000_000),
                draft.attempts,
                outbox.trouble_of(draft.id),
                safe_line(draft.raw, limit=EXCERPT),
            )
            for draft in outbox.drafts()
        )

    def _title(self, thread: ThreadKey) -> Safe:
        row = self._run.thread(thread)
        return row.title if row is not None else safe_line(thread.id)

    def edit(self, message: MessageKey, text: str) -> str:
        self._need(message, Feature.EDIT, "edited")
        self._check(message.thread, text)
        self._texts.pop(message, None)
        return self._change(message, Act.EDIT, text)

    def delete(self, message: MessageKey) -> str:
        self._need(message, Feature.DELETE, "deleted")
        return self._change(message, Act.DELETE, "")

    def _need(self, message: MessageKey, feature: Feature, done: str) -> None:
        self._check_whose()
        info = self._run.parts.info(message.thread.source)
        if info is None or feature not in info.features:
            raise BadInput(f"messages cannot be {done} here")

    def _change(self, key: MessageKey, act: Act, text: str) -> str:
        draft_id, run = str(uuid.uuid4()), self._run
        run.apply(run.engine.change(draft_id, key, act, text, run.wall_micros(), run.now()))
        return draft_id

    def _has_left(self) -> bool:
        """Whether the screen shows what was of another account: it has not heard of that yet."""
        return self._whose not in (None, self._run.ledger.whose)

    def _check_whose(self) -> None:
        if self._has_left():
            raise BadInput("the account has changed", cure="It was not sent")

    def _check(self, thread: ThreadKey, text: str) -> None:
        if not text.strip():
            raise BadInput("there is nothing to send")
        size = len(text.encode("utf-8", "surrogatepass"))
        info = self._run.parts.info(thread.source)
        most = info.max_length if info is not None else 65536
        if size > most:
            raise BadInput(
                f"longer than {most // 1024} kB: this has {size:,} of {most:,} bytes",
                cure="Shorten it or send it in parts",
            )

    def _check_subject(self, thread: ThreadKey, subject: str) -> None:
        info = self._run.parts.info(thread.source)
        if not subject:
            return
        if info is not None and Feature.SUBJECT not in info.features:
            raise BadInput(f"messages have no subject in {info.label}", cure="send the text alone")
        if len(subject) > MOST_SUBJECT or len(subject.splitlines()) > 1:
            raise BadInput(
                f"a subject is one line of {MOST_SUBJECT} characters at most: this has {len(subject):,}",
                cure="shorten it, and say the rest in the text",
            )

    # ------------------------------------------------------------ texts and keys

    def text(self, key: TextKey) -> str:
        return self._texts.get(key, self._run.engine.text(key))

    def keep_text(self, key: TextKey, text: str) -> None:
        if key != AHEAD and self._has_left():
            return
        if not self._texts:
            self._later(TEXT_EVERY, self.flush)
        self._texts[key] = text

    def take_back(self, draft_id: str, written: Written) -> Draft | None:
        self.flush()
        run = self._run
        draft = run.engine.outbox.get(draft_id)
        if draft is not None:
            text = written(draft)
            run.act(lambda out: texts.take_back(run.parts, draft_id, text, out))
        return None if draft_id in run.engine.outbox else draft

    def opens(self) -> None:
        """A thread will be shown: what is typed from now on is of whoever is in."""
        self.flush()
        self._whose = self._run.ledger.whose

    def flush(self) -> None:
        """Put every text that waits on disk."""
        waiting, self._texts = self._texts, {}
        for key, text in waiting.items():
            self._run.apply(self._run.engine.keep_text(key, text, self._run.now()))

    def begun(self) -> int:
        held = {**self._run.parts.roster.texts, **self._texts}
        return sum(bool(text.strip()) for text in held.values())

    def leave(self, *, keep: bool) -> None:
        """The account leaves: its texts go to its file, or are dropped; nobody types for it any more."""
        if keep:
            self.flush()
        for held in (self._texts, self._typed_at, self._types_on):
            held.clear()

    def keystroke(self, thread: ThreadKey) -> None:
        info, now = self._run.parts.info(thread.source), self._run.now()
        if info is None or Feature.TYPING not in info.features or not self._run.engine.online:
            return
        every = info.typing_lasts / 2
        wait = self._typed_at.get(thread, -every) + every - now
        if wait <= 0:
            self._typed_at[thread] = now
            self._run.ask(ev.TellTyping(thread))
        elif thread not in self._types_on:
            self._types_on.add(thread)
            self._later(wait, lambda: self._still_types(thread))

    def _still_types(self, thread: ThreadKey) -> None:
        if thread in self._types_on:
            self._types_on.discard(thread)
            self.keystroke(thread)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            act()

        self._run.spawn(wait())
