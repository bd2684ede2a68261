"""What is asked of the server, and of the cache: carried out by `Remote.perform`."""

from __future__ import annotations

from supachat.domain.feeds import FeedAct
from supachat.domain.model import Alteration, Cursor, Draft, Micros, Presence, ThreadKey
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class ListThreads:
    source: str


@dataclass(frozen=True, slots=True)
class FetchPage:
    """Up to `limit` messages: before a cursor (newest first on the wire), after one, or the newest."""

    thread: ThreadKey
    before: Cursor | None = None
    after: Cursor | None = None
    limit: int = 50
    aside: bool = False
    """Read for what stands there: after it the thread is no more up to date than before."""


@dataclass(frozen=True, slots=True)
class CountGap:
    """About how many messages there are after `after` and before `before`. It may come to nothing."""

    thread: ThreadKey
    after: Cursor
    before: Cursor


@dataclass(frozen=True, slots=True)
class FetchEdits:
    """Up to `limit` messages of a thread that changed after a place in the order of its edits."""

    thread: ThreadKey
    after: Cursor
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Reread:
    """A stretch that is known already, read again whole to be compared: after `after`, `upto` included,
    `limit` rows at a time."""

    thread: ThreadKey
    after: Cursor
    upto: Cursor
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FetchMentions:
    """The newest messages of some threads of a source, from a time on, that seem to mean the reader:
    `calls` is what may stand after an `@`, in lower case. More may come than do."""

    source: str
    threads: tuple[str, ...]
    since: Micros
    calls: tuple[str, ...]
    limit: int = 200


@dataclass(frozen=True, slots=True)
class SendDraft:
    draft: Draft


@dataclass(frozen=True, slots=True)
class SeekDraft:
    """Whether the draft's row is there: by its key, or where the source makes the keys, among the
    reader's own messages after `draft.anchor`. Without an anchor: the thread's newest message."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Give `draft.target` the text `draft.raw`."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """Delete `draft.target`."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class MarkRead:
    thread: ThreadKey
    to: Cursor


@dataclass(frozen=True, slots=True)
class Watch:
    """The threads whose topics should be joined, the most wanted first."""

    threads: tuple[ThreadKey, ...]


@dataclass(frozen=True, slots=True)
class TellTyping:
    thread: ThreadKey


@dataclass(frozen=True, slots=True)
class Recall:
    """Asked of the cache, not of the server: messages from `since` to before `before`, or the newest."""

    thread: ThreadKey
    before: Cursor | None = None
    since: Cursor | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Alter:
    """Change something about a thread, to a value as its `Alteration` says. Any answer means: done."""

    thread: ThreadKey
    what: Alteration
    value: str = ""


@dataclass(frozen=True, slots=True)
class FetchFeed:
    """The newest 50 rows of a feed."""

    source: str
    feed: str


@dataclass(frozen=True, slots=True)
class TakeFeedRow:
    """Take ("acknowledge") or close a row of a feed. Any answer means: done."""

    source: str
    feed: str
    id: str
    act: FeedAct = FeedAct.TAKE


@dataclass(frozen=True, slots=True)
class FetchPrices:
    """The last price of every symbol of a source."""

    source: str


@dataclass(frozen=True, slots=True)
class TellPresence:
    """What the reader is from now on, wherever the sources say so."""

    presence: Presence
    leaving: bool = False
    """The program ends: what is to be written down is written now or never."""


Request = (
    ListThreads
    | FetchPage
    | CountGap
    | FetchEdits
    | FetchMentions
    | Reread
    | SendDraft
    | SeekDraft
    | EditMessage
    | DeleteMessage
    | MarkRead
    | Watch
    | TellTyping
    | Alter
    | FetchFeed
    | TakeFeedRow
    | FetchPrices
    | TellPresence
    | Recall
)
