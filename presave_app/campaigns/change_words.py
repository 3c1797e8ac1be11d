"""The history of a campaign in plain words: who did what, and what stood there before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from presave_app.campaigns import changes, editing, field_words, language_words, look
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.fields import CLOCKS, KINDS
from presave_app.extensions import db
from presave_app.lib.moments import place_of, wall_words
from presave_app.streaming.directory import find_entry
from presave_app.streaming.registry import connectors, find_known
from presave_app.teams.models import Member

PAGE_LENGTH = 40
_NOTHING = "nothing"
_ACTS = {
    "create": "made this campaign",
    "create-archive": "brought this campaign in from an archive",
    "create-table": "brought this campaign in from a table",
    "create-program": "made this campaign by a program",
    "publish": "published the page",
    "unpublish": "took the page down; pre-saves kept: {fans}",
    "archive": "archived it",
    "bring-back": "brought it back from the archive",
    "artwork": "gave it a new artwork",
    "dismiss-link": "turned down a suggested link",
    "hold": "put the adds on hold",
    "resume": "let the adds go on",
    "retry": "had {fans} pre-saves tried again ({which})",
    "confirm-guard": "let go the fans whom {service} refused",
    "dismiss-guard": "had {fans} fans of {service} asked for again",
    "let-crowd-go": "let the crowd on {service} go without its test fans",
    "name-test-fan": "named a test fan on {service}",
    "source-add": "named the source {name}",
    "source-rename": "renamed the source {was} to {name}",
    "source-remove": "removed the source {name}",
    "live-link-make": "made the artist's link “{name}”",
    "live-link-off": "turned off the artist's link “{name}”",
    "rollout-add": "let fans agree to {title} in the same tap",
    "rollout-take-out": "took {title} out of the roll-out",
    "second-member-on": "let changes of the last day take two members",
    "second-member-off": "let changes of the last day take one member",
    "ask-step-on": "had the team ask its owners for a second step",
    "ask-step-off": "left the second step to each owner",
    "team-make": "made this team",
    "imprint": "changed the imprint",
    "artist-make": "added the artist {name}",
    "artist-change": "changed the artist {name}",
    "artist-rename": "renamed the artist {was} to {name}",
    "artist-remove": "removed the artist {name}",
    "forget-second-step": "turned off the second step of {email}",
    "invite": "invited {email} as {role}",
    "put-in": "put {email} into the team as {role}",
    "withdraw-invitation": "withdrew the invitation of {email}",
    "join": "came into the team",
    "role": "changed the role of {email} from {was} to {role}",
    "remove-member": "took {email} out of the team",
    "leave": "left the team",
    "token-make": "made the token “{name}” for a program that {scope}",
    "token-revoke": "revoked the token “{name}”",
    "export": "downloaded everything of the team as an archive",
    "webhook-make": "made a webhook to {host}",
    "webhook-remove": "removed the webhook to {host}",
    "forget-test-fan": "made a test fan on {service} one of the crowd again",
}
_FIELD_ACTS = {
    changes.FIELD: "changed {field}",
    changes.CONFIRM: "confirmed a change of {field}",
    "propose": "proposed a change of {field}",
    "withdraw": "withdrew a proposed change of {field}",
}


@dataclass(frozen=True)
class Line:
    """One line of the history; `was` and `now` are there only where something stood in a field."""

    id: int
    at: datetime
    who: str
    field: str | None
    words: str
    was: str | None
    now: str | None
    may_be_undone: bool
    is_undo: bool


def history(campaign_id: int, member_id: int, before: int | None = None) -> tuple[list[Line], int | None]:
    """The newest lines, or those before one of them; and from where the next page goes on, if there is one."""
    return _page_of(select(Change).where(Change.campaign_id == campaign_id), member_id, before)


def team_history(team_id: int, member_id: int, before: int | None = None) -> tuple[list[Line], int | None]:
    """The same of what was done to the team itself."""
    of_team = select(Change).where(Change.team_id == team_id, Change.campaign_id.is_(None))
    return _page_of(of_team, member_id, before)


def _page_of(query: Select[Change], member_id: int, before: int | None) -> tuple[list[Line], int | None]:
    query = query.where(changes.IS_TOLD)
    if before is not None:
        query = query.where(Change.id < before)
    rows = db.session.scalars(query.order_by(Change.id.desc()).limit(PAGE_LENGTH + 1)).all()
    names = names_of(rows, member_id)
    lines = [_line(row, names[row.id]) for row in rows[:PAGE_LENGTH]]
    return lines, lines[-1].id if len(rows) > PAGE_LENGTH else None


def names_of(rows: Sequence[Change], member_id: int) -> dict[int, str]:
    """Who made each of the changes, as one of the team would say it to the member."""
    wanted = {row.member_id for row in rows if row.member_id is not None}
    emails = {member.id: member.email for member in db.session.scalars(select(Member).where(Member.id.in_(wanted)))}
    return {row.id: _name_of(row, emails, member_id) for row in rows}


def is_undoable(change: Change) -> bool:
    """Whether the change put something into a field, which can be put back."""
    return change.act in changes.SAVING and change.field in editing.field_names()


def label_of(field: str) -> str:
    """A field by its label; a link, or a field of a service that is off now, by the service's name."""
    if field == changes.LINKS:
        return "the links"
    if field in editing.field_names():
        return field_words.label_of(field)[0]
    service = field.partition("-")[2]
    entry = find_entry(service)
    return entry.name if entry else field


def words_of(field: str, texts: Mapping[str, str]) -> str:
    """What stood in a field, in one line."""
    if field == "release":
        return _moment_words(texts)
    if field == "kind":
        return KINDS.get(texts.get("kind", ""), _NOTHING)
    if field == look.LINKS_FIELD:
        pairs = [(texts.get(name, ""), texts.get(url, "")) for url, name in look.LINK_INPUTS]
        return ", ".join(f"{name}: {url}" for name, url in pairs if url) or _NOTHING
    if field in language_words.FIELDS:
        sides = language_words.inputs_of(language_words.FIELDS[field]).items()
        pairs = [(side, _in_one_line(texts.get(name, ""))) for side, name in sides]
        return ", ".join(f"{side} the release: {text}" for side, text in pairs if text) or _NOTHING
    if field.startswith(changes.LINK_PREFIX):
        return _address_words(field.removeprefix(changes.LINK_PREFIX), texts) or _NOTHING
    if len(texts) == 1 and field != changes.LINKS:
        return _in_one_line(next(iter(texts.values()))) or _NOTHING
    return ", ".join(f"{name} {text}" for name, text in texts.items() if text) or _NOTHING


def _address_words(service: str, texts: Mapping[str, str]) -> str:
    entry, ref = find_entry(service), texts.get("ref", "")
    return texts.get("url") or (entry.link_to(ref) if entry and ref else None) or ref


def _in_one_line(text: str) -> str:
    return " / ".join(line for line in text.split("\n") if line)


def words_of_act(change: Change) -> str:
    """What was done, to be said after the name of who did it."""
    if change.field and change.act in _FIELD_ACTS:
        words = _FIELD_ACTS[change.act] if change.undoes is None else "put back {field}"
        return words.format(field=label_of(change.field))
    details = {**(change.before or {}), **(change.after or {})}
    if "service" in details:
        known = connectors().get(details["service"]) or find_known(details["service"])
        details["service"] = known.name if known else details["service"]
    plain = _ACTS.get(change.act, change.act.replace("-", " "))
    return plain.format_map(_Told(details))


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, as one would say it."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return _some(int(passed.total_seconds() // 60), "minute")
    if passed < timedelta(days=1):
        return _some(int(passed.total_seconds() // 3600), "hour")
    return _some(passed.days, "day")


def _some(number: int, unit: str) -> str:
    return f"{'a' if unit != 'hour' else 'an'} {unit} ago" if number == 1 else f"{number} {unit}s ago"


def _line(change: Change, who: str) -> Line:
    field = change.field
    has_texts = field is not None and change.act in _FIELD_ACTS
    return Line(
        id=change.id,
        at=change.at,
        who=who,
        field=field,
        words=words_of_act(change),
        was=words_of(field, change.before or {}) if field and has_texts else None,
        now=words_of(field, change.after or {}) if field and has_texts else None,
        may_be_undone=is_undoable(change),
        is_undo=change.undoes is not None,
    )


class _Told(dict[str, str]):
    """What is told of an act; what an older line does not tell stays open."""

    def __missing__(self, key: str) -> str:
        return "?"


def _name_of(change: Change, emails: Mapping[int, str], member_id: int) -> str:
    if change.member_id is None:
        return "The command line" if change.by == changes.COMMAND_LINE else "Somebody who has left"
    return "You" if change.member_id == member_id else emails[change.member_id]


def _moment_words(texts: Mapping[str, str]) -> str:
    if not texts.get("release_date"):
        return "no date"
    clock = CLOCKS.get(texts.get("clock", ""), "").lower()
    try:
        wall = datetime.fromisoformat(f"{texts['release_date']}T{texts.get('release_time') or '00:00'}")
    except ValueError:
        return f"{texts['release_date']} {texts.get('release_time', '')}, {clock}"
    return f"{wall_words(wall)} ({place_of(texts.get('time_zone') or 'UTC')}), {clock}"
