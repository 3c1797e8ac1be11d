"""Procfile and app.json: what they start and name is there."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest
from local.environment import ROOT

PROCESSES = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
APP = json.loads((ROOT / "app.json").read_text())


def test_the_processes_are_the_four_of_an_installation() -> None:
    assert list(PROCESSES) == ["release", "web", "worker", "clock"]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_names_only_modules_that_exist(name: str) -> None:
    modules = re.findall(r"(?:-m |--app |\s)([a-z_.]+)(?::app)?(?=\s|$)", PROCESSES[name])
    ours = [module for module in modules if module.split(".")[0] in ("jobs", "wsgi", "presave_app")]
    assert ours
    for module in ours:
        assert importlib.util.find_spec(module), module


def test_the_web_server_knows_every_option() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "granian", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for option in re.findall(r"--[a-z-]+", PROCESSES["web"]):
        assert f"{option} " in shown, option


def test_the_formation_is_of_the_procfile() -> None:
    assert set(APP["formation"]) == set(PROCESSES) - {"release"}


@pytest.mark.parametrize("name", APP["env"])
def test_each_setting_is_explained_and_known(name: str) -> None:
    assert APP["env"][name]["description"].endswith((".", '"'))
    sources = "".join(path.read_text() for path in (ROOT / "presave_app").rglob("*.py"))
    assert name in sources
