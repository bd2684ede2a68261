"""Dialects by name and by file; a wrong map is refused with its file, its line and what was expected."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from supachat.dialects import catalog
from supachat.domain.errors import DialectError
from supachat.domain.model import Feature

TOML = (Path(catalog.__file__).parent / "direct.toml").read_text("utf-8")


def test_every_shipped_dialect_loads_and_has_its_sql() -> None:
    assert "direct" in catalog.names()
    for name in catalog.names():
        assert catalog.load(name).name == name
        assert "@schema@" not in catalog.sql(name)


def test_the_schema_is_a_parameter() -> None:
    text = catalog.sql("direct", "talk")
    assert "talk.chat_messages" in text
    assert "public.chat_messages" not in text
    assert "supachat_talk_" in text
    assert "supachat_public_" not in text


@pytest.mark.parametrize(
    "schema", ["", "auth", "realtime", "pg_catalog", "a b", "x;drop", 'x"', "Public", "x" * 31]
)
def test_a_schema_that_is_not_ours_to_take_is_refused(schema: str) -> None:
    with pytest.raises(DialectError, match="cannot live in the schema"):
        catalog.sql("direct", schema)


def test_what_the_local_server_sets() -> None:
    assert catalog.local_settings("direct") == {"supachat.app_ids_from_user_metadata": "on"}
    assert catalog.schema("direct") == "public"


def test_an_unknown_name_lists_the_known_ones() -> None:
    for ask in (catalog.load, catalog.sql, catalog.local_settings):
        with pytest.raises(DialectError, match="no dialect 'nonsense'") as caught:
            ask("nonsense")
        assert "direct" in caught.value.cure


def test_a_persons_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    own = TOML.replace('name = "direct"', 'name = "mine"', 1)
    path.write_text(own[: own.index("[news.typing]")], "utf-8")
    dialect = catalog.load(str(path))
    assert dialect.name == "mine"
    assert Feature.TYPING not in dialect.features
    assert dialect.typing("a__b", "a") is None
    assert dialect.presence_payload("a") == {}


def test_a_map_with_the_least_it_needs_is_read_only(tmp_path: Path) -> None:
    path = tmp_path / "least.toml"
    body = TOML[: TOML.index("[send]")].replace("[threads.last]", "[x]").split("[x]")[0]
    messages = TOML[TOML.index("[messages]") : TOML.index("[send]")]
    path.write_text(body + messages, "utf-8")
    dialect = catalog.load(str(path))
    assert dialect.features == {Feature.SEARCH}, "whoever may read rows can look for words in them"
    assert dialect.find_call("abc") is None
    assert dialect.ensure_call("a", "b") is None
    assert dialect.thread_topics("a__b", "a") == ()
    assert dialect.user_topics("u", "a") == ()


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DialectError, match="cannot be read"):
        catalog.load(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(DialectError, match="cannot be read"):
        catalog.load(str(tmp_path / "latin.toml"))


def _line(text: str) -> int:
    return TOML[: TOML.index(text)].count("\n") + 1


WRONG = [
    ('table = "chat_messages"', "table = 3", "messages.table", "expected text, found '3'"),
    ('table = "chat_messages"', 'table = "a b"', "messages.table", "expected a name of letters"),
    ('table = "chat_messages"', 'tabel = "x"', "messages.table", "expected this key, found nothing"),
    (
        'key = "id"',
        'key = "id"\nbogus = 1',
        "messages.bogus",
        "one of account, author, author_name, body, deleted",
    ),
    ('event = "typing"', 'event = ""', "news.typing.event", "one line of 1 to 200"),
    ('_body = "$body"', '_body = "$boddy"', "send.params", r"expected one of \$body, \$draft"),
    ('topic = "chat:{thread}"', 'topic = "chat:{user}"', "news.rows.topic", r"ends with \{thread\}"),
    ('topic = "user:{user}"', 'topic = "{user}"', "news.notices.topic", r"ends with \{user\}"),
    ("max_length = 65536", "max_length = 0", "max_length", "greater than 0"),
    ("sealed = true", 'sealed = "yes"', "news.rows.sealed", "true or false"),
    ('name = "direct"', 'name = "Direct Messages"', "name", "small letters"),
    ("from_database = true", "from_database = 1", "news.rows.from_database", "true or false"),
]


@pytest.mark.parametrize(("good", "bad", "where", "expected"), WRONG)
def test_a_wrong_map_is_refused_with_file_line_and_what_was_expected(
    tmp_path: Path, good: str, bad: str, where: str, expected: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(TOML.replace(good, bad, 1), "utf-8")
    with pytest.raises(DialectError, match=expected) as caught:
        catalog.load(str(path))
    assert f"{path}, line " in caught.value.message
    assert f": {where}: " in caught.value.message


@pytest.mark.parametrize(("good", "bad", "where", "expected"), [w for w in WRONG if "nothing" not in w[3]])
def test_the_line_is_the_keys_own(tmp_path: Path, good: str, bad: str, where: str, expected: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(TOML.replace(good, bad, 1), "utf-8")
    with pytest.raises(DialectError) as caught:
        catalog.load(str(path))
    line = _line(good) + bad.count("\n")
    if where == "send.params":
        line = _line("[send.params]")
    assert f", line {line}: " in caught.value.message, expected


def test_a_sealed_topic_is_not_shared_with_typing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(TOML.replace('topic = "typing:{thread}"', 'topic = "chat:{thread}"', 1), "utf-8")
    with pytest.raises(DialectError, match="another topic for typing"):
        catalog.load(str(path))


def test_a_key_inside_braces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(TOML.replace('{ _text = "$text" }', "{ _text = 1.5 }"), "utf-8")
    with pytest.raises(DialectError, match=f"line {_line('_text =')}: find.params._text"):
        catalog.load(str(path))


def test_no_toml_at_all(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('name = "x"\n= 3\n', "utf-8")
    with pytest.raises(DialectError, match=r"not TOML: .*line 2"):
        catalog.load(str(path))


def test_asking_for_a_catalog_loads_no_pydantic() -> None:
    code = (
        "import sys; from supachat.dialects import catalog; catalog.names(); catalog.sql('direct');"
        "print([m for m in ('pydantic', 'pydantic_core', 'httpx', 'supabase') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_code_names_what_only_a_map_may_name() -> None:
    folder = Path(catalog.__file__).parent
    words = (
        "chat_",
        "mongo",
        "supachat_",
        "insert_",
        '"chat:',
        '"typing:',
        '"user:',
        "display_name",
        "app_user_id",
    )
    for path in folder.glob("*.py"):
        text = path.read_text("utf-8")
        assert [word for word in words if word in text] == [], path.name
