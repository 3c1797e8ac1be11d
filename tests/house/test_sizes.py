"""Small pieces: files of at most 300 lines (tests 400), functions of at most 45, no name that says nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    path
    for folder in ("presave_app", "jobs", "bench", "bin")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_stays_small_and_says_what_it_is(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 300
    assert ast.get_docstring(ast.parse(source))
    assert not path.stem.endswith(("utils", "helpers_", "misc", "common"))


def test_a_test_file_stays_small() -> None:
    assert [path for path in (ROOT / "tests").rglob("*.py") if path.read_text().count("\n") > 400] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_function_stays_small(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 45, f"{node.name}: {length} lines"
