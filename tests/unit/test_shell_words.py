"""What is typed behind `supachat`: whom a word means, where an option may stand, what is not said back."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from supachat.cli.dialect import dialect
from supachat.cli.group import supachat
from supachat.cli.main import run
from supachat.cli.options import workspace_options
from supachat.cli.which import Asked, Several, asked_person, which_person
from supachat.domain.errors import DialectError, NotFound, SupachatError, Unreachable
from supachat.domain.model import Person, PersonKey
from supachat.domain.text import safe_line

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl"
SECRET = "sb_secret_" + "N7UND0UgjKTVK"


def person(source: str, name: str) -> Person:
    return Person(PersonKey(source, name.lower()), safe_line(name), safe_line(name.lower()))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("@ben", Asked("", "ben")),
        ("rooms:@ben", Asked("rooms", "ben")),
        ("rooms:@Ben Adler", Asked("rooms", "Ben Adler")),
        ("my-own_2:@ben", Asked("my-own_2", "ben")),
        ("rooms:ben", None),
        ("rooms:", None),
        ("@", None),
        ("rooms:@", None),
        ("Rooms @ noon", None),
        ("Rooms:@ben", None),
    ],
)
def test_whom_a_word_means(said: str, asked: Asked | None) -> None:
    assert asked_person(said) == asked


def test_several_people_are_listed_as_they_can_be_typed() -> None:
    with pytest.raises(Several) as several:
        which_person([person("direct", "Ben"), person("rooms", "Ben")], "ben")
    assert several.value.choices == ("direct:@ben  Ben", "rooms:@ben  Ben")
    assert [asked_person(line.split("  ")[0]) for line in several.value.choices] == [
        Asked("direct", "ben"),
        Asked("rooms", "ben"),
    ]


def test_nobody_is_said_with_what_to_do() -> None:
    with pytest.raises(NotFound, match="Nobody called 'zoe'"):
        which_person([], "zoe")


@pytest.mark.parametrize(
    "words",
    [
        ["--workspace", "x", "--vault", "file", "inner", "leaf"],
        ["inner", "--workspace", "x", "--vault", "file", "leaf"],
        ["inner", "leaf", "--workspace", "x", "--vault", "file"],
        ["--workspace", "y", "inner", "leaf", "--workspace", "x", "--vault", "file"],
        ["--workspace", "y", "--vault", "file", "inner", "--workspace", "x", "leaf"],
    ],
)
def test_a_workspace_may_stand_at_every_level(words: list[str]) -> None:
    told: list[tuple[str | None, str | None]] = []

    @click.command()
    @workspace_options
    def leaf(workspace: str | None, vault: str | None) -> None:
        told.append((workspace, vault))

    @click.group()
    @workspace_options
    def inner(workspace: str | None, vault: str | None) -> None:
        assert (workspace, vault) is not None

    @click.group()
    @click.option("--workspace")
    @click.option("--vault")
    def outer(workspace: str | None, vault: str | None) -> None:
        assert (workspace, vault) is not None

    inner.add_command(leaf)
    outer.add_command(inner)
    outer(words, standalone_mode=False)
    assert told == [("x", "file")]


@pytest.mark.parametrize("command", ["check", "guess"])
@pytest.mark.parametrize(
    "before", [["--workspace", "nowhere", "dialect"], ["dialect", "--workspace", "nowhere"]]
)
def test_dialect_commands_hear_a_workspace_before_their_name(
    command: str,
    before: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SUPACHAT_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert run([*before, command, *(["direct"] if command == "check" else [])]) == 1
    said = capsys.readouterr()
    assert "nowhere" in said.out + said.err


# ---------------------------------------------------------------- what is never said back


@pytest.mark.parametrize("secret", [JWT, SECRET, f"Bearer {'x' * 40}"])
def test_no_error_repeats_a_key_or_a_token(secret: str) -> None:
    for kind in (SupachatError, Unreachable, DialectError):
        error = kind(f"the server said {secret} to that", cure="look again")
        assert secret.removeprefix("Bearer ") not in f"{error} {error.message} {error.args}"
        assert "[cut]" in str(error)


def map_with(tmp_path: Path, line: str) -> Path:
    """A map that would do, but for one line."""
    path = tmp_path / "mine.toml"
    path.write_text(
        f"{line}\nname = 'mine'\nlabel = 'Mine'\n"
        "[threads]\ntable = 'rooms'\nid = 'id'\n"
        "[messages]\ntable = 'm'\nkey = 'id'\norder = 'at'\n"
        "thread = 'room'\nauthor = 'who'\nbody = 'body'\n"
    )
    return path


@pytest.mark.parametrize(
    "line",
    [
        f"schema = '{SECRET}-'",
        f"schema = '{JWT}'",
        f"max_length = '{SECRET}'",
        r'"evil\u001b]0;PWN\u0007\u202e" = 1',
        r'schema = "\u001b[2J"',
        "schema = '\x1b[2J'",
    ],
)
def test_what_a_wrong_map_holds_is_not_said_back(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["dialect", "show", str(map_with(tmp_path, line))]) == 1
    said = capsys.readouterr().err
    assert "line 1" in said
    assert not any(part in said for part in (SECRET, JWT, "\x1b", "\x07", "\u202e"))


@pytest.mark.parametrize("group", [supachat, dialect])
def test_help_says_what_each_command_is_for_to_the_end(group: click.Group) -> None:
    told = group.get_help(click.Context(group, terminal_width=78))  # click leaves two of 80 free
    rows = told.partition("Commands:\n")[2].splitlines()
    assert len(rows) == len(group.list_commands(click.Context(group)))
    assert not [row for row in rows if row.endswith("...")]
