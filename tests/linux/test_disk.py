"""A disk that is too small, full or read-only: said in words, nothing corrupted, healed without a hand."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What one server's life on a small disk was like."""
    folder = tmp_path_factory.mktemp("disk")
    command = ["unshare", "-rm", sys.executable, "-m", "tests.linux.disk", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    seen: Seen = json.loads(done.stdout)
    return seen


def _said(seen: Seen, *words: str) -> None:
    assert (seen["started"], seen["code"]) == (False, 1)
    assert all(word in seen["words"] for word in words), seen["words"]
    assert "Traceback" not in seen["words"]


def test_a_disk_that_is_too_small_for_a_new_project(life: Seen) -> None:
    _said(life["too_small"], "could not make its data folder", "No space left on device")
    assert life["too_small"]["left"] == []
    assert life["grown"] == {"started": True, "code": 0}


def test_a_read_only_disk(life: Seen) -> None:
    _said(life["read_only"], "read-only", "What is in it is untouched", "--data-dir")


def test_a_migration_that_does_not_fit_changes_nothing_and_is_run_once_it_fits(life: Seen) -> None:
    _said(life["migration"], "20260102000000_heavy.sql", "No space left on device")
    assert (life["migration"]["then"], life["migration"]["then_code"]) == (1, 0)


def test_a_disk_that_fills_up_under_a_running_server(life: Seen) -> None:
    seen = life["running"]
    assert seen["refusal"] == 503
    assert "No space left on device" in seen["reason"]
    assert seen["stood_still"]
    assert "Nothing that was acknowledged is lost" in seen["words"]
    assert "There is room again" in seen["words"]
    assert "Traceback" not in seen["words"]
    assert (seen["healed"], seen["after"], seen["kept"]) == (True, 201, True)
    assert (seen["ended"], seen["code"]) == (None, 0)


def test_nothing_that_was_acknowledged_is_ever_lost(life: Seen) -> None:
    assert life["last"] == {"kept": True, "rows": 3, "code": 0}
