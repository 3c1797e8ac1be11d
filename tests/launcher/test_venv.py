"""The way into .venv: made on a bare copy, skipped afterwards, clean of what the person's shell carries."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from local.environment import ROOT, own_environment

PROBE = '''
"""Says where it runs."""
import os, sys
def main(arguments):
    print("inside", sys.prefix, arguments, sorted(name for name in os.environ if name.startswith("PYTHON")))
    return 7
'''
STUBS = ("demo", "test", "lint")


@pytest.fixture(scope="module")
def bare_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the launcher alone, with nothing to install and a probe instead of the work."""
    copy = tmp_path_factory.mktemp("copy").resolve()
    shutil.copytree(ROOT / "bin", copy / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "requirements-local.txt", "requirements-test.txt"):
        (copy / name).write_text("")
    (copy / "bin" / "local" / "lint.py").write_text(PROBE)
    return copy


def start(copy: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(copy), **extra}
    command = [getattr(sys, "_base_executable", sys.executable), str(copy / "bin" / "lint"), "an argument"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_bare_copy_prepares_itself_and_only_once(bare_copy: Path) -> None:
    first = start(bare_copy)
    assert "Making a virtual environment" in first.stdout, first.stderr
    second = start(bare_copy, VIRTUAL_ENV="/foreign", PYTHONPATH="/foreign", PYTHONWARNINGS="error")
    assert second.stdout.splitlines() == [f"inside {bare_copy / '.venv'} ['an argument'] []"]
    assert second.returncode == 7

    # Changed pins are installed into the same environment; a pip that fails shows what it said.
    (bare_copy / "requirements-test.txt").write_text("nothing-like-this==1.0\n")
    third = start(bare_copy, PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert third.returncode == 1
    assert "Installing requirements-test.txt" in third.stdout
    assert "Making" not in third.stdout
    assert "nothing-like-this" in third.stderr
    assert third.stderr.endswith("pip failed.\n")


def test_a_python_without_ensurepip_names_the_package(bare_copy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(bare_copy, other, ignore=shutil.ignore_patterns(".venv"))
    code = (
        "import sys; sys.modules['ensurepip'] = None; sys.path.insert(0, 'bin')\n"
        "from local.start import run\n"
        "sys.exit(run('requirements-test.txt', 'lint'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=other, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


@pytest.mark.parametrize("name", [*STUBS, "local/python.py"])
def test_an_old_python_can_read_the_way_in(name: str) -> None:
    ast.parse((ROOT / "bin" / name).read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("name", [*STUBS, "pin"])
def test_programs_are_executable(name: str) -> None:
    assert os.access(ROOT / "bin" / name, os.X_OK)


def test_settings_of_pip_stay_but_not_its_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "9")
    monkeypatch.setenv("VIRTUAL_ENV", "/foreign")
    monkeypatch.setenv("PATH", "/foreign/bin:/usr/bin")
    environment = own_environment()
    assert "PIP_TARGET" not in environment
    assert environment["PIP_DEFAULT_TIMEOUT"] == "9"
    assert environment["PATH"] == f"{ROOT / '.venv' / 'bin'}:/usr/bin"
