"""The house's walls: imports go downwards only, and some acts have one home."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from presave_app.streaming import registry
from presave_app.streaming.link_services import LINK_SERVICES

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "presave_app"

# From the cellar to the roof: a module may import its own line and the lines above it in this list.
LAYERS = (
    ("lib",),
    ("settings", "extensions", "transaction", "queue", "mail"),
    ("streaming",),
    ("teams",),
    ("campaigns",),
    ("presaves", "reminders"),
    ("releases",),
    ("counts",),
    ("privacy", "fanpage", "services", "transfer", "api", "rehearsals"),
    ("hypermedia", "kept_form", "access", "error_pages", "security_headers", "views", "front", "ops", "preflight"),
    ("tables", "site_map", "presave_app"),
)
# Modules that speak HTTP or the command line stand at the edge, whatever package they lie in.
EDGE_NAMES = {
    "views.py",
    "forms.py",
    "field_view.py",
    "form_saving.py",
    "commands.py",
    "artist_views.py",
    "list_page.py",
    "sign_in_page.py",
    "live_link_views.py",
    "keeping_views.py",
    "connecting.py",
    "mine.py",
    "inside_views.py",
}


def modules() -> list[Path]:
    return [p for p in sorted(APP.rglob("*.py")) if not {"migrations", "sandbox"} & set(p.relative_to(APP).parts)]


def layer_of(relative: str) -> int:
    name = relative.rsplit("/", 1)[-1]
    if name in EDGE_NAMES or name.endswith("_views.py"):
        return _layer_named("views")
    return _layer_named(relative.split("/")[0].removesuffix(".py").replace("__init__", "presave_app"))


def _layer_named(name: str) -> int:
    (found,) = (place for place, names in enumerate(LAYERS) if name in names)
    return found


def imported_files(path: Path) -> Iterator[str]:
    """What a file imports of the app, as paths below presave_app."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("presave_app"):
            for alias in node.names:
                yield _file_of(node.module, alias.name)


def _file_of(module: str, name: str) -> str:
    folder = ROOT / module.replace(".", "/")
    for candidate in (folder / f"{name}.py", folder / name / "__init__.py", folder.with_suffix(".py")):
        if candidate.exists():
            return candidate.relative_to(APP).as_posix()
    return (folder / "__init__.py").relative_to(APP).as_posix()


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(APP).as_posix())
def test_imports_go_downwards(path: Path) -> None:
    own = layer_of(path.relative_to(APP).as_posix())
    upwards = [target for target in imported_files(path) if layer_of(target) > own]
    assert upwards == []


def test_the_app_never_imports_jobs() -> None:
    for path in modules():
        names = [getattr(node, "module", "") or "" for node in ast.walk(ast.parse(path.read_text()))]
        assert not [name for name in names if name == "jobs" or name.startswith("jobs.")], path


def test_the_sandbox_meets_the_app_only_over_http() -> None:
    for path in sorted((APP / "sandbox").rglob("*.py")):
        foreign = [target for target in imported_files(path) if not target.startswith(("sandbox/", "lib/"))]
        assert foreign == [], path


@pytest.mark.parametrize(
    ("act", "homes"),
    [
        (".commit()", {"transaction.py"}),
        ("os.environ", {"settings.py", "__init__.py", "campaigns/picture_process.py", "rehearsals/processes.py"}),
        ("datetime.now(", {"lib/clock.py"}),
        ("HX-", {"hypermedia.py"}),
        ("requests.Session", {"streaming/http.py"}),
        ("smtplib.SMTP(", {"mail.py"}),
        (
            "token_keys.open(",
            {
                "presaves/grants.py",
                "presaves/flows.py",
                "reminders/addresses.py",
                "services/connection_test.py",
                "teams/second_step.py",
            },
        ),
        ("enqueue(", {"queue.py"}),
    ],
)
def test_some_acts_have_one_home(act: str, homes: set[str]) -> None:
    places = {p.relative_to(APP).as_posix() for p in modules() if act in _code_of(p)}
    assert places <= homes


@pytest.mark.parametrize("service", [options.service for options in registry.OPTIONS])
def test_no_service_is_named_outside_its_files(service: str) -> None:
    """Its files begin with its name: a service may need more than one, and its public catalogue may be a look-up."""
    name = service.replace("-", "_")
    own = (f"streaming/{name}", f"streaming/lookups/{name}")
    assert [place for place in _places_that_name(service) if not place.startswith(own)] == []


@pytest.mark.parametrize("service", [known.service for known in LINK_SERVICES])
def test_no_service_of_links_is_named_outside_its_list(service: str) -> None:
    assert _places_that_name(service) == ["streaming/link_services.py"]


def _places_that_name(service: str) -> list[str]:
    name = re.compile(rf"\b{service.replace('-', '[-_]')}\b")
    places = (path.relative_to(APP).as_posix() for path in modules() if name.search(_code_of(path).lower()))
    return [place for place in places if place != "streaming/registry.py"]


def _code_of(path: Path) -> str:
    """The file without its docstrings and comments."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0] = ast.Pass()
    return ast.unparse(tree)
