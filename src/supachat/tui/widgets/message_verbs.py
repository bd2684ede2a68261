"""What can be done with a message, by its verb: what is not sent yet, and what is one's own. Pure."""

from __future__ import annotations

from typing import Final

from supachat.domain.model import Delivery, Item, Message

VERBS: Final[dict[Delivery, frozenset[str]]] = {
    Delivery.FAILED: frozenset({"retry", "edit", "discard"}),
    Delivery.QUEUED: frozenset({"edit", "discard"}),
}
"""What can be done with a message of one's own that is not sent; one that is under way is left alone."""


def verbs_of(item: Item | None, abilities: frozenset[str] = frozenset()) -> frozenset[str]:
    """What can be done with the chosen item; `abilities` with one's own that the server has."""
    if not isinstance(item, Message):
        return frozenset()
    stored = item.own and not item.deleted and item.delivery in (Delivery.SENT, Delivery.RECEIVED)
    return abilities if stored else VERBS.get(item.delivery, frozenset())
