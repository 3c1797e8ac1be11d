"""The pins: the same in all three files, each with hashes, with no word about where they came from."""

import re
import tomllib

import pytest
from local.environment import CONTAINS, ROOT

PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)", re.IGNORECASE)


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return {found[1]: found[2] for found in map(PIN.match, lines) if found}


def blocks(name: str) -> list[str]:
    """Each requirement with the lines that belong to it."""
    body = "\n".join(line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#"))
    return [block for block in re.split(r"\n(?=\S)", body) if block.strip()]


def declared() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("name", CONTAINS)
def test_a_smaller_file_is_part_of_the_larger(name: str) -> None:
    for smaller in CONTAINS[name]:
        assert pins(smaller).items() <= pins(name).items()


@pytest.mark.parametrize("name", CONTAINS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    for block in blocks(name):
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("name", CONTAINS)
def test_no_index_and_no_path_is_named(name: str) -> None:
    content = (ROOT / name).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|(?m:^[./])", content)


def test_each_file_has_what_was_asked_for() -> None:
    wanted = declared()
    assert names(wanted[""]) <= pins("requirements.txt").keys()
    assert names(wanted["local"]) <= pins("requirements-local.txt").keys()
    assert names(wanted["test"]) <= pins("requirements-test.txt").keys()


def test_production_has_neither_wheels_with_servers_nor_test_tools() -> None:
    extra = names(declared()["local"] + declared()["test"])
    assert not extra & pins("requirements.txt").keys()
