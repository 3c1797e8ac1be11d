"""A second demo in the same folder says in one line where the first one is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from local.environment import ROOT
from local.errors import LaunchError
from local.lock import only_one

HOLD = """
import sys
from pathlib import Path
from local.lock import only_one
with only_one(Path(sys.argv[1])) as note:
    note("http://127.0.0.1:5000")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_lock_names_address_and_pid(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bin")}
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LaunchError) as refusal, only_one(path):
            pass
        holder.kill()
    said = str(refusal.value)
    assert f"already running here at http://127.0.0.1:5000 (pid {holder.pid})" in said
    assert "\n" not in said


def test_a_lock_is_free_again_after_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "demo.lock"
    for _ in range(2):
        with only_one(path) as note:
            note("http://127.0.0.1:5000")
