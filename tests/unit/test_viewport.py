"""The view stays where the reader is, row by row, whatever arrives, leaves or is wrapped anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest
from tests.tui.pane_story import TODAY, at, said

from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Extra, Item, Message, MessageKind, PersonKind
from supachat.domain.text import Safe, safe
from supachat.tui.widgets.blocks import MOST, Blocks
from supachat.tui.widgets.frame import frame
from supachat.tui.widgets.message_lines import Cast
from supachat.tui.widgets.paint import Look
from supachat.tui.widgets.viewport import Viewport

SEEDS = range(4)
"""Made-up stories per property; `make chaos` is where more belong."""
LONG = "a-rather-long-word"
WORDS = ["alpha", "**beta**", "gamma", "https://x.y/z", "`code`", "お疲れさまです", "🎉", "@ana", LONG]
LOOK = Look.of()


def message(number: int, dice: random.Random) -> Message:
    """Somebody says something of some length; now and then code, a notice, a reply, a deleted one."""
    text = " ".join(dice.choice(WORDS) for _ in range(dice.choice([1, 3, 8, 8, 30])))
    if dice.random() < 0.1:
        text += "\n```py\n" + "x = 1  # one\n" * dice.randint(1, 20) + "```"
    failed = dice.random() < 0.2
    return said(
        dice.choice("abc"),
        type(at(0, 0))(at(0, 0) + number * 90_000_000),
        text,
        id=f"n{number}",
        deleted=dice.random() < 0.15,
        extra=Extra(MessageKind.NOTICE, PersonKind.SYSTEM) if dice.random() < 0.05 else None,
        reply_to=f"n{number - 3}" if dice.random() < 0.1 else None,
        **({"delivery": Delivery.FAILED, "reason": Safe(dice.choice(WORDS[:2]))} if failed else {}),
    )


class Story:
    """A thread that grows at both ends, seen through a viewport."""

    def __init__(self, seed: int, count: int = 120) -> None:
        self.dice = random.Random(seed)
        self.items: list[Item] = [message(number, self.dice) for number in range(count)]
        self.low, self.high = 0, count
        self.view = Viewport(
            Cast(), LOOK, frame(60, lines=self.dice.choice([24, 36]), zone=UTC, today=TODAY)
        )
        self.view.height = self.dice.choice([7, 20, 40])
        self.view.reset(self.items, self.dice.choice([None, "n30"]))
        self.view.settle()

    def scroll(self, by: int | None = None) -> None:
        step = self.dice.choice([-1, -3, 2, -self.view.height, -9999]) if by is None else by
        self.view.scroll_to(self.view.top + step)

    def prepend(self, count: int = 50) -> None:
        older = [message(number, self.dice) for number in range(self.low - count, self.low)]
        self.low -= count
        self.items[:0] = older
        self.view.splice(0, 0, older)

    def append(self, count: int = 1) -> None:
        newer = [message(number, self.dice) for number in range(self.high, self.high + count)]
        self.high += count
        self.view.splice(len(self.items), 0, newer)
        self.items += newer

    def edit(self, index: int) -> None:
        item = self.items[index]
        assert isinstance(item, Message)
        text = " ".join(self.dice.choice(WORDS) for _ in range(self.dice.choice([1, 60])))
        self.items[index] = replace(item, raw=text, body=safe(text))
        self.view.splice(index, 1, [self.items[index]])

    def remove(self, index: int, count: int) -> None:
        del self.items[index : index + count]
        self.view.splice(index, count, [])

    def anything(self) -> None:
        """One thing that may happen to a thread, or to its window."""
        here = self.dice.randrange(len(self.items))
        many: list[Callable[[], None]] = [
            self.scroll,
            lambda: self.prepend(self.dice.choice([1, 50])),
            lambda: self.append(self.dice.choice([1, 20])),
            lambda: self.edit(here),
            lambda: self.remove(here, 2),
            lambda: self.resize(self.dice.choice([30, 60, 90, 140]), self.dice.choice([5, 20, 40])),
        ]
        self.dice.choice(many)()

    def resize(self, width: int, height: int) -> None:
        self.view.resize(frame(width, lines=24, zone=UTC, today=TODAY), height)

    def seen(self) -> list[tuple[str, str]]:
        """The rows of the view with the id of their message; what is ours alone has none."""
        self.view.settle()
        return [(_id(entry.item) if entry else "", line.strip.text) for entry, line in self.view.visible()]

    def whole(self) -> list[str]:
        """Every row of the thread, drawn from nothing."""
        fresh = Viewport(Cast(), LOOK, self.view.drawer.frame)
        fresh.reset(self.items, self.view.drawer.new_after)
        return [
            line.strip.text for index in range(len(self.items)) for line in fresh.drawer.drawn(index).lines
        ]


def _id(item: Item) -> str:
    return item.id if isinstance(item, Message) else "gap"


def test_one_reason_of_a_run_that_was_not_sent_is_said_below_its_last() -> None:
    story = Story(0, 0)
    view = story.view

    def unsent(number: int, reason: str) -> Message:
        return said("a", at(9, number), "x", id=f"u{number}", delivery=Delivery.FAILED, reason=Safe(reason))

    def reasons() -> list[str]:
        view.settle()
        lines = [
            line.strip.text for index in range(len(view.items)) for line in view.drawer.drawn(index).lines
        ]
        return [text.split(": ")[1].rstrip() for text in lines if "not sent: " in text]

    view.splice(0, 0, [unsent(1, "no key"), unsent(2, "no key"), unsent(3, "no right")])
    assert reasons() == ["no key", "no right"]
    view.splice(3, 0, [unsent(4, "no right")])
    assert reasons() == ["no key", "no right"]
    view.splice(1, 1, [])
    assert reasons() == ["no key", "no right"]
    view.splice(2, 1, [])
    assert reasons() == ["no key", "no right"], "the last of the run is gone: the one before says it now"


@pytest.mark.parametrize("seed", SEEDS)
def test_older_messages_move_no_row_that_is_read(seed: int) -> None:
    story = Story(seed)
    for _ in range(6):
        story.scroll()
        oldest, before = _id(story.items[0]), story.seen()
        story.prepend(story.dice.choice([1, 50]))
        after = story.seen()
        # only the oldest message itself may lose its day, its head, or quote what is known now
        moved = [
            row for row, now in zip(before, after, strict=True) if row != now and row[0] not in ("", oldest)
        ]
        assert [row for row in moved if "↳" not in row[1]] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_newer_messages_move_nothing_while_older_ones_are_read(seed: int) -> None:
    story = Story(seed)
    story.scroll(-story.view.height * 2)
    for _ in range(6):
        before = story.seen()
        story.append(story.dice.choice([1, 20]))
        assert story.seen() == before
        assert story.view.below > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_at_the_newest_the_newest_is_followed(seed: int) -> None:
    story = Story(seed)
    for _ in range(6):
        story.append(story.dice.choice([1, 20]))
        assert story.seen()[-1][1] == story.whole()[-1]
        assert (story.view.at_end, story.view.below) == (True, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_changes_below_or_above_moves_no_row_that_is_read(seed: int) -> None:
    story = Story(seed, 300)
    story.scroll(-story.view.height * 4)
    for _ in range(8):
        before = story.seen()
        rows = [row[0] for row in before if row[0]]
        inside = {_id(item): index for index, item in enumerate(story.items)}
        first, last = inside[rows[0]], inside[rows[-1]]
        # a neighbour may give up its head or its run; keep away from those
        for index in (first - 6, last + 6):
            if 0 <= index < len(story.items) - 1:
                story.edit(index)
        assert [row for row in story.seen() if "↳" not in row[1]] == [
            row for row in before if "↳" not in row[1]
        ]


@pytest.mark.parametrize("seed", SEEDS)
def test_another_width_and_back_again_shows_the_same_rows(seed: int) -> None:
    story = Story(seed)
    story.resize(60, 20)
    story.seen()
    story.scroll(-100)
    before = story.seen()
    for width, height in ((30, 20), (140, 20), (90, 40), (60, 20)):
        story.resize(width, height)
        story.seen()
    assert story.seen() == before


@pytest.mark.parametrize("seed", SEEDS)
def test_the_view_is_always_a_piece_of_the_whole(seed: int) -> None:
    story = Story(seed, 60)
    for _ in range(12):
        story.anything()
        rows = [text for _, text in story.seen()][max(0, story.view.first_row - story.view.top) :]
        whole = story.whole()
        assert [entry.item for entry in story.view.items] == story.items
        assert len(story.seen()) == story.view.height
        if len(whole) >= story.view.height:
            starts = [at for at, row in enumerate(whole) if not rows or row == rows[0]]
            assert any(whole[start : start + len(rows)] == rows for start in starts)


def test_every_message_is_met_once_while_paging_up_through_five_thousand() -> None:
    story = Story(3, 50)
    story.view.height = 40
    story.view.set_edge(Edge.MORE, Safe(""))
    met: list[tuple[str, str]] = []
    rows = story.seen()
    met = [row for row in rows if row[0]]
    while story.low > -4950 or story.view.top > 0:
        if story.view.top < story.view.height and story.low > -4950:
            story.prepend(50)
            story.view.settle()
        top = story.view.top
        story.scroll(-story.view.height)
        page = story.seen()
        fresh = page[: top - story.view.top]
        met = [row for row in fresh if row[0]] + met
    ids = [row[0] for index, row in enumerate(met) if index == 0 or met[index - 1][0] != row[0]]
    assert ids == [_id(item) for item in story.items if _id(item) in set(ids)]
    hidden = [item for item in story.items if isinstance(item, Message) and item.deleted]
    assert len(ids) >= len(story.items) - len(hidden)
    assert len(story.items) == 5000


def test_a_jump_to_the_new_line_shows_it_and_what_was_read_before() -> None:
    story = Story(1)
    story.view.reset(story.items, "n60")
    line = story.view.drawer.new_line
    assert line is not None
    story.view.scroll_to_entry(line, above=story.view.height // 3)
    rows = [text for _, text in story.seen()]
    assert any(" new ╌" in text for text in rows)


def test_the_new_line_counts_what_others_said_since() -> None:
    items = [said("tom", at(9, n), "x", id=f"i{n}") for n in range(4)]
    view = Viewport(Cast(), LOOK, frame(60, zone=UTC), 20)
    view.reset(items, "i1")
    view.settle()
    assert "2 new" in "".join(line.strip.text for _, line in view.visible())
    view.splice(4, 0, [said("tom", at(9, 5), "y"), said("ana", at(9, 6), "mine")])
    view.settle()
    assert "3 new" in "".join(line.strip.text for _, line in view.visible())


def test_a_new_version_of_a_message_keeps_its_place() -> None:
    items = [said("tom", at(9, n), "x", id=f"i{n}") for n in range(9)]
    view = Viewport(Cast(), LOOK, frame(60, zone=UTC), 4)
    view.reset(items, None)
    keys = [entry.key for entry in view.items]
    view.splice(4, 1, [said("tom", at(9, 4), "edited", id="i4")])
    assert [entry.key for entry in view.items] == keys


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_are_a_list_that_knows_its_rows(seed: int) -> None:
    dice = random.Random(seed)
    blocks, plain = Blocks(), list[tuple[Item, int]]()
    heights: dict[str, int] = {}
    for number in range(40):
        start = dice.randint(0, len(plain))
        removed = dice.randint(0, min(3, len(plain) - start))
        fresh: list[tuple[Item, int]] = [
            (said("tom", at(9, 0), "x", id=f"{seed}.{number}.{n}"), dice.randint(0, 5))
            for n in range(dice.choice([0, 1, 5, 3 * MOST]))
        ]
        plain[start : start + removed] = fresh
        heights.update((_id(item), rows) for item, rows in fresh)
        blocks.splice(start, removed, [item for item, _ in fresh], lambda item: heights[_id(item)])
        assert [entry.item for entry in blocks] == [item for item, _ in plain]
        assert blocks.rows == sum(rows for _, rows in plain)
        keys = [entry.key for entry in blocks]
        assert keys == sorted(set(keys))
        for index in dice.sample(range(len(plain)), min(5, len(plain))):
            top = sum(rows for _, rows in plain[:index])
            assert blocks.top(index) == top
            assert blocks[index].item is plain[index][0]
            assert blocks.at_key(blocks[index].key) == index
            assert blocks.find(_id(plain[index][0])) is blocks[index]
            if plain[index][1]:
                assert blocks.at_row(top) == blocks.at_row(top + plain[index][1] - 1) == index
