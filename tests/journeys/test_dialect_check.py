"""`dialect` as a shell has it: maps held against a real project, guessed from it, shown and printed."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.local import RELOAD, LocalServer, as_owner, count, put_right
from tests.journeys.shell import Shell
from tests.terminal import Terminal

from supachat.dialects import catalog

SCHEMAS = Path(__file__).parents[1] / "dialects" / "schemas"
Lines = dict[str, dict[str, str]]


class Project:
    """A server with one stranger's schema, and Ana signed in to it."""

    def __init__(self, server: LocalServer, shell: Shell, folder: Path) -> None:
        self.server, self.shell, self.folder = server, shell, folder
        self.map = folder / "mine.toml"

    def owner(self, *statements: str) -> None:
        as_owner(self.server, *statements, RELOAD)

    def count(self, table: str) -> int:
        return count(self.server, table)

    def install(self, name: str) -> None:
        """One of the schemas to guess at, with a thread and a message of Ana's in it."""
        user = self.server.token("ana")["user"]["id"]
        seed = tomllib.loads((SCHEMAS / f"{name}.toml").read_text("utf-8"))["seed"]["sql"]
        self.owner((SCHEMAS / f"{name}.sql").read_text("utf-8"), seed.replace("{user}", user))

    def guess(self, *words: str) -> str:
        done = self.shell.run("dialect", "guess", "--output", str(self.map), *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def check(self, name: str = "") -> tuple[int, Lines]:
        done = self.shell.run("dialect", "check", name or str(self.map), "--json")
        assert done.stdout.isascii()
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines, done.stderr
        return done.returncode, {line["check"]: line for line in lines}

    def failed(self, name: str = "") -> dict[str, str]:
        """The cures by check; there has to be one."""
        code, found = self.check(name)
        assert code == 1, found
        return {check: line["cure"] for check, line in found.items() if line["state"] == "failed"}


@pytest.fixture
def project(own_server: LocalServer, tmp_path: Path) -> Project:
    """One that may be made into anything."""
    return signed_in(own_server, tmp_path, "ana")


@pytest.fixture(scope="module")
def _shipped(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = signed_in(server, tmp_path_factory.mktemp("shipped"), "ana-of-the-check", "ben-of-the-check")
    assert made.shell.run("send", "@ben-of-the-check", "hello").returncode == 0
    return made


@pytest.fixture
def shipped(_shipped: Project) -> Iterator[Project]:
    """The dialect as it is shipped, with a message in it. What a test breaks is put right again."""
    yield _shipped
    # the columns' rights go with the table's
    as_owner(_shipped.server, "revoke select on public.chat_messages from authenticated")
    put_right(_shipped.server)


def signed_in(server: LocalServer, folder: Path, *people: str) -> Project:
    """As the first of them."""
    for name in people:
        server.sign_up(name)
    shell = Shell(folder / "home")
    assert shell.login(server, people[0]).returncode == 0
    return Project(server, shell, folder)


def states(found: Lines) -> set[str]:
    return {line["state"] for line in found.values()}


def test_a_shipped_dialect_fits_what_its_sql_made_until_somebody_breaks_it(shipped: Project) -> None:
    before = shipped.count("chat_messages")
    code, found = shipped.check("direct")
    assert (code, states(found)) == (0, {"ok"}), found
    assert "supachat_describe" in found["description"]["words"]
    shipped.owner(
        "alter table chat_messages disable row level security",
        "drop policy supachat_public_direct_listen on realtime.messages",
        "drop function public.supachat_find_people(text)",
    )
    cures = shipped.failed("direct")
    assert set(cures) == {"table chat_messages", "topics", "functions"}
    assert "enable row level security" in cures["table chat_messages"]
    assert "supachat dialect sql direct" in cures["functions"]
    assert "supachat dialect sql direct" in cures["topics"]
    assert shipped.count("chat_messages") == before


def test_where_no_policy_lets_the_messages_be_read_that_is_said(shipped: Project) -> None:
    """The table is empty then, without an error: all was well, and the screen showed nothing."""
    shipped.owner("drop policy supachat_public_messages_read on public.chat_messages")
    cures = shipped.failed("direct")
    assert set(cures) == {"rows"}
    assert "tablename = 'chat_messages'" in cures["rows"]


def test_who_may_read_the_columns_that_are_read_may_read(shipped: Project) -> None:
    columns = ", ".join(catalog.load("direct").map.messages.columns)
    shipped.owner(
        "revoke select on public.chat_messages from authenticated, anon",
        f"grant select ({columns}) on public.chat_messages to authenticated",
    )
    assert shipped.check("direct")[1]["rows"]["state"] == "ok"


def test_where_the_server_counts_the_keys_no_right_is_said_to_be_missing(project: Project) -> None:
    project.owner("drop table public.chat_messages, public.chat_threads cascade")
    project.install("integer_keys")
    project.guess("--yes")
    _, found = project.check()
    assert found["writing"]["state"] == "note"
    assert "the server counts the messages' keys itself" in found["writing"]["words"]
    assert "grant" not in found["writing"]["cure"]


def test_a_room_without_threads_is_guessed_with_views_and_talked_in(project: Project) -> None:
    project.owner("drop table public.chat_messages, public.chat_threads cascade")
    project.install("one_room")
    assert "makes two views" in project.guess("--yes")
    again = project.shell.run("dialect", "guess", "--output", str(project.map))
    assert "is there already" in again.stderr
    assert "If dialect guess wrote SQL" in project.failed()["table guessed_messages"]
    project.owner(project.map.with_suffix(".sql").read_text("utf-8"))
    code, found = project.check()
    assert {
        name: (one["words"], one["cure"]) for name, one in found.items() if one["state"] == "failed"
    } == {}
    assert code == 0
    assert found["not null guessed_messages"]["words"] == "not known"


HURTS = (
    (
        "alter table direct_messages rename column body to words",
        "columns direct_messages",
        "add column body",
        "alter table direct_messages rename column words to body",
    ),
    (
        "alter table direct_messages alter column sent_at drop not null",
        "not null direct_messages",
        "alter column sent_at set not null",
        "alter table direct_messages alter column sent_at set not null",
    ),
    (
        "alter table direct_messages alter column sent_at drop default, alter column sent_at type text",
        "columns direct_messages",
        "type timestamptz",
        "alter table direct_messages alter column sent_at type timestamptz using sent_at::timestamptz,"
        " alter column sent_at set default now()",
    ),
    (
        "revoke select on direct_messages from authenticated",
        "table direct_messages",
        "grant select",
        "grant select on direct_messages to authenticated",
    ),
    (
        "alter table direct_messages rename to letters",
        "table direct_messages",
        "Mend the map",
        "alter table letters rename to direct_messages",
    ),
    ("drop policy say on direct_messages", "writing", "pg_policies", "select 1"),
)


def test_a_stranger_is_guessed_checked_hurt_and_mended(project: Project) -> None:
    project.owner("drop function public.supachat_describe()")
    project.install("conversation_participants")
    assert "messages.table" in project.guess()
    again = project.shell.run("dialect", "guess", "--output", str(project.map))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    publish = "alter publication supabase_realtime add table public.direct_messages;"
    assert project.failed() == {"publication direct_messages": publish}
    project.owner(publish)
    before = project.count("direct_messages")
    code, found = project.check()
    assert code == 0, found
    assert found["writing"]["words"] == "allowed (nothing was written)"
    assert found["identity direct_messages"]["words"] == "not known, nor whether row level security is on"
    assert "relreplident, relrowsecurity" in found["identity direct_messages"]["cure"]
    project.owner(catalog.describing("public").replace("begin;", "").replace("commit;", ""))
    code, found = project.check()
    assert (code, states(found)) == (0, {"ok"}), found
    for hurt, check, cure, mend in HURTS:
        project.owner(hurt)
        cures = project.failed()
        assert check in cures, hurt
        assert cure in cures[check]
        project.owner(mend)
    assert project.count("direct_messages") == before


def test_a_key_that_only_the_server_makes_is_probed_by_a_rollback_or_not_at_all(project: Project) -> None:
    project.install("integer_keys")
    project.guess()
    before = project.count("ticket_comments")
    _, found = project.check()
    assert found["writing"]["state"] != "failed", found["writing"]
    assert project.count("ticket_comments") == before


def test_questions_are_asked_on_a_terminal(project: Project) -> None:
    project.install("jsonb_payload")
    command = [sys.executable, "-m", "supachat", "dialect", "guess", "--output", str(project.map)]
    with Terminal(command, columns=120, lines=40, environ=project.shell.environ) as terminal:
        terminal.shows("Which table holds the messages?")
        terminal.type("chat_events\r")
        terminal.shows("Which column holds the text?")
        terminal.type("payload\r")
        terminal.shows("What is to stand in role")
        terminal.type("\r")
        assert terminal.wait(30) == 0
    made: dict[str, Any] = tomllib.loads(project.map.read_text("utf-8"))
    assert made["messages"]["body"] == "payload"
    assert made["send"]["params"]["role"] == "user"


def test_nobody_signed_in(server: LocalServer, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    project = {"SUPACHAT_URL": server.url, "SUPACHAT_KEY": server.key}
    done = shell.run("dialect", "check", "direct", **project)
    assert done.returncode == 1
    assert "supachat login" in done.stdout
    done = shell.run("dialect", "guess", "--output", str(tmp_path / "x.toml"), **project)
    assert done.returncode == 1
    assert "supachat login" in done.stderr
    assert not (tmp_path / "x.toml").exists()


def test_maps_are_shown_key_by_key(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    shown = shell.run("dialect", "show", "direct")
    assert shown.returncode == 0
    assert '  table = "chat_messages"' in shown.stdout
    assert "- edited" in shown.stdout
    assert "The longest message, in bytes of UTF-8." in shown.stdout
    grammar = shell.run("dialect", "show", "--grammar").stdout
    assert "[[changes]]" in grammar
    assert "chat_messages" not in grammar
    assert shell.run("dialect", "show").returncode == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\nlabel = "X"\n[messages]\ntabel = "m"\n', "utf-8")
    refused = shell.run("dialect", "show", str(wrong))
    assert refused.returncode == 1
    assert "wrong.toml, line" in refused.stderr


def test_sql_is_printed_for_a_schema(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    assert (
        "create table if not exists chat.chat_messages"
        in shell.run("dialect", "sql", "direct", "--schema", "chat").stdout
    )
    described = shell.run("dialect", "sql", "--describe", "--schema", "chat").stdout
    assert "create or replace function chat.supachat_describe()" in described
    assert "create table" not in described
    assert shell.run("dialect", "sql", "direct", "--schema", "auth").returncode == 1
    assert shell.run("dialect", "sql", "--describe", "--schema", "x; drop").returncode == 1
