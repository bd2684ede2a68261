"""These tests need a user namespace of their own with mounts in it. Where that cannot be had, they are not
collected at all: `make test` runs them on any Linux that lets people unshare."""

from __future__ import annotations

import shutil
import subprocess
import tempfile


def may_mount() -> bool:
    """Whether a plain person may mount a small disk here, for a process and its children alone."""
    if shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", folder]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


collect_ignore_glob = [] if may_mount() else ["test_*.py"]
