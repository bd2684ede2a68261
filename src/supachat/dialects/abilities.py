"""What a map's source can do: what it cannot do is not on the screen. Pure."""

from __future__ import annotations

from supachat.dialects.shape import Map
from supachat.domain.model import Feature


def features(map_: Map) -> frozenset[Feature]:
    """The features that the map names a way to do."""
    news = map_.news
    able: dict[Feature, object] = {
        Feature.SEND: map_.send or map_.stored is None,
        Feature.EDIT: map_.edit,
        Feature.DELETE: map_.delete,
        Feature.START: map_.ensure,
        Feature.FIND_PEOPLE: map_.find,
        Feature.READ_CURSOR: map_.read and map_.threads.read,
        Feature.TYPING: news.typing,
        Feature.PRESENCE: news.presence,
        Feature.AWAY: news.presence and news.presence.away,
        Feature.CREATE: map_.create,
        Feature.SEARCH: map_.search or map_.stored,
        Feature.CANNED: map_.canned,
        Feature.PRICES: map_.prices,
        Feature.SUBJECT: map_.send and map_.send.takes_subjects,
    }
    altered = {Feature(what.value) for what in map_.alter}
    return frozenset(feature for feature, part in able.items() if part) | altered
