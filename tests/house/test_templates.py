"""Templates: each compiles, a partial has one root with an id, nothing runs or is styled inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

FOLDER = Path(__file__).resolve().parents[2] / "presave_app" / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
PARTIALS = [name for name in TEMPLATES if Path(name).name.startswith("_")]
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
    "use",
    "path",
}
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


class Roots(HTMLParser):
    """The elements that stand at the top of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.found.append(dict(attrs))
        if tag not in VOID:
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.found.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.depth -= 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str, app: Flask) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", PARTIALS)
def test_a_partial_has_one_root_with_an_id(name: str) -> None:
    roots = Roots()
    roots.feed(_JINJA.sub("x", (FOLDER / name).read_text()))
    assert len(roots.found) == 1
    assert roots.found[0].get("id")


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_inline(name: str) -> None:
    source = (FOLDER / name).read_text()
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|hx-on|javascript:|<style|\|\s*safe", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


@pytest.mark.parametrize("name", TEMPLATES)
def test_htmx_links_and_forms_work_without_it(name: str) -> None:
    for tag in re.findall(r"<(?:a|form)\b[^>]*\bhx-(?:get|post)=[^>]*>", (FOLDER / name).read_text(), re.DOTALL):
        assert re.search(r"\b(?:href|action)=", tag), tag
