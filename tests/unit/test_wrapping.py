"""Breaking text into rows of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, split_graphemes

from supachat.domain.text import safe
from supachat.tui.widgets.pieces import Piece, Role
from supachat.tui.widgets.wrapping import cut, cut_pieces, wrap

MIXED = st.text(
    st.one_of(st.sampled_from("ab c日本。、👍👩\u200d💻\u0301/?&-ぁ א🇩🇪"), st.characters()), max_size=60
)


def rows(text: str, width: int) -> list[str]:
    return ["".join(piece.text for piece in row) for row in wrap([Piece(text, Role.TEXT, 0, 0)], width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("hello", 5, ["hello"]),
        ("hello world this is it", 10, ["hello", "world this", "is it"]),
        ("  indented", 20, ["  indented"]),
        ("trailing      ", 8, ["trailing"]),
        ("a      b", 4, ["a", "b"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("go " + "x" * 12, 10, ["go", "x" * 10, "xx"]),
        (
            "see https://wiki.acme.dev/runbooks/4.2?x=1 now",
            20,
            ["see", "https://wiki.acme.de", "v/runbooks/4.2?x=1", "now"],
        ),
        ("https://acme.dev/runbooks/4.2/deploy", 30, ["https://acme.dev/runbooks/4.2/", "deploy"]),
        ("https://acme.dev/find?q=1&page=2", 27, ["https://acme.dev/find?q=1&", "page=2"]),
        ("お疲れさまです。移行", 10, ["お疲れさま", "です。移行"]),
        ("日本語。", 6, ["日本", "語。"]),
        ("（日本）語", 8, ["（日本）", "語"]),
        ("ab日本cd", 4, ["ab日", "本cd"]),
        ("👩‍💻👩‍💻👩‍💻", 4, ["👩‍💻👩‍💻", "👩‍💻"]),
        (" \x1f\xa0", 1, [" \x1f", "\xa0"]),
        ("\x1f abc", 2, ["\x1f", "ab", "c"]),
        ("ab  \u0301 c", 3, ["ab", " \u0301 c"]),
        ("e\u0301" * 4, 2, ["e\u0301e\u0301", "e\u0301e\u0301"]),
    ],
)
def test_rows(text: str, width: int, expected: list[str]) -> None:
    assert rows(text, width) == expected


@given(MIXED, st.integers(1, 30))
def test_no_row_is_wider_and_no_character_is_lost(text: str, width: int) -> None:
    made = rows(text, width)
    widest = max((cells for _, _, cells in split_graphemes(text)[0]), default=0)
    assert all(cell_len(row) <= max(width, widest) for row in made)
    assert "".join(made).replace(" ", "") == text.replace(" ", "")


@given(MIXED, st.integers(2, 30))
def test_no_grapheme_is_broken(text: str, width: int) -> None:
    starts = {start for start, _, _ in split_graphemes(text)[0]} | {len(text)}
    pieces = [Piece(text, Role.TEXT, 0, 0)]
    assert all(row[0].x in starts for row in wrap(pieces, width) if row)


@given(st.lists(st.text("ab 日", min_size=1, max_size=8), max_size=8), st.integers(1, 12))
def test_pieces_keep_their_place_in_the_source(texts: list[str], width: int) -> None:
    source = "".join(texts)
    pieces: list[Piece] = []
    for text in texts:
        pieces.append(Piece(text, Role.TEXT, 0, sum(len(piece.text) for piece in pieces)))
    for row in wrap(pieces, width):
        assert all(source[piece.x : piece.x + len(piece.text)] == piece.text for piece in row)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel⋯"),
        ("日本語", 5, "日本⋯"),
        ("日本語", 4, "日⋯"),
        ("hello", 0, ""),
    ],
)
def test_a_cut_is_marked(text: str, width: int, expected: str) -> None:
    assert cut(text, width, "⋯") == expected


@given(st.lists(MIXED, max_size=4), st.integers(1, 20))
def test_a_cut_row_fits(texts: list[str], width: int) -> None:
    pieces = cut_pieces([Piece(safe(text)) for text in texts], width, "⋯")
    assert sum(cell_len(piece.text) for piece in pieces) <= width
