"""The settings file: read with lines named, written without losing a word of the person's own."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from supachat.assemble import Desk
from supachat.domain.choices import USUAL, Pace
from supachat.domain.errors import BadInput, KeyRefused, NotFound, SettingsError
from supachat.settings import Settings, Workspace, choose, load, places
from supachat.settings.auth import CommandAuth
from supachat.settings.choose import said_vault
from supachat.settings.edit import (
    keep_choice,
    keep_workspace,
    keep_workspace_choice,
    with_choice,
    with_workspace,
)
from supachat.settings.file import parse

FILE = Path("/somewhere/supachat.toml")
REF = "abcdefghijklmnopqrst"
ACME = Workspace("acme", f"https://{REF}.supabase.co", "sb_publishable_1")


def test_the_whole_file() -> None:
    settings = parse(
        f"""
workspace = "acme"
theme = "paper"
glyphs = "ascii"
vault = "memory"

[workspaces.acme]
url = "{REF}"
key = "sb_publishable_1"

[workspaces."two words"]
url = "http://localhost:1"
key = "k"
dialects = ["inbox", "maps/own.toml"]
""",
        FILE,
    )
    assert settings.workspaces["acme"] == ACME
    assert settings.workspaces["two words"].dialects == ("inbox", "/somewhere/maps/own.toml")
    assert (settings.theme, settings.glyphs, settings.vault) == ("paper", "ascii", "memory")


GOOD = f'[workspaces.acme]\nurl = "{REF}"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("theme = ", 1, "not TOML"),
        ("\n\ntheme = 1", 3, "text in quotes"),
        ('\nvault = "cellar"', 2, "keyring"),
        ("colour = 1", 1, "colour means nothing here"),
        ('workspace = "none"', 1, "no [workspaces.none]"),
        ("workspaces = 3", 1, "a table was expected"),
        ("[workspaces]\nacme = 3", 2, "url and key"),
        (GOOD, 1, "key is missing"),
        (GOOD + 'key = "sb_secret_a"', 3, "secret key"),
        (GOOD + 'key = "a"\ndialects = []', 4, "list of names"),
        (GOOD + 'key = "a"\n# x\nnotes = "b"', 5, "notes means nothing here"),
        ('\n[workspaces.acme]\nkey = "a"\nurl = "abc"', 4, "not the address"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, FILE)
    assert str(caught.value).startswith(f"{FILE}, line {line}: ")
    assert words in str(caught.value)


HAND = """\
# mine
theme = "paper"  # at noon

[workspaces.acme] # the big one
key = "old" # from the mail
dialects = [
  "direct", # ]
  "inbox",
]
# where it lives
url = "https://old.example.org"

[workspaces.other]
url = "https://other.example.org"
key = "k"
"""


def test_a_new_workspace_is_added_below_what_a_person_wrote() -> None:
    text = with_workspace(HAND, Workspace("new one", "https://n.example.org", 'k"\\', ("rooms",)))
    assert text.startswith(HAND)
    assert parse(text, FILE).workspaces["new one"] == Workspace(
        "new one", "https://n.example.org", 'k"\\', ("rooms",)
    )


def test_a_workspace_is_changed_in_place_and_its_comments_stay() -> None:
    text = with_workspace(HAND, ACME)
    assert parse(text, FILE).workspaces["acme"] == ACME
    assert parse(text, FILE).workspaces["other"] == parse(HAND, FILE).workspaces["other"]
    for comment in ("# mine", "# at noon", "# the big one", "# from the mail", "# where it lives"):
        assert comment in text


def test_taste_is_written_above_the_tables() -> None:
    text = with_choice(with_choice(HAND, "theme", "ink"), "vault", "file")
    settings = parse(text, FILE)
    assert (settings.theme, settings.vault) == ("ink", "file")
    assert 'theme = "ink"  # at noon' in text
    assert settings.workspaces == parse(HAND, FILE).workspaces


def test_the_file_is_made_private_replaced_whole_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "s.toml", tmp_path / "supachat.toml"
    link.symlink_to(real)
    keep_workspace(link, ACME)
    assert real.stat().st_mode & 0o777 == 0o600
    real.chmod(0o644)
    keep_choice(link, "workspace", "acme")
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o644
    assert load(link) == Settings({"acme": ACME}, "acme")
    assert os.listdir(real.parent) == ["s.toml"]


def test_a_choice_that_cannot_be_read_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    keep_workspace(path, ACME)
    before = path.read_bytes()
    with pytest.raises(SettingsError):
        keep_choice(path, "workspace", "nobody")
    with pytest.raises(KeyRefused):
        keep_workspace(path, Workspace("x", "https://x.org", "sb_secret_1"))
    assert path.read_bytes() == before


def test_no_file_is_empty_settings(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()


def test_a_file_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may name a program to be run, and SUPACHAT_HOME may lie where others write."""
    path = tmp_path / "supachat.toml"
    path.write_text('glyphs = "ascii"\n', encoding="utf-8")
    assert load(path).glyphs == "ascii"
    if os.geteuid() == 0:
        os.chown(path, 4711, -1)
        assert load(path).glyphs == "ascii", "root is lent files of others, in a container"
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    with pytest.raises(SettingsError, match="belongs to another user") as caught:
        load(path)
    assert "SUPACHAT_HOME" in caught.value.cure


def test_one_variable_moves_everything_under_one_folder() -> None:
    moved = places({"SUPACHAT_HOME": "/x"})
    assert {one.parent for one in (moved.config, moved.data, moved.state, moved.log)} == {Path("/x")}
    assert places({}).config != moved.config


def test_two_projects_share_no_file_name() -> None:
    moved = Workspace("acme", "https://moved.example.org", "k")
    assert moved.stem != ACME.stem
    assert "/" not in Workspace("../../etc", "https://x.org", "k").stem


OTHER = Workspace("other", "https://other.example.org", "k", ("inbox",))
TWO = Settings({"acme": ACME, "other": OTHER})
SHOP = Workspace("shop", "https://shop.example.org", "k", auth=CommandAuth(("shop", "token")), vault="file")
"""Its sign-in is handed out by its backend, and its person was asked where to keep it."""


@pytest.mark.parametrize(
    ("settings", "name", "environ", "chosen"),
    [
        (Settings(), None, {}, None),
        (Settings({"acme": ACME}), None, {}, ACME),
        (Settings(TWO.workspaces, "other"), None, {}, OTHER),
        (TWO, "acme", {"SUPACHAT_URL": OTHER.url}, ACME),
        (TWO, None, {"SUPACHAT_URL": OTHER.url}, OTHER),
        (
            TWO,
            None,
            {"SUPACHAT_URL": OTHER.url, "SUPACHAT_DIALECT": "rooms"},
            Workspace(*("other", OTHER.url, "k"), ("rooms",)),
        ),
        (
            replace(TWO, workspaces={"shop": SHOP}),
            None,
            {"SUPACHAT_URL": SHOP.url, "SUPACHAT_KEY": "p"},
            replace(SHOP, key="p"),
        ),
        (
            TWO,
            None,
            {"SUPACHAT_URL": "http://localhost:1", "SUPACHAT_KEY": "p"},
            Workspace("local", "http://localhost:1", "p"),
        ),
    ],
)
def test_which_workspace_is_meant(
    settings: Settings, name: str | None, environ: dict[str, str], chosen: Workspace | None
) -> None:
    assert choose(settings, name, environ) == chosen


@pytest.mark.parametrize(
    ("name", "environ", "error"),
    [
        (None, {}, SettingsError),
        ("nobody", {}, NotFound),
        (None, {"SUPACHAT_URL": "http://localhost:1"}, BadInput),
        (None, {"SUPACHAT_URL": "http://localhost:1", "SUPACHAT_KEY": "sb_secret_1"}, KeyRefused),
    ],
)
def test_which_workspace_is_not_guessed(
    name: str | None, environ: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        choose(TWO, name, environ)


def test_where_the_session_is_kept() -> None:
    assert said_vault(None, {}) is None
    assert said_vault(None, {"SUPACHAT_VAULT": "keyring"}) == "keyring"
    assert said_vault("memory", {"SUPACHAT_VAULT": "keyring"}) == "memory"
    with pytest.raises(BadInput):
        said_vault(None, {"SUPACHAT_VAULT": "cellar"})


def test_what_was_answered_for_one_workspace_is_written_into_its_table_and_counts_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "supachat.toml"
    path.write_text(
        'vault = "keyring"  # for all\n\n[workspaces.one]\nurl = "https://one.example.org"\nkey = "k"\n\n'
        '[workspaces.two]\nurl = "https://two.example.org"\nkey = "k"\n',
        encoding="utf-8",
    )
    keep_workspace_choice(path, "one", "vault", "file")
    settings = load(path)
    assert [settings.workspaces[name].vault for name in ("one", "two")] == ["file", None]
    desk = Desk(places({"SUPACHAT_HOME": str(tmp_path)}), settings, None, {})
    assert [desk.vault_of(one) for one in settings.workspaces.values()] == ["file", "keyring"]
    assert replace(desk, vault="memory").vault_of(settings.workspaces["one"]) == "memory"
    assert "# for all" in path.read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match="no table of its own"):
        keep_workspace_choice(path, "three", "vault", "file")
    path.write_text(path.read_text(encoding="utf-8").replace('"file"', '"cellar"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 6.*one of auto, keyring, file, memory"):
        load(path)


def test_what_is_kept_on_disk_and_how_long_is_a_setting() -> None:
    assert parse("", FILE) == Settings(cache="on", keep_days=365, reduce_motion=False)
    text = 'cache = "off"\nkeep_days = 30\nreduce_motion = true\nkeys = "vim"\n'
    assert parse(text, FILE) == Settings(cache="off", keep_days=30, reduce_motion=True, keys="vim")


def test_the_paces_are_a_table_with_their_units() -> None:
    text = "[pace]\ntyping_seconds = 2.5\naway_minutes = 1\noffline_seconds = 45\nprice_percent = 2.5\n"
    assert parse(text, FILE).pace == Pace(2.5, 60.0, 45.0, Decimal("2.5"))
    assert parse("[pace]\nprice_percent = 0\n", FILE).pace == replace(USUAL, change_limit=None)
    assert parse("", FILE).pace == Pace(None, 300.0, 30.0, Decimal(10))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("typing_seconds = 0", "number from 1 to 60"),
        ('away_minutes = "5"', "number from 1 to 1440"),
        ("offline_seconds = true", "number from 5 to 3600"),
        ("offline_seconds = inf", "number from 5 to 3600"),
        ("price_percent = nan", "number from 0 to 1000"),
        ("price_percent = -1", "number from 0 to 1000"),
        ("pace = 1", "pace means nothing here"),
    ],
)
def test_a_wrong_pace_is_refused_with_file_and_line(line: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        parse(f'theme = "ink"\n[pace]\n{line}\n', FILE)
    assert caught.value.message.startswith(f"{FILE}, line 3: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('cache = "maybe"', "one of on, off"),
        ("keep_days = -1", "number of days"),
        ("keep_days = true", "number of days"),
        ('keep_days = "30"', "number of days"),
        ('reduce_motion = "yes"', "true or false"),
        ('keys = "nano"', "one of chat, emacs, vim"),
    ],
)
def test_a_wrong_value_of_those_is_named(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse(text, FILE)
