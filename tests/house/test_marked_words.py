"""No sentence that fans read stands in a template, a module or a script without being marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

APP = Path(__file__).resolve().parents[2] / "presave_app"
TEMPLATES = [
    path
    for folder in ("fanpage", "privacy", "reminders", "counts", "layout")
    for path in (APP / "templates" / folder).rglob("*.html")
]
WORKSPACE = {"workspace.html", "base.html"}
MODULES = {
    "counts": ("stage", "tally"),
    "fanpage": ("connecting", "mine", "poster", "receipt", "stops", "words"),
    "presaves": ("states",),
    "privacy": ("consent", "facts"),
    "reminders": ("calendar", "message", "pushing", "typed", "words"),
}
PATHS = [APP / "error_pages.py", *(APP / folder / f"{name}.py" for folder, names in MODULES.items() for name in names)]
SCRIPTS = ("fan.js", "reminders.js", "musickit_sign_in.js", "push.js")
READ_ALOUD = {"alt", "aria-label", "placeholder", "title"}
# Whatever is handed to these is either marked or for no reader.
SAY = {"say", "say_count", "marked"}
NO_WORDS = {*SAY, "text", "url_for", "info", "warning", "error", "ValueError", "refuse_inside"}
# Headers, htmx's triggers, and the answer to a host that is not ours, for which no page can be drawn.
NOT_READ = {"Topic", "Urgency", "Lax", "private, no-store", "every 2s", "every 3s", "every 5s", "load delay:"} | {
    "This address is not served here.\n"
}

PARSER = Environment(autoescape=True)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# What is filled in stands as an x.
_LETTERS = re.compile(r"[A-Za-wyz]{2,}")
_SENTENCE = re.compile(r"[A-Z][a-z]+[.?!]?\Z|[A-Za-z{][\w'{}]*,? \S*[A-Za-z]")
_IN_BETWEEN = re.compile(r"[A-Za-z]{2,} | [A-Za-z]{2,}|: [A-Z]")


class Visible(HTMLParser):
    """What a reader sees or hears of a template, without what is filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = READ_ALOUD | ({"content"} if given.get("name") == "description" else set())
        self.found += [value for name, value in attrs if name in names and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def bare_text(template: str) -> list[str]:
    parser = Visible()
    parser.feed(_JINJA.sub("x", template))
    return [text.strip() for text in parser.found if _LETTERS.search(text)]


def bare_constants(node: nodes.Node) -> Iterator[str]:
    """Sentences among a template's constants that are not handed to `say`."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in NO_WORDS:
        for value in node.kwargs:
            yield from bare_constants(value)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and _SENTENCE.match(node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from bare_constants(child)


def bare_literals(node: ast.AST) -> Iterator[str]:
    """Sentences among a module's literals that are not handed to `say`; docstrings are none."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in NO_WORDS:
        for value in node.keywords:
            yield from bare_literals(value)
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr):
        yield from (text for text in _fixed_parts(node) if _IN_BETWEEN.search(text))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SENTENCE.match(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from bare_literals(child)


def _fixed_parts(node: ast.JoinedStr) -> Iterator[str]:
    return (str(part.value) for part in node.values if isinstance(part, ast.Constant))


def without_comments(script: str) -> str:
    return re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "path",
    [path for path in TEMPLATES if path.name not in WORKSPACE],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    source = path.read_text()
    assert bare_text(source) == []
    assert list(bare_constants(PARSER.parse(source))) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_has_no_words_of_its_own(path: Path) -> None:
    assert set(bare_literals(ast.parse(path.read_text()))) - NOT_READ == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_no_words_of_its_own(name: str) -> None:
    script = without_comments((APP / "static" / "js" / name).read_text())
    assert re.findall(r'"[A-Z][a-z]+[^"\n]*[ .][^"\n]*"|`[A-Z][^`]* [^`]*`', script) == []


def test_words_without_a_mark_are_noticed() -> None:
    assert bare_text('<p>{{ x }} Out now</p><img alt="Artwork of {{ x }}">') == ["x Out now", "Artwork of x"]
    template = '{{ "Out now" if x else say("Play") }}{{ draw.service(offer, "we remind you") }}'
    assert list(bare_constants(PARSER.parse(template))) == ["Out now", "we remind you"]
    module = 'a = say("Out now")\nb = f"{a} is out"\nc = {"x": "We look again."}'
    assert list(bare_literals(ast.parse(module))) == [" is out", "We look again."]
