"""The doctor's own rules: order, needs, deadlines, words, what a terminal said."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from types import SimpleNamespace
from typing import cast

import pytest
from tests.unit.doctor_checks import found, hangs, raises, well

from supachat.cli.doctor import plain_lines, summary
from supachat.dialects.calls import Topic
from supachat.doctor.findings import AGAIN, Check, Finding, Grade, Note, Trouble, Unseen
from supachat.doctor.machine import Machine
from supachat.doctor.network import key_kind, where_to_look
from supachat.doctor.project import Reader, ends_in
from supachat.doctor.terminal import QUESTIONS, Answers, Terminal, colours, understood
from supachat.domain.errors import ServerTrouble, Unreachable
from supachat.domain.text import Safe

ALL = Answers(wide=2, marked=1, kitty=True, osc=True, at_once=True, spoke=True)
DA1 = "\x1b[?62;4c"

# ---------------------------------------------------------------- findings


@pytest.mark.parametrize(
    ("error", "grade", "words", "cure"),
    [
        (Trouble("it is broken", "mend it"), Grade.FAILED, "it is broken", "mend it"),
        (Note("odd"), Grade.NOTE, "odd", ""),
        (Unseen("it is dark"), Grade.SKIPPED, "not checked, because it is dark", ""),
        (Unreachable("no answer", cure="wait"), Grade.FAILED, "no answer", "wait"),
        (ServerTrouble("the server has trouble"), Grade.FAILED, "the server has trouble", AGAIN),
        (KeyError("secret"), Grade.FAILED, "the check itself broke (KeyError)", "Please report it"),
        (Trouble("evil \x1b[2J", "a\nb\x07"), Grade.FAILED, "evil ␛[2J", "a\nb␇"),
    ],
)
async def test_what_a_check_raises_is_a_line(error: Exception, grade: Grade, words: str, cure: str) -> None:
    assert await found(raises(error)) == [Finding("x", grade, Safe(words), Safe(cure))]


async def test_a_way_to_realtime_that_is_shut_names_what_may_shut_it() -> None:
    async def shut(topic: Topic, patience: float) -> None:
        raise ServerTrouble("realtime cannot be reached: the server answered 503")

    machine = SimpleNamespace(examiner=lambda *, signed_in: SimpleNamespace(join=shut))
    with pytest.raises(Trouble, match="the server answered 503") as told:
        await Reader(cast("Machine", machine)).join(Topic("room"))
    assert "websocket" in told.value.cure


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


async def test_an_output_that_is_not_utf_8_says_how_to_make_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    with pytest.raises(Trouble, match="speaks latin1, not UTF-8") as raised:
        await Terminal({"TERM": "xterm"}, tty=False).width()
    assert raised.value.cure == "export LC_ALL=C.UTF-8"
