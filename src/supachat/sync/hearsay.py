"""What the server stores no row of: it is kept in the order in which it was heard. Pure.

In some threads that is every message. There is no history to be read and nothing to be checked against, so
there are no gaps and no catching up: the whole of time is one stretch. In others it is what the project's
backend tells beside the messages: notices.
"""

from __future__ import annotations

from dataclasses import replace

from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Delivery, Draft, Extra, Message, Micros, Standing
from supachat.sync.looks import picture
from supachat.sync.spans import START

ALWAYS: Span = (START, Cursor(Micros(2**61), ""))
"""What was not heard is not there to be missed."""
STANDING = Standing()
"""How complete such a thread is: that question does not arise."""


def is_hearsay(message: Message) -> bool:
    return message.extra is not None and message.extra.hearsay


def in_own_order(message: Message, newest: Cursor | None) -> Message:
    """A message that was heard at `message.at` by our own clock: after all that was heard before it."""
    if newest is None or message.at > newest.at:
        return message
    return replace(message, at=Micros(newest.at + 1))


def sent(draft: Draft, me: str, newest: Cursor | None) -> Message:
    """What went out of a thread that nobody stores: nothing will ever confirm it further."""
    shown = picture(draft, me, kept=True)
    told = replace(shown, delivery=Delivery.SENT, reason=None, extra=Extra(hearsay=True))
    return in_own_order(told, newest)
