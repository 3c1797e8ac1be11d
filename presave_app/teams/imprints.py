"""What a team says of itself on the fans' privacy page and in the terms: read, checked and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from presave_app.extensions import db
from presave_app.lib import marks
from presave_app.lib.text import clean_line, clean_lines
from presave_app.teams import people
from presave_app.teams.accounts import BadAccount, Place, parse_email
from presave_app.teams.models import Imprint


class BadImprint(ValueError):
    """Something typed can't be kept; `errors` says what and why, by the names of the fields."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Field:
    """One of the fields: how it is named, what it is for, and how long its text may be."""

    name: str
    label: str
    hint: str
    most: int
    is_needed: bool = False
    lines: int = 1


FIELDS: Sequence[Field] = (
    Field("company", "Company", "The full name, with its legal form.", 120, is_needed=True),
    Field("address", "Postal address", "As on an envelope, one line each.", 400, is_needed=True, lines=4),
    Field("email", "Mail address for fans' questions", "Fans write here about their data.", 254, is_needed=True),
    Field("officer", "Privacy officer", "Name and how to reach them, where you have to have one.", 200),
    Field("law", "Applicable law", "The country whose law your terms follow, such as Germany.", 80),
    Field("paragraph", "Your own paragraph", "Plain text. It stands at the end of the privacy page.", 4000, lines=6),
)


def find_imprint(team_id: int) -> Imprint:
    """What the team has said of itself; all of it empty where it has said nothing."""
    return db.session.get(Imprint, team_id) or Imprint(team_id=team_id, **{field.name: "" for field in FIELDS})


def texts_of(imprint: Imprint) -> dict[str, str]:
    """What the team has said, by the names of the fields."""
    return {field.name: getattr(imprint, field.name) for field in FIELDS}


def save_imprint(team_id: int, typed: Mapping[str, str]) -> bool:
    """Keep what was typed, all of it or nothing; whether it is another text than before. Call inside a transaction.

    Raises BadImprint, also where it would overwrite what whoever typed it has not seen.
    """
    people.locked(team_id)
    stored = texts_of(find_imprint(team_id))
    texts, errors = _parse_all(marks.settle(typed, stored))
    errors |= marks.find_collisions(typed, stored)
    if errors:
        raise BadImprint(errors)
    is_other = texts != stored
    db.session.merge(Imprint(team_id=team_id, **texts))
    return is_other


def is_complete(imprint: Imprint) -> bool:
    """Whether fans learn who answers for their data and how to reach them."""
    return all(getattr(imprint, field.name) for field in FIELDS if field.is_needed)


def find_incomplete(places: Sequence[Place]) -> list[str]:
    """The names of those teams that fans know nothing of but the name."""
    teams = {place.team.id: place.team.name for place in places}
    said = db.session.scalars(select(Imprint).where(Imprint.team_id.in_(teams)))
    complete = {imprint.team_id for imprint in said if is_complete(imprint)}
    return [name for team_id, name in teams.items() if team_id not in complete]


def _parse_all(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The texts as they are kept, and a message for each field that can't be."""
    texts, errors = dict[str, str](), dict[str, str]()
    for field in FIELDS:
        try:
            texts[field.name] = _parse(field, typed.get(field.name, ""))
        except ValueError as fault:
            errors[field.name] = str(fault)
    return texts, errors


def _parse(field: Field, typed: str) -> str:
    clean: Callable[[str], str] = clean_lines if field.lines > 1 else clean_line
    text = clean(typed)
    if len(text) > field.most:
        raise ValueError(f"At most {field.most} characters; these are {len(text)}.")
    if field.name == "email" and text:
        try:
            return parse_email(text)
        except BadAccount as fault:
            raise ValueError(str(fault)) from fault
    return text
