"""What was said right before and right after a message, as far as it is known here. Pure.

Must never take two messages for neighbours that lie in different stretches: something may be missing
between them.
"""

from __future__ import annotations

from collections.abc import Iterable

from supachat.domain.model import Item, Message
from supachat.sync.spans import span_of
from supachat.sync.timeline import Timeline


def neighbours(timeline: Timeline, message: Message) -> tuple[Message | None, Message | None]:
    """The message before and the one after it; None where that is not known, or where there is none."""
    span = span_of(timeline.spans, message.cursor)
    if span is None or message.id not in timeline:
        return None, None
    at = next((n for n, item in enumerate(timeline.items) if _is(item, message.id)), None)
    if at is None:
        return None, None
    before, after = _first(reversed(timeline.items[:at])), _first(timeline.items[at + 1 :])
    low, high = span
    return (
        before if before is not None and before.cursor >= low else None,
        after if after is not None and after.id in timeline and after.cursor <= high else None,
    )


def _is(item: Item, message_id: str) -> bool:
    return isinstance(item, Message) and item.id == message_id


def _first(items: Iterable[Item]) -> Message | None:
    """Gaps end nothing here: whoever asks looks at the stretches."""
    return next((item for item in items if isinstance(item, Message) and not item.is_notice), None)
