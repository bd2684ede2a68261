"""Texts that come back to whoever wrote them: edits that were refused, and what was not finished."""

from __future__ import annotations

from supachat.client.runner import Runner
from supachat.client.writing import Writing
from supachat.domain.keeping import TextKey
from supachat.domain.model import Draft, MessageKey, ThreadKey
from supachat.sync import texts


class TextsFace:
    """Where they wait."""

    def __init__(self, run: Runner, pen: Writing) -> None:
        self._run, self._pen = run, pen

    def begun(self, thread: ThreadKey) -> tuple[MessageKey, ...]:
        """The messages of a thread that are being edited, the last to be typed at last. Ask the client for
        their `text`."""
        self._pen.flush()
        held = self._run.parts.roster.texts
        return tuple(key for key in held if isinstance(key, MessageKey) and key.thread == thread)

    def refused(self, thread: ThreadKey) -> tuple[Draft, ...]:
        """The edits in a thread to which the server said no, until they are taken back."""
        return texts.refused(self._run.parts, thread)

    def can_edit(self, message: MessageKey) -> bool:
        """As far as is known here: the server has the last word."""
        return texts.can_edit(self._run.parts, message)

    def move(self, key: TextKey, thread: ThreadKey) -> None:
        """What was typed there is for a new message of `thread`, in front of what stands there."""
        self._pen.flush()
        self._run.act(lambda out: texts.move(self._run.parts, key, thread, out))
