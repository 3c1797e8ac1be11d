"""Every sentence is translated into every language, with the same places in it, and the compiled files are current."""

from __future__ import annotations

import ast
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from local import words

from presave_app.lib.languages import LANGUAGES, SOURCE
from presave_app.streaming.registry import SERVICES

PATHS = words.catalogue_paths()


@cache
def source() -> Catalog:
    return words.source_catalogue()


def forms(message: Message) -> list[str]:
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return [text or "" for text in texts]


def english(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def language_of(path: Path) -> str:
    return path.parent.parent.name


def marked_in(module: str) -> set[str]:
    """What a module hands to `say` and `marked`, wherever the call stands."""
    calls = (node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Call))
    said = (call.args[:1] for call in calls if getattr(call.func, "id", "") in ("say", "marked"))
    return {arg.value for args in said for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}


def test_all_that_is_marked_is_gathered() -> None:
    """A mark inside another call's arguments is passed over by what gathers them."""
    gathered = {str(message.id) for message in source()} | {""}
    modules = (path.read_text() for path in words.APP.rglob("*.py") if "sandbox" not in path.parts)
    assert {sentence for module in modules for sentence in marked_in(module)} - gathered == set()


@pytest.mark.parametrize("path", PATHS, ids=language_of)
def test_nothing_is_left_in_english(path: Path) -> None:
    catalogue = words.read_catalogue(path)
    assert {str(message.id) for message in catalogue} == {str(message.id) for message in source()}
    assert [message.id for message in words.untranslated(catalogue)] == []


@pytest.mark.parametrize("path", PATHS, ids=language_of)
def test_the_places_are_those_of_the_english(path: Path) -> None:
    for message in words.read_catalogue(path):
        wanted = places(english(message)[-1])
        # Who says "one month" need not say the number too.
        free = {"number"} if len(english(message)) > 1 else set[str]()
        for form in forms(message):
            assert wanted - free <= places(form) <= wanted, form


@pytest.mark.parametrize("path", PATHS, ids=language_of)
def test_the_files_are_as_bin_words_leaves_them(path: Path) -> None:
    catalogue = words.read_catalogue(path)
    assert path.read_bytes() == words.written(catalogue)
    assert path.with_suffix(".mo").read_bytes() == words.compiled(catalogue)


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert {folder.name for folder in words.FOLDER.iterdir()} == set(LANGUAGES) - {SOURCE}


def test_what_a_service_promises_can_be_said_in_every_language() -> None:
    said = {text for message in source() for text in english(message)}
    for _, kind in SERVICES:
        assert {kind.deed, kind.place} <= said


def test_a_sentence_that_is_missing_is_noticed() -> None:
    catalogue = Catalog("de")
    catalogue.add("Play", "")
    catalogue.add("Copy", "Kopieren", flags=["fuzzy"])
    catalogue.add(("{number} day", "{number} days"), ("{number} Tag", ""))
    assert len(list(words.untranslated(catalogue))) == 3
