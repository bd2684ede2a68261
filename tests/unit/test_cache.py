"""The cache keeps what was given together, gives it back as it was, and survives what happens to files."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import CacheError
from supachat.domain.model import (
    Account,
    Cursor,
    Delivery,
    Draft,
    DraftState,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe, safe, safe_line

A = ThreadKey("direct", "a__b")
HOSTILE = "a\x1b[2J\x00b\u202ec"


def message(at: int, raw: str = "hello", *, own: bool = False) -> Message:
    delivery = Delivery.SENT if own else Delivery.RECEIVED
    return Message(A, f"m{at:03}", "a", Micros(at), raw, safe(raw), own=own, delivery=delivery)


def cursor(at: int) -> Cursor:
    return Cursor(Micros(at), f"m{at:03}")


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    thread = Thread(A, safe_line("Ana"), ("a", "b"), "b", Micros(1), cursor(3), safe_line("hi"), "b", 2)
    person = Person(PersonKey("direct", "b"), safe_line("Ben"), safe_line("ben"))
    draft = Draft("d1", A, HOSTILE, Micros(5), subject=HOSTILE)
    account = Account("uid", safe_line("a@example.org"), safe_line("Ana"))
    source = SourceInfo("direct", safe_line("Direct"), frozenset({Feature.SEND}), "a")
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.commit(
        [
            kp.KeepAccount(account, (source,)),
            kp.KeepThreads((thread,)),
            kp.KeepPeople((person,)),
            kp.KeepMessages((message(1, HOSTILE), message(2, own=True))),
            kp.KeepSpans(A, ((cursor(1), cursor(2)),), cursor(2)),
            kp.KeepDraft(draft),
            kp.KeepText(A, "half a thou"),
            kp.KeepOpen(A),
        ]
    )
    await cache.close()
    again = Cache(lambda: tmp_path / "c.db")
    memory = await again.load()
    assert memory == kp.Memory(account, (source,), (thread,), (person,), (draft,), ((A, "half a thou"),), A)
    recalled = await again.recall(ev.Recall(A))
    assert recalled.messages == (message(1, HOSTILE), message(2, own=True))
    assert recalled.messages[0].body == safe(HOSTILE)
    assert (recalled.spans, recalled.verified) == (((cursor(1), cursor(2)),), cursor(2))
    await again.close()


async def test_half_a_character_is_kept_as_it_is_shown() -> None:
    """JSON may carry a lone surrogate; it has no UTF-8, and whatever brings it must not end the program."""
    lone, shown = "a\ud800b", "a\ufffdb"
    odd = ThreadKey("direct", lone)
    cache = Cache(lambda: None)
    source = SourceInfo("direct", Safe(lone), frozenset(), lone)
    await cache.commit(
        [
            kp.KeepAccount(Account(lone, Safe(lone), Safe(lone)), (source,)),
            kp.KeepThreads((Thread(odd, Safe(lone), (lone,)),)),
            kp.KeepPeople((Person(PersonKey("direct", lone), Safe(lone), Safe(lone)),)),
            kp.KeepMessages((message(1), Message(odd, lone, lone, Micros(2), lone, safe(lone)))),
            kp.KeepSpans(
                odd, ((Cursor(Micros(1), lone), Cursor(Micros(2), lone)),), Cursor(Micros(2), lone)
            ),
            kp.KeepFollowed(odd, Cursor(Micros(2), lone)),
            kp.KeepDraft(Draft("d1", odd, lone, Micros(5), reason=Safe(lone))),
            kp.KeepText(odd, lone),
            kp.KeepOpen(odd),
        ]
    )
    memory = await cache.load()
    assert [thread.title for thread in memory.threads] == [shown]
    assert memory.drafts[0].raw == memory.texts[0][1] == memory.people[0].name == shown
    (kept,) = (await cache.recall(ev.Recall(odd))).messages
    assert (kept.id, kept.raw, kept.body) == (shown, shown, shown)
    assert len((await cache.recall(ev.Recall(A))).messages) == 1
    await cache.commit([kp.DropThreads((odd,)), kp.KeepText(odd, "")])
    assert (await cache.load()).threads == ()
    await cache.close()


async def test_pages_go_back_and_stay_within_their_stretch() -> None:
    cache = Cache(lambda: None)
    await cache.commit([kp.KeepMessages(tuple(message(at) for at in range(1, 101)))])
    newest = await cache.recall(ev.Recall(A, limit=10))
    assert [m.at for m in newest.messages] == list(range(91, 101))
    older = await cache.recall(ev.Recall(A, before=cursor(91), since=cursor(86), limit=10))
    assert [m.at for m in older.messages] == [86, 87, 88, 89, 90]
    await cache.close()


async def test_of_one_time_a_page_is_cut_as_the_keys_count() -> None:
    cache = Cache(lambda: None)
    rows = [replace(message(1), id=str(n)) for n in range(1, 31)]
    await cache.commit([kp.KeepMessages(tuple(rows))])
    newest = await cache.recall(ev.Recall(A, limit=10))
    assert [m.id for m in newest.messages] == [str(n) for n in range(21, 31)]
    before, since = newest.messages[0].cursor, Cursor(Micros(1), "9")
    older = await cache.recall(ev.Recall(A, before=before, since=since, limit=100))
    assert [m.id for m in older.messages] == [str(n) for n in range(9, 21)]
    await cache.close()


async def test_a_step_is_kept_whole_or_not_at_all() -> None:
    cache = Cache(lambda: None)
    bad = Message(A, "m1", "a", None, "x", safe("x"))  # type: ignore[arg-type]  # a row that the table refuses
    with pytest.raises(CacheError, match="nothing is lost while supachat runs"):
        await cache.commit([kp.KeepMessages((message(1),)), kp.KeepMessages((bad,))])
    assert (await cache.recall(ev.Recall(A))).messages == ()
    await cache.close()


async def test_a_sent_draft_and_an_empty_text_leave_nothing() -> None:
    cache = Cache(lambda: None)
    await cache.commit([kp.KeepDraft(Draft("d1", A, "x", Micros(1))), kp.KeepText(A, "text")])
    await cache.commit(
        [kp.KeepDraft(Draft("d1", A, "x", Micros(1), DraftState.FAILED, safe_line("no"), 2))]
    )
    assert (await cache.load()).drafts[0].state is DraftState.FAILED
    await cache.commit([kp.DropDraft("d1"), kp.KeepText(A, "")])
    memory = await cache.load()
    assert (memory.drafts, memory.texts) == ((), ())
    await cache.close()


async def test_a_draft_belongs_to_the_process_that_made_it_until_that_is_gone(tmp_path: Path) -> None:
    first, second = Cache(lambda: tmp_path / "c.db"), Cache(lambda: tmp_path / "c.db")
    await first.commit([kp.KeepDraft(Draft("d1", A, "x", Micros(1)))])
    assert (await second.load()).drafts == ()
    await first.close()
    assert [draft.id for draft in (await second.load()).drafts] == ["d1"]
    await second.close()
    assert names(tmp_path) == ["c.db"]


async def test_what_a_killed_process_left_beside_the_cache_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / f"c.db.owner-{'0' * 32}"
    left.touch()
    cache = Cache(lambda: tmp_path / "c.db")
    await cache.load()
    assert left.name not in names(tmp_path)
    await cache.close()


async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(b"this is no database" * 100)
    cache = Cache(lambda: path)
    assert (await cache.load()).threads == ()
    (aside,) = (one for one in tmp_path.iterdir() if ".damaged-" in one.name)
    assert aside.read_bytes().startswith(b"this is no database")
    await cache.close()


async def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    cache = Cache(lambda: tmp_path / "new" / "c.db")
    await cache.load()
    for path in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    await cache.close()


async def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match="cannot be used"):
        await Cache(lambda: tmp_path / "file" / "c.db").load()


async def test_clearing_leaves_nothing_of_the_account() -> None:
    cache = Cache(lambda: None)
    await cache.commit([kp.KeepMessages((message(1),)), kp.KeepText(A, "x"), kp.KeepOpen(A)])
    await cache.clear()
    assert await cache.load() == kp.Memory()
    assert (await cache.recall(ev.Recall(A))).messages == ()
    await cache.close()


async def test_clearing_leaves_what_another_terminal_of_the_account_has_to_send(tmp_path: Path) -> None:
    """Its screen says queued: a `kill -9` of it would lose what was on disk."""
    here, there = Cache(lambda: tmp_path / "c.db"), Cache(lambda: tmp_path / "c.db")
    await here.load()
    await here.commit([kp.KeepDraft(Draft("here", A, "dropped", Micros(5)))])
    await there.load()
    await there.commit([kp.KeepDraft(Draft("there", A, "kept", Micros(6))), kp.KeepText(A, "x")])
    await here.clear()
    await here.close()
    await there.close()
    again = Cache(lambda: tmp_path / "c.db")
    memory = await again.load()
    assert ([draft.raw for draft in memory.drafts], memory.texts) == (["kept"], ())
    await again.close()
