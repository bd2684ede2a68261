"""A workspace whose backend hands out the sign-in: what its table may say, and that it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from supachat.domain.errors import SettingsError
from supachat.settings import Workspace
from supachat.settings.auth import CommandAuth, EndpointAuth
from supachat.settings.edit import keep_workspace
from supachat.settings.file import load, parse

HERE = Path("supachat.toml")
HEAD = '[workspaces.shop]\nurl = "https://shop.supabase.co"\nkey = "sb_publishable_x"\n'


def shop(auth: str) -> Workspace:
    return parse(f"{HEAD}auth = {auth}\n", HERE).workspaces["shop"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            '{ kind = "endpoint", url = "https://api.shop.dev/token" }',
            EndpointAuth("https://api.shop.dev/token"),
        ),
        (
            '{ kind = "endpoint", url = "http://127.0.0.1:3000/t?a=1", method = "post", '
            'headers_from_env = { Authorization = "SHOP_TOKEN" }, token_field = "data.token" }',
            EndpointAuth(
                "http://127.0.0.1:3000/t?a=1", "POST", {"Authorization": "SHOP_TOKEN"}, "data.token"
            ),
        ),
        ('{ kind = "command", argv = ["shop", "token"] }', CommandAuth(("shop", "token"))),
        ('{ kind = "command", argv = ["shop"], token_field = "t" }', CommandAuth(("shop",), "t")),
    ],
)
def test_what_is_read(written: str, read: object) -> None:
    assert shop(written).auth == read


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('"endpoint"', "auth was expected to be a table"),
        ('{ kind = "magic" }', "auth.kind was expected to be endpoint or command"),
        ('{ kind = "endpoint" }', "auth.url is not a web address"),
        ('{ kind = "endpoint", url = "http://api.shop.dev" }', "write https://"),
        ('{ kind = "endpoint", url = "https://me:secret@api.shop.dev" }', "name a variable"),
        ('{ kind = "endpoint", url = "https://a.dev", method = "PUT" }', "GET or POST"),
        ('{ kind = "endpoint", url = "https://a.dev", token = "s" }', "auth.token means nothing here"),
        (
            '{ kind = "endpoint", url = "https://a.dev", headers_from_env = { A = "Bearer s3cret" } }',
            "never the secret itself",
        ),
        ('{ kind = "endpoint", url = "https://a.dev", headers_from_env = ["A"] }', "for each header"),
        ('{ kind = "endpoint", url = "https://a.dev", token_field = 5 }', "a text in quotes"),
        ('{ kind = "command" }', "auth.argv was expected to be a list"),
        ('{ kind = "command", argv = "shop token" }', "auth.argv was expected to be a list"),
        (r'{ kind = "command", argv = ["shop", "a\u0000b"] }', "auth.argv holds a NUL"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_without_the_secret(written: str, words: str) -> None:
    with pytest.raises(SettingsError, match="line 4") as caught:
        shop(written)
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_workspace_that_is_written_again_keeps_its_auth(tmp_path: Path) -> None:
    path = tmp_path / "supachat.toml"
    path.write_text(f'{HEAD}auth = {{ kind = "command", argv = ["shop"] }} # ours\n', encoding="utf-8")
    kept = load(path).workspaces["shop"]
    keep_workspace(path, kept)
    assert load(path).workspaces["shop"].auth == CommandAuth(("shop",))
    assert "# ours" in path.read_text(encoding="utf-8")
