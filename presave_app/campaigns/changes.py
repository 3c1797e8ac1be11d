"""The record of who changed what on a campaign: one line for each act, written with the act itself or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from presave_app.campaigns import editing
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.link_list import countdowns_of, links_of
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.teams.models import Member

COMMAND_LINE = "the command line"
FIELD = "field"
CONFIRM = "confirm"
# The acts after which something else is stored in a field.
SAVING = (FIELD, CONFIRM)
LINKS = "links"
# Before the service of a link on the page, which has no field of its own, where a change of it is proposed.
LINK_PREFIX = "link-"
PUBLISH = "publish"
# What is told of. A field that was typed back to what it was is written down for open editors alone.
IS_TOLD = or_(Change.act != FIELD, Change.before.is_distinct_from(Change.after))

# Who changes a field again within that time still types.
_TYPES_ON = timedelta(minutes=1)

Texts = dict[str, str]
_MEMBER = re.compile(r"member (\d+)")


def by_member(member_id: int) -> str:
    """A member, as the record and the log name whoever acts: by number, for a log is no place for addresses."""
    return f"member {member_id}"


def note(
    by: str,
    act: str,
    *,
    campaign_id: int | None = None,
    team_id: int | None = None,
    field: str | None = None,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
    undoes: int | None = None,
) -> Change:
    """Write one act down, in the caller's transaction; `team_id` is needed only where there is no campaign."""
    member = _MEMBER.fullmatch(by)
    change = Change(
        team_id=team_id or db.session.scalar(select(Campaign.team_id).where(Campaign.id == campaign_id)),
        campaign_id=campaign_id,
        member_id=db.session.scalar(select(Member.id).where(Member.id == int(member[1]))) if member else None,
        by=by,
        act=act,
        field=field,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        undoes=undoes,
    )
    db.session.add(change)
    db.session.flush()
    return change


def note_fields(
    campaign: Campaign,
    by: str,
    before: Mapping[str, Texts],
    after: Mapping[str, Texts],
    *,
    act: str = FIELD,
    undoes: int | None = None,
) -> None:
    """Write down every field that differs in two snapshots; who types on in a field extends what is written of it."""
    for field in differing(before, after):
        was, now = before.get(field, {}), after.get(field, {})
        if field == LINKS:
            was, now = _apart(was, now)
        elif act == FIELD and undoes is None:
            was = _extended(campaign.id, by, field, was)
        note(by, act, campaign_id=campaign.id, field=field, before=was, after=now, undoes=undoes)


def _extended(campaign_id: int, by: str, field: str, was: Texts) -> Texts:
    """What stood in a field before its member began to type; what was written of that until now gives way.

    The new line has a newer number, by which open editors hear of it.
    """
    of_field = select(Change).where(Change.campaign_id == campaign_id, Change.field == field)
    last = db.session.scalar(of_field.order_by(Change.id.desc()).limit(1))
    if last is None or last.before is None or not _goes_on(last, by, was):
        return was
    db.session.delete(last)
    return last.before


def _goes_on(last: Change, by: str, was: Texts) -> bool:
    """Whether the change is one that its member still works on; what was put back or confirmed stands for itself."""
    is_own = last.member_id is not None and last.by == by
    is_plain = last.act == FIELD and last.undoes is None and last.after == was
    return is_own and is_plain and last.at > clock.now() - _TYPES_ON


def snapshot(campaign: Campaign) -> dict[str, Texts]:
    """What is stored, field by field, as the form shows it; beside the fields the links that stand on the page."""
    known = find_targets(campaign.id)
    texts = editing.typed_of(campaign, known)
    fields = {
        name: {each: texts[each] for each in editing.inputs_of(name) if each in texts}
        for name in editing.field_names()
        if name != editing.LINK_FIELD
    }
    links = [*links_of(known), *countdowns_of(campaign)]
    return fields | {LINKS: {link.name: link.address for link in links}}


def differing(before: Mapping[str, Texts], after: Mapping[str, Texts]) -> list[str]:
    """The fields that are not the same in two snapshots."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def version_of(campaign_id: int) -> int:
    """A number that grows with every change of a campaign."""
    return db.session.scalar(select(func.max(Change.id)).where(Change.campaign_id == campaign_id)) or 0


def find_change(campaign_id: int, change_id: int) -> Change | None:
    """One change of a campaign."""
    return db.session.scalar(select(Change).where(Change.id == change_id, Change.campaign_id == campaign_id))


def last_of(campaign_id: int, field: str) -> Change | None:
    """The newest change of what is stored in one field."""
    of_field = select(Change).where(Change.campaign_id == campaign_id, Change.field == field, Change.act.in_(SAVING))
    return db.session.scalar(of_field.order_by(Change.id.desc()).limit(1))


def first_publishing(campaign: Campaign) -> datetime | None:
    """When the page was opened to everybody for the first time, whatever came after; None for one that never was."""
    acts = select(func.min(Change.at)).where(Change.campaign_id == campaign.id, Change.act == PUBLISH)
    known = [at for at in (campaign.published_at, db.session.scalar(acts)) if at is not None]
    return min(known, default=None)


def _apart(was: Texts, now: Texts) -> tuple[Texts, Texts]:
    """Only the links that came, went, or lead elsewhere."""
    return (
        {name: where for name, where in was.items() if now.get(name) != where},
        {name: where for name, where in now.items() if was.get(name) != where},
    )
