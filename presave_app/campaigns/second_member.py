"""The last day before a release: what fans wait for is then changed by two members, not by one.

A change of the moment, of the UPC, or of a target or link that stands there is kept as a proposal until another owner
or editor of the team confirms it; so is one that brings the release into its last day. An owner can switch this off for
the team. A team of one has nobody to ask, so there it never applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from presave_app.campaigns import addresses, changes, editing, fields
from presave_app.campaigns.changes import Texts
from presave_app.campaigns.fields import TARGET_PREFIX
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.targets import find_targets, links_among
from presave_app.extensions import db
from presave_app.streaming.registry import connectors
from presave_app.teams.models import Membership, Role, Team

LAST_HOURS = timedelta(hours=24)
_FIELDS = ("release", "upc")


@dataclass(frozen=True)
class Held:
    """A change that was tried: what stood there, and what shall; nothing, where a link is to go."""

    field: str
    before: Texts
    after: Texts


def guards(field: str) -> bool:
    """Whether a field of the form is one that takes two in the last hours."""
    return field in _FIELDS or field.startswith(TARGET_PREFIX)


def guarded(campaign: Campaign, snapshot: Mapping[str, Texts]) -> dict[str, Texts]:
    """All that takes two in the last hours, as it is stored: fields of the form, and links on the page."""
    stored = {name: texts for name, texts in snapshot.items() if guards(name)}
    links = links_among(find_targets(campaign.id))
    return stored | {
        changes.LINK_PREFIX + each.service: {"ref": each.ref or "", "url": each.url or ""} for each in links
    }


def held_back(before: Mapping[str, Texts], after: Mapping[str, Texts]) -> list[Held]:
    """What may not take effect by one member alone. A link that is new to the page takes nothing from anybody."""
    differing = changes.differing(before, after)
    return [Held(field, before[field], after.get(field, {})) for field in differing if field in before]


def is_last_day(campaign: Campaign, now: datetime) -> bool:
    """Whether fans wait for a release that is less than a day away, or out for a part of the world."""
    release = release_clock(campaign)
    if release is None or not release.first - LAST_HOURS <= now < release.last:
        return False
    # Fans go on waiting where the page was taken down.
    return campaign.published_at is not None or bool(addresses.was_public([campaign.id]))


def applies(campaign: Campaign, now: datetime) -> bool:
    """Whether a change takes two members now."""
    return is_last_day(campaign, now) and is_on(campaign.team_id) and count_editors(campaign.team_id) > 1


def is_on(team_id: int) -> bool:
    """Whether the team wants it so."""
    return bool(db.session.scalar(select(Team.second_member).where(Team.id == team_id)))


def count_editors(team_id: int) -> int:
    """How many of the team could confirm something."""
    may_edit = Membership.role.in_((Role.OWNER, Role.EDITOR))
    count = select(func.count()).select_from(Membership).where(Membership.team_id == team_id, may_edit)
    return db.session.scalar(count) or 0


def without_guarded(campaign: Campaign, texts: Mapping[str, str]) -> Texts:
    """What was sent, but for the fields that take two members, and a pasted link that goes to one of their places."""
    inputs = {name for field in editing.field_names() if guards(field) for name in editing.inputs_of(field)}
    rest = {name: text for name, text in texts.items() if name not in inputs}
    if editing.fills_own_field(texts) or _replaces_link(campaign, texts):
        rest.pop(editing.LINK_FIELD)
    return rest


def switch(team: Team, *, is_on: bool, by: str) -> None:
    """Let the team's last day take two members, or one."""
    if team.second_member != is_on:
        team.second_member = is_on
        changes.note(by, "second-member-on" if is_on else "second-member-off", team_id=team.id)


def _replaces_link(campaign: Campaign, texts: Mapping[str, str]) -> bool:
    found = fields.parse_any_link(texts.get(editing.LINK_FIELD, ""))
    return found is not None and found[0] in find_targets(campaign.id).keys() - connectors().keys()
