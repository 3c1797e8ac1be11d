"""bin/words: the sentences of the fans' pages, from the code into the catalogue of each language.

The source of a sentence is its English in the code. What a catalogue lacks stays empty until somebody translates it in
the .po file; what the code no longer says is dropped. The compiled .mo files are committed, so that a fresh clone
needs no further step.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from .environment import ROOT
from .say import say

sys.path.insert(0, str(ROOT))

from presave_app.lib.languages import LANGUAGES, SOURCE

APP = ROOT / "presave_app"
FOLDER = APP / "translations"
# Pages that fans see; all Python is looked through, for only their sentences are marked there.
TEMPLATES = ("fanpage", "privacy", "reminders", "counts", "layout")
METHODS = [("sandbox/**", "ignore"), ("**.py", "python")]
METHODS += [(f"templates/{name}/**.html", "jinja2.ext:babel_extract") for name in TEMPLATES]
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = {"say": None, "marked": None, "say_count": (1, 2)}


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="bin/words", description=__doc__).parse_args(arguments)
    source, lacking = source_catalogue(), 0
    for path in catalogue_paths():
        catalogue = read_catalogue(path)
        catalogue.update(source, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        empty = list(untranslated(catalogue))
        lacking += len(empty)
        say(f"{path.parent.parent.name}: {len(catalogue)} sentences, {len(empty)} to translate")
    return 1 if lacking else 0


def source_catalogue() -> Catalog:
    """Every sentence that the code says, in English."""
    catalogue = Catalog(project="Presave", charset="utf-8")
    found = extract_from_dir(APP, METHODS, {name: OPTIONS["**.html"] for name, _ in METHODS[2:]}, KEYWORDS)
    for name, _, message, _, _ in sorted(found, key=lambda each: (each[0], each[1])):
        catalogue.add(message, locations=[(f"presave_app/{name}", 0)])
    return catalogue


def catalogue_paths() -> list[Path]:
    """The .po file of each language but English, also of one that has none yet."""
    return [FOLDER / language / "LC_MESSAGES" / "messages.po" for language in LANGUAGES if language != SOURCE]


def read_catalogue(path: Path) -> Catalog:
    """What is translated so far; nothing at all in a new language."""
    language = path.parent.parent.name
    if path.exists():
        with path.open("rb") as file:
            return read_po(file, locale=language)
    about = f"# The fans' pages in {LANGUAGES[language]}."
    return Catalog(
        language,
        header_comment=about,
        project="Presave",
        version="1",
        msgid_bugs_address="Presave",
        last_translator="Presave",
        language_team=language,
        revision_date=datetime.now(UTC),
        charset="utf-8",
        fuzzy=False,
    )


def written(catalogue: Catalog) -> bytes:
    """The .po file: places without line numbers, so that it changes only with its sentences."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """What a reader of that language would see in English."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            yield message
