"""The doctor's own rules: order, needs, deadlines, what a terminal said, what a probe may send."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from supachat.assemble.examine import Dialect
from supachat.cli.doctor import plain_lines, summary
from supachat.dialects import catalog
from supachat.dialects.calls import Insert, Rpc
from supachat.doctor.findings import Check, Finding, Grade, Note, Trouble, Unseen, carry_out
from supachat.doctor.machine import Machine
from supachat.doctor.network import key_kind, where_to_look
from supachat.doctor.project import ends_in, harmless
from supachat.doctor.terminal import QUESTIONS, Answers, Terminal, colours, understood
from supachat.domain.errors import Unreachable
from supachat.domain.model import Cursor, Micros, Thread, ThreadKey
from supachat.domain.text import Safe

ALL = Answers(wide=2, marked=1, kitty=True, osc=True, at_once=True, spoke=True)
DA1 = "\x1b[?62;4c"


async def well() -> str:
    return "well"


async def hangs() -> str:
    await asyncio.Event().wait()
    return "never"


def raises(error: Exception) -> Check:
    async def run() -> str:
        raise error

    return Check("x", run)


async def found(*checks: Check, known: tuple[Finding, ...] = ()) -> list[Finding]:
    return [one async for one in carry_out(checks, known)]


# ---------------------------------------------------------------- findings


@pytest.mark.parametrize(
    ("error", "grade", "words", "cure"),
    [
        (Trouble("it is broken", "mend it"), Grade.FAILED, "it is broken", "mend it"),
        (Note("odd"), Grade.NOTE, "odd", ""),
        (Unseen("it is dark"), Grade.SKIPPED, "not checked, because it is dark", ""),
        (Unreachable("no answer", cure="wait"), Grade.FAILED, "no answer", "wait"),
        (KeyError("secret"), Grade.FAILED, "the check itself broke (KeyError)", "Please report it"),
        (Trouble("evil \x1b[2J", "a\nb\x07"), Grade.FAILED, "evil ␛[2J", "a\nb␇"),
    ],
)
async def test_what_a_check_raises_is_a_line(error: Exception, grade: Grade, words: str, cure: str) -> None:
    assert await found(raises(error)) == [Finding("x", grade, Safe(words), Safe(cure))]


async def test_a_check_that_hangs_ends_at_its_deadline_and_the_others_do_not_wait() -> None:
    slow, quick = Check("slow", hangs, seconds=0.05), Check("quick", well)
    lines = await found(slow, quick)
    assert [(one.check, one.grade) for one in lines] == [("slow", Grade.FAILED), ("quick", Grade.OK)]
    assert "no answer within 0.05 s" in lines[0].words


async def test_independent_checks_run_at_once() -> None:
    met = asyncio.Barrier(3)

    async def meet() -> str:
        await met.wait()
        return "met"

    lines = await found(*(Check(name, meet, seconds=5) for name in "abc"))
    assert [one.words for one in lines] == ["met"] * 3


async def test_what_needs_a_failed_check_says_which_also_farther_down() -> None:
    lines = await found(
        raises(Trouble("no")), Check("y", well, ("x",)), Check("z", well, ("y",)), Check("free", well)
    )
    assert [one.grade for one in lines] == [Grade.FAILED, Grade.SKIPPED, Grade.SKIPPED, Grade.OK]
    assert {one.words for one in lines[1:3]} == {"not checked, because x failed"}


async def test_a_note_stops_nobody_and_an_earlier_round_counts() -> None:
    note = Finding("earlier", Grade.NOTE, Safe("odd"))
    assert [one.grade for one in await found(Check("y", well, ("earlier",)), known=(note,))] == [Grade.OK]


# ---------------------------------------------------------------- words


def test_lines_are_aligned_and_a_cure_stands_below() -> None:
    lines = plain_lines(Finding("rows", Grade.FAILED, Safe("not there"), Safe("run\nthis")))
    assert lines == [
        "rows         FAILED  not there",
        "                     > run",
        "                     > this",
    ]
    assert plain_lines(Finding("publication", Grade.OK, Safe("x")))[0].index("x") == lines[0].index("not")


def test_the_last_line_counts() -> None:
    assert "2 failed" in summary(2, 1)
    assert "All is well" in summary(0, 0)
    assert "noted" in summary(0, 1)


@pytest.mark.parametrize(
    ("key", "kind"),
    [("sb_publishable_x", "a publishable key"), ("eyJx.y.z", "an anon key"), ("hm", "unknown kind")],
)
def test_a_key_is_told_by_its_kind_and_never_shown(key: str, kind: str) -> None:
    assert kind in key_kind(key)
    assert key not in key_kind(key)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://abcdefghijklmnopqrst.supabase.co", True),
        ("http://127.0.0.1:54321", False),
        ("https://supabase.co.example.org", False),
    ],
)
def test_only_a_hosted_project_is_sent_to_the_status_page(url: str, page: bool) -> None:
    assert ("https://status.supabase.com" in where_to_look(url)) is page


def test_a_token_says_when_it_ends() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1300}).encode()).decode().rstrip("=")
    assert ends_in(f"x.{claims}.y", 1000.0) == 300.0
    for odd in ("", "x.y", "x.!!.y", f"x.{base64.urlsafe_b64encode(b'[]').decode()}.y"):
        assert ends_in(odd, 1000.0) is None


# ---------------------------------------------------------------- the terminal


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (DA1, Answers(spoke=True)),
        (
            f"\x1b[5;3R\x1b[5;2R\x1b[?1u\x1b]11;rgb:0/0/0\x1b\\\x1b[?2026;2$y{DA1}",
            Answers(2, 1, True, True, True, True),
        ),
        (f"\x1b[5;2R\x1b[5;3R\x1b[?2026;0$y{DA1}", Answers(1, 2, spoke=True)),
        ("", Answers()),
        ("\x1b[5;3R half an ans", Answers(wide=2)),
    ],
)
def test_what_a_terminal_answers(text: str, answers: Answers) -> None:
    assert understood(text) == answers


def test_the_last_question_is_one_that_every_terminal_answers() -> None:
    assert QUESTIONS.endswith("\x1b[c")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "true colour"),
        ({"TERM": "tmux-256color"}, "256 colours"),
        ({"TERM": "linux"}, "16"),
    ],
)
def test_colours_by_the_environment(environ: dict[str, str], words: str) -> None:
    assert colours(environ) == words


async def test_a_dumb_terminal_fails_and_a_pipe_is_not_asked(capfd: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal({"TERM": "dumb"}, tty=False)
    with pytest.raises(Trouble, match="dumb"):
        await terminal.colours()
    assert "no terminal" in await terminal.keys()
    assert "no terminal" in await terminal.osc()
    assert capfd.readouterr().out == ""


# ---------------------------------------------------------------- this computer


def machine(home: Path, **environ: str) -> Machine:
    return Machine(None, "memory", {"SUPACHAT_HOME": str(home), **environ})


def write_settings(home: Path, text: str) -> Path:
    path = home / "config" / "supachat.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


async def test_settings_that_cannot_be_used_name_the_line(tmp_path: Path) -> None:
    write_settings(tmp_path, "vault = 'cellar'\n")
    with pytest.raises(Trouble, match="line 1"):
        await machine(tmp_path).settings()


async def test_settings_that_others_may_write(tmp_path: Path) -> None:
    path = write_settings(tmp_path, "")
    path.chmod(0o666)
    with pytest.raises(Trouble) as raised:
        await machine(tmp_path).settings()
    assert raised.value.cure == f"chmod go-w '{path}'"


async def test_a_secret_key_in_the_settings(tmp_path: Path) -> None:
    write_settings(tmp_path, '[workspaces.x]\nurl = "https://x.example.org"\nkey = "sb_secret_abc"\n')
    with pytest.raises(Trouble, match="secret key") as raised:
        await machine(tmp_path).settings()
    assert "sb_secret_abc" not in raised.value.words + raised.value.cure


async def test_no_workspace(tmp_path: Path) -> None:
    here = machine(tmp_path)
    await here.settings()
    with pytest.raises(Trouble, match="no workspace") as raised:
        await here.choose()
    assert "supachat login" in raised.value.cure


async def test_a_file_that_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "data" / "x.db"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o644)
    with pytest.raises(Trouble) as raised:
        await machine(tmp_path).files()
    assert raised.value.cure == f"chmod 600 '{path}'"
    path.chmod(0o600)
    assert "1 files" in await machine(tmp_path).files()


async def test_a_keyring_that_was_asked_for_and_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    here = Machine(None, "auto", project_of(tmp_path))
    await here.settings()
    await here.choose()
    with pytest.raises(Trouble, match="memory") as raised:
        await here.vault()
    assert "--vault file" in raised.value.cure


async def test_a_session_file_that_others_may_read(tmp_path: Path) -> None:
    here = Machine(None, "file", project_of(tmp_path))
    await here.settings()
    await here.choose()
    path = tmp_path / "state"
    path.mkdir()
    assert "file: " in await here.vault()
    from supachat.assemble.examine import look_into_vault

    seen = await look_into_vault(here.desk, here.workspace)
    await seen.vault.save("refresh", "user")
    (kept,) = path.glob("*.session")
    kept.chmod(0o644)
    lines = await found(Check("vault", here.vault))
    assert lines[0].grade is Grade.FAILED
    assert "chmod 600" in lines[0].cure


async def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    here = Machine(None, "memory", {**project_of(tmp_path), "SUPACHAT_DIALECT": "./nowhere.toml"})
    await here.settings()
    await here.choose()
    assert "nowhere.toml" in (await found(Check("dialects", here.read_dialects)))[0].words


def project_of(home: Path) -> dict[str, str]:
    return {
        "SUPACHAT_HOME": str(home),
        "SUPACHAT_URL": "http://127.0.0.1:9",
        "SUPACHAT_KEY": "sb_publishable_x",
    }


# ---------------------------------------------------------------- a probe that leaves no row


@pytest.fixture
def direct() -> Dialect:
    return catalog.load("direct")


def thread(last: bool) -> Thread:
    at = Cursor(Micros(1), "00000000-0000-4000-8000-000000000001")
    return Thread(ThreadKey("direct", "a__b"), Safe("b"), last=at if last else None)


def test_an_insert_loses_its_key(direct: Dialect) -> None:
    call = harmless(Insert("t", {direct.map.messages.key: "1", "body": "x"}), direct, thread(True))
    assert isinstance(call, Insert)
    assert call.row[direct.map.messages.key] is None


def test_our_own_function_is_given_an_id_that_is_taken(direct: Dialect) -> None:
    call = Rpc("f")
    assert harmless(call, direct, thread(True)) is call
    with pytest.raises(Unseen, match="no message yet"):
        harmless(call, direct, thread(False))


def test_a_function_that_nobody_knows_is_not_called(direct: Dialect) -> None:
    foreign = Dialect(direct.map.model_copy(update={"name": "foreign"}))
    with pytest.raises(Unseen, match="only sending would show it"):
        harmless(Rpc("f"), foreign, thread(True))
