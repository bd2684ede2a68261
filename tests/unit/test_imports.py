"""What really loads, seen from a fresh process: nobody waits for what they did not ask for."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

NETWORK = {
    "pydantic",
    "httpx",
    "supabase",
    "realtime",
    "keyring",
    "postgrest",
    "supabase_auth",
    "websockets",
}
SERVER = {"starlette", "uvicorn", "psycopg", "supachat.server"}
LATER = {
    "markdown_it",
    "pygments",
    "tree_sitter",
    *(
        f"supachat.tui.screens.{name}"
        for name in ("commands", "first_run", "health", "overlay", "search", "sign_in", "small", "switcher")
    ),
    "supachat.tui.screens.told_words",
    *(
        f"supachat.tui.widgets.{name}"
        for name in ("form", "health_parts", "highlight", "line_field", "results")
    ),
    "supachat.tui.setup_protocol",
    "supachat.assemble.on_disk",
    "supachat.assemble.trying",
    "supachat.cache.glance",
    "supachat.settings.auth",
    "supachat.settings.lines",
}
"""What a start needs only once something is asked for, or a text has marks in it."""


def loaded(code: str) -> set[str]:
    """The names of everything that `code` has loaded in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import supachat.domain.events", {"asyncio", "textual", "sqlite3"}),
        ("import supachat.sync.engine", {"asyncio", "textual", "sqlite3", "supachat.remote"}),
        (
            "import supachat.settings",
            NETWORK | SERVER | {"textual", "supachat.remote", "supachat.dialects"},
        ),
        ("import supachat.assemble", NETWORK | SERVER | {"textual", "supachat.remote"}),
        ("import supachat.client", NETWORK | SERVER | {"textual", "supachat.remote", "supachat.dialects"}),
        ("import supachat.dialects.catalog", NETWORK | {"supachat.dialects.grammar"}),
        ("import supachat.cli.main", NETWORK | SERVER | {"textual", "click", "rich", "supachat.client"}),
        ("import supachat.cli.app, supachat.tui.app", NETWORK | SERVER | LATER | {"click"}),
        ("import supachat.cli.app, supachat.cli.set_up, supachat.tui.app", NETWORK | SERVER | {"click"}),
        (
            "import supachat.cli.demo, supachat.demo.enter, supachat.demo.keeper, supachat.tui.app",
            NETWORK | SERVER,
        ),
        ("import supachat.demo.people", NETWORK | SERVER | {"textual"}),
        ("import supachat.cli.serve", NETWORK | SERVER | {"textual", "supachat.client"}),
    ],
)
def test_what_is_not_loaded(code: str, never: set[str]) -> None:
    assert loaded(code) & never == set()


def test_send_loads_neither_textual_nor_the_server() -> None:
    everything = "import supachat.cli.talk, supachat.remote.project, supachat.dialects.grammar"
    assert not {
        name for name in loaded(everything) if name.split(".")[0] in ("textual", "starlette", "uvicorn")
    }
    assert "supachat.server" not in loaded(everything)


def test_the_server_has_never_heard_of_chat() -> None:
    ours = {name for name in loaded("import supachat.server.serve") if name.startswith("supachat.")}
    assert {name.split(".")[1] for name in ours} == {"server"}


def test_no_class_of_a_start_is_a_standard_dataclass() -> None:
    """Each would be written and compiled anew at every start: `domain.values` makes them for a tenth."""
    found = """
import sys, supachat.cli.app, supachat.tui.app
for name, module in list(sys.modules.items()):
    if name.startswith("supachat."):
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == name and "__dataclass_params__" in vars(kind):
                sys.modules["slow " + name + " " + kind.__name__] = module
"""
    assert [name for name in loaded(found) if name.startswith("slow ")] == []
