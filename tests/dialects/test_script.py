"""A dialect's SQL is put together from its files and shared parts: nothing missing, nothing left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supachat.dialects import catalog, script

HERE = Path(script.__file__).parent
OWN = sorted(HERE.glob("*.sql"))
SHARED = sorted((HERE / "shared").glob("*.sql"))
PART = re.compile(r"^ *-- @part (\w+)\n((?: *--   .*\n)*)", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where a test writes files of its own."""
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr(script, "_SHARED", tmp_path / "shared")
    return tmp_path


def test_a_part_stands_where_its_line_stood_with_its_words_in_it(folder: Path) -> None:
    (folder / "shared" / "rule.sql").write_text("-- who\ncreate @what@ @schema@.@dialect@_@name@;\n")
    (folder / "talk.sql").write_text(
        "begin;\n-- @part rule\n--   what  table @schema@.x and\n--   name  y\n-- its own\n"
    )
    (folder / "talk.2.end.sql").write_text("commit;\n")
    assert script.script(folder, "talk", "s") == (
        "begin;\n-- who\ncreate table s.x and s.talk_y;\n-- its own\n\ncommit;\n"
    )


def test_a_word_of_several_lines_stands_as_far_in_as_the_first(folder: Path) -> None:
    (folder / "shared" / "list.sql").write_text("do (\n    @these@\n  )\n")
    (folder / "talk.sql").write_text("-- @part list\n--   these  a,\n--          b,\n--          c\n")
    assert script.script(folder, "talk", "s") == "do (\n    a,\n    b,\n    c\n  )\n"


def test_a_part_may_have_parts(folder: Path) -> None:
    (folder / "shared" / "inner.sql").write_text("in @schema@\n")
    (folder / "shared" / "outer.sql").write_text("(\n-- @part inner\n)\n")
    assert script.part("outer", "s") == "(\nin s\n)\n"


def test_a_word_that_nobody_gave_is_an_error(folder: Path) -> None:
    (folder / "shared" / "rule.sql").write_text("@what@\n")
    with pytest.raises(KeyError, match="what"):
        script.part("rule", "s")


@pytest.mark.parametrize("name", catalog.names())
def test_what_is_printed_is_whole(name: str) -> None:
    text = catalog.sql(name)
    assert "@part" not in text
    assert not re.search(r"@\w+@", text)
    assert text.endswith("\ncommit;\n")
    assert "\n\n\n" not in text


def test_every_part_has_users_and_every_word_a_place() -> None:
    used: set[str] = set()
    for path in (*OWN, *SHARED):
        for part, words in PART.findall(path.read_text("utf-8")):
            used.add(part)
            text = (HERE / "shared" / f"{part}.sql").read_text("utf-8")
            given = set(re.findall(r"^ *--   (\S+)", words, re.MULTILINE))
            assert given == set(re.findall(r"@(\w+)@", text)) - {"schema", "dialect"}, (path.name, part)
    assert used == {path.stem for path in SHARED}
