"""The demo's processes: heard under their names, missed when they die, ended to the last child."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from local import processes
from local.company import Company

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# A parent whose child holds the same output open, like a worker and its children.
PARENT = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path, os.environ)
    yield company
    company.stop()


def is_running(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.strip().startswith("Z")


def test_lines_carry_the_name_of_who_said_them(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.start("web", [sys.executable, "-c", "print('one'); print('zwei ü')"])
    assert company.first_death(5)
    said = ""
    deadline = time.monotonic() + 5
    while "zwei" not in said and time.monotonic() < deadline:
        said += capsys.readouterr().out
    assert said == "web     | one\nweb     | zwei ü\n"


def test_a_death_is_noticed_though_a_child_holds_the_output(company: Company) -> None:
    member = company.start("worker", [sys.executable, "-c", "import subprocess; subprocess.Popen(['sleep', '60'])"])
    dead = company.first_death(5)
    assert dead is member


def test_who_may_end_is_not_missed(company: Company) -> None:
    member = company.start("crowd", [sys.executable, "-c", ""], may_end=True)
    member.process.wait()
    assert company.first_death(0.2) is None


def test_stopping_goes_in_reverse_order(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [company.start(name, SLEEP) for name in ("web", "worker", "clock")]
    ended: list[int] = []
    end = processes.end
    monkeypatch.setattr(processes, "end", lambda process: (ended.append(process.pid), end(process)))
    company.stop()
    asked = [pid for number, pid in enumerate(ended) if pid not in ended[:number]]
    assert asked == [member.process.pid for member in reversed(members)]


def test_a_killed_leader_takes_its_children_along() -> None:
    process = processes.start([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdin
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    assert is_running(child)
    processes.end(process)
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)
    process.stdout.close()
    process.stdin.close()


def test_who_does_not_listen_is_killed() -> None:
    process = processes.start([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    processes.end(process, seconds=0.2)
    assert process.returncode == -signal.SIGKILL
    process.stdout.close()
