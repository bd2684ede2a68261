"""The badge: one glyph and a few words for the whole state of the link.

Pure: health and the time in, spans out. Live is the calm state, only its glyph has a colour: another one
where realtime lost a row within the hour. Must never say more than is known: without a round trip there
is no number.
"""

from __future__ import annotations

from supachat.domain.health import Health, Link, LinkState
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.widgets.when import span

SLOW = 0.5
"""Seconds of round trip from which the link is called slow."""
SLOW_CONNECT = 2.0
MANY_DROPS = 5
SKEW = 30.0
"""Seconds by which the clocks may differ before it is worth a word."""


WHY = (
    ("this project does not know the key", "key refused"),
    ("the server does not know this project", "unknown project"),
    ("realtime is switched off", "realtime is off"),
    ("a page answers in the server's place", "network sign-in"),
    ("somebody else may answer there", "not trusted"),
)
"""How the link's reason for an error begins, and the words that the badge has room for. The header says the
whole of it."""


@dataclass(frozen=True, slots=True)
class Badge:
    """`look` is the glyph's colour, `words_look` that of the words."""

    glyph: str
    words: Safe
    look: str
    words_look: str


def badge(
    health: Health, now: float, *, wide: bool, glyphs: Glyphs = UNICODE, motion: bool = True
) -> Badge:
    """What the badge says at `now` (monotonic seconds). Without `motion` the countdown says "soon"."""
    link = health.link
    if link.state is LinkState.CONNECTED:
        return _connected(health, wide=wide, glyphs=glyphs)
    if link.state is LinkState.RECONNECTING:
        look = "error" if health.drops > MANY_DROPS else "warning"
        return _one(glyphs.again, _reconnecting(link, now, wide=wide, motion=motion), look)
    glyph, long, short, look = {
        LinkState.CONNECTING: (glyphs.connecting, "connecting", "conn", "quiet"),
        LinkState.POLLING: (glyphs.waiting, "polling every 5 s", "poll 5 s", "warning"),
        LinkState.DISCONNECTED: (glyphs.failed, "offline", "offline", "error"),
        LinkState.OFFLINE: (glyphs.muted, "offline, by you", "by you", "warning"),
        LinkState.SIGNED_OUT: (glyphs.muted, "signed out", "sign in", "error"),
        LinkState.ERROR: (glyphs.alert, _brief(link.reason), "error", "error"),
    }[link.state]
    return _one(glyph, long if wide else short, look)


def _brief(reason: Safe) -> str:
    return next((words for start, words in WHY if reason.startswith(start)), "error")


def _one(glyph: str, words: str, look: str) -> Badge:
    return Badge(glyph, Safe(words), look, look)


def _connected(health: Health, *, wide: bool, glyphs: Glyphs) -> Badge:
    link = health.link
    if link.mute:
        return _one(glyphs.away, "not answering" if wide else "no answer", "error")
    if link.silent:
        return _one(glyphs.alert, "only listening" if wide else "listening", "error")
    if health.catching_up:
        number = f"{health.backlog:,}" if health.backlog else ""
        return _one(
            glyphs.catching, f"catching up {number}".rstrip() if wide else number or "behind", "accent"
        )
    trip = "" if link.round_trip is None else duration(link.round_trip)
    if link.round_trip is None and (link.connect_time or 0) >= SLOW_CONNECT:
        took = duration(link.connect_time or 0)
        return _one(glyphs.away, f"slow to connect {took}" if wide else took, "warning")
    if link.wanted and not link.joined:
        return _one(glyphs.connecting, "joining", "quiet")
    if (link.round_trip or 0) >= SLOW:
        return _one(glyphs.away, f"slow {trip}" if wide else trip, "warning")
    if link.polled:
        return _one(glyphs.waiting, "partly polling" if wide else "part poll", "warning")
    words = f"live {trip}".rstrip() if wide or not trip else trip
    return Badge(glyphs.online, Safe(words), "warning" if health.missed else "success", "text2")


def _reconnecting(link: Link, now: float, *, wide: bool, motion: bool) -> str:
    left = None if link.next_try_at is None else link.next_try_at - now
    if left is None or left <= 0:
        when = "now"
    elif not motion:
        when = "soon"
    else:
        when = f"in {max(1, round(left))} s" if wide else f"{max(1, round(left))} s"
    if not wide:
        return when
    return f"reconnecting {when} ({ordinal(link.attempt)} try)" if link.attempt else f"reconnecting {when}"


def duration(seconds: float) -> str:
    """A round trip: whole milliseconds under 100, tens under 1,000, then tenths of a second."""
    milliseconds = seconds * 1000
    if milliseconds < 100:
        return f"{round(milliseconds)} ms"
    if milliseconds < 995:
        return f"{round(milliseconds / 10) * 10} ms"
    return f"{seconds:.1f} s"


def skew_words(skew: float) -> Safe:
    """How far this computer's clock is off, where that matters; else nothing."""
    if abs(skew) <= SKEW:
        return NOTHING
    return Safe(f"{apart(skew)} {'ahead' if skew > 0 else 'behind'}")


def apart(skew: float) -> Safe:
    """By how much two clocks differ: it is known to a second or two, so minutes are rounded."""
    skew = abs(skew)
    if skew < 10:
        return Safe(duration(skew))
    return span(round(skew / 60) * 60 if skew >= 60 else skew)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def live(health: Health) -> bool:
    """Whether what is sent now goes out now."""
    link = health.link
    return link.state in (LinkState.CONNECTED, LinkState.POLLING) and not (link.silent or link.mute)
