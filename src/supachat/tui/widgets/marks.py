"""The glyph that says how somebody, or a thread, stands, and its colour. Pure; the same in every list."""

from __future__ import annotations

from supachat.domain.model import Presence
from supachat.tui.glyphs import Glyphs
from supachat.tui.widgets.list_entries import StatusKind, ThreadView

Mark = tuple[str, str]
"""One cell, and the look of it."""


def of_presence(presence: Presence | None, glyphs: Glyphs) -> Mark:
    return {
        Presence.ONLINE: (glyphs.online, "success"),
        Presence.AWAY: (glyphs.away, "warning"),
        Presence.OFFLINE: (glyphs.system, "quiet"),
    }.get(presence or Presence.UNKNOWN, (" ", "quiet"))


def of_status(kind: StatusKind | None, glyphs: Glyphs) -> Mark:
    return {
        StatusKind.OPEN: (glyphs.customer, "accent"),
        StatusKind.WAITING: (glyphs.waiting, "warning"),
        StatusKind.CLOSED: (glyphs.done, "quiet"),
        None: (" ", "quiet"),
    }[kind]


def of_thread(view: ThreadView, glyphs: Glyphs) -> Mark:
    """That an assistant answers, else what the status comes to, else that the backend told something since
    the last message, else presence."""
    if view.assistant:
        return glyphs.done if view.thread.archived else glyphs.assistant, "quiet"
    if view.standing is not None:
        glyph, look = of_status(view.standing, glyphs)
    elif view.presence is None and view.thread.notice:
        glyph, look = glyphs.system, "accent"
    else:
        glyph, look = of_presence(view.presence, glyphs)
    return glyph, "quiet" if view.thread.muted else look
