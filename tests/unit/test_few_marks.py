"""What is read without the parser is what the parser makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supachat.tui.widgets import markdown
from supachat.tui.widgets.few_marks import few_marks
from supachat.tui.widgets.pieces import Paragraph, Piece, Role

MARKED = ["*a*", "**b c**", "`d`", "(*e*)", "*f*,", "`g h`.", "a*b", "_n_", "***o***"]
OTHER = ["i", "j:", "1.", "http://k.l", "@m", "!", "#", "**", "*", "`", "-", "(", ")", "&amp;", "\\", "  "]
WORDS = st.lists(st.sampled_from([*MARKED, *OTHER]), max_size=6)
ANY = st.text(st.sampled_from("ab1 *`.,()!:@-#&_"), max_size=16)


def cells(pieces: tuple[Piece, ...]) -> Iterator[tuple[str, Role, int, int, str]]:
    """Letter by letter, since the parser may cut one text in two pieces."""
    for piece in pieces:
        for at, letter in enumerate(piece.text):
            yield letter, piece.role, piece.line, piece.x + at, piece.click


@settings(max_examples=2000)
@given(st.one_of(WORDS.map(" ".join), ANY))
def test_it_is_the_same_as_the_parsers(text: str) -> None:
    marked = markdown._MARKDOWN.search(text) and not markdown._BEGINS.match(text)
    if marked and (found := few_marks(text)) is not None:
        (paragraph,) = markdown._Reader(text).read()
        assert isinstance(paragraph, Paragraph)
        assert not paragraph.first
        assert list(cells(found)) == list(cells(paragraph.pieces))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("some *words* in it", [Role.TEXT, Role.ITALIC, Role.TEXT]),
        ("**two words**, and `code`", [Role.BOLD, Role.TEXT, Role.INLINE_CODE]),
        ("(*a*) http://b.c", [Role.TEXT, Role.ITALIC, Role.TEXT, Role.LINK]),
    ],
)
def test_it_reads_plain_marks(text: str, roles: list[Role]) -> None:
    found = few_marks(text)
    assert found is not None
    assert [piece.role for piece in found] == roles


@pytest.mark.parametrize(
    "text",
    ["a*b*c", "*a", "**a*", "*a *b**", "`a*", "[a](b)", "*a\nb*", " *a*", "*a* &amp;", "*é*", r"\*a*"],
)
def test_it_leaves_the_rest_to_the_parser(text: str) -> None:
    assert few_marks(text) is None
