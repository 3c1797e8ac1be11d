"""The last day before a release: what fans wait for is then changed by two members, not by one.

A change of the moment, of a service's target or of the UPC is kept as a proposal until another owner or editor of the
team confirms it. An owner can switch this off for the team. A team of one has nobody to ask, so there it never applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from presave_app.campaigns import addresses, changes, editing
from presave_app.campaigns.change_words import label_of, words_of
from presave_app.campaigns.changes import Texts
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.fields import TARGET_PREFIX, FieldError
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.proposal_models import Proposal
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.teams.models import Member, Membership, Role, Team

LAST_HOURS = timedelta(hours=24)
_FIELDS = ("release", "upc")


@dataclass(frozen=True)
class Waiting:
    """A proposal as the editor shows it."""

    id: int
    who: str
    is_mine: bool
    label: str
    was: str
    shall_be: str


def guards(field: str) -> bool:
    """Whether a field is one that takes two in the last hours."""
    return field in _FIELDS or field.startswith(TARGET_PREFIX)


def is_last_day(campaign: Campaign, now: datetime) -> bool:
    """Whether fans wait for a release that is less than a day away."""
    first = campaign.first_at
    if first is None or not first - LAST_HOURS <= now < first:
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


def propose(
    campaign: Campaign, fields: list[str], before: Mapping[str, Texts], after: Mapping[str, Texts], member_id: int
) -> None:
    """Keep what was tried as proposals; one that waits for the same field gives way."""
    for field in fields:
        for older in _waiting(campaign.id, field):
            _decide(older, "withdrawn")
        db.session.add(
            Proposal(
                campaign_id=campaign.id,
                field=field,
                before=before[field],
                after=after[field],
                member_id=member_id,
                outcome=None,
                decided_at=None,
            )
        )
        by = changes.by_member(member_id)
        changes.note(by, "propose", campaign_id=campaign.id, field=field, before=before[field], after=after[field])


def find_waiting(campaign: Campaign, member_id: int, now: datetime) -> list[Waiting]:
    """What waits for a second member; once the release is out nothing does any more."""
    if campaign.first_at is None or campaign.first_at <= now:
        return []
    rows = db.session.execute(
        select(Proposal, Member.email)
        .outerjoin(Member, Member.id == Proposal.member_id)
        .where(Proposal.campaign_id == campaign.id, Proposal.outcome.is_(None))
        .order_by(Proposal.id)
    )
    return [
        Waiting(
            proposal.id,
            "You" if proposal.member_id == member_id else email or "Somebody who has left",
            proposal.member_id == member_id,
            label_of(proposal.field),
            words_of(proposal.field, proposal.before),
            words_of(proposal.field, proposal.after),
        )
        for proposal, email in rows
    ]


def without_guarded(texts: Mapping[str, str]) -> Texts:
    """What was sent, but for the fields that take two members, and a pasted link that belongs to one of them."""
    inputs = {name for field in editing.field_names() if guards(field) for name in editing.inputs_of(field)}
    rest = {name: text for name, text in texts.items() if name not in inputs}
    if editing.fills_own_field(texts):
        rest.pop(editing.LINK_FIELD)
    return rest


def banner_context(campaign: Campaign, role: Role, member_id: int, now: datetime) -> dict[str, Any]:
    """What the editor says on the last day: the rule, whoever it does not apply to, and what waits."""
    last_day = is_last_day(campaign, now)
    return {
        "proposals": find_waiting(campaign, member_id, now),
        "proposal_fault": None,
        "is_last_day": last_day,
        "takes_two": last_day and applies(campaign, now),
        "is_alone": last_day and is_on(campaign.team_id) and count_editors(campaign.team_id) < 2,
        "may_switch": role == Role.OWNER,
        "second_member_team": db.session.get(Team, campaign.team_id) if last_day else None,
    }


def confirm(campaign: Campaign, proposal_id: int, member_id: int, now: datetime) -> None:
    """Let another member's proposal take effect, by the rules of its field; raises FieldError."""
    proposal = _find(campaign.id, proposal_id)
    if campaign.first_at is None or campaign.first_at <= now:
        raise FieldError("The release is out, so nothing was changed. What was proposed came too late.")
    if proposal.member_id == member_id:
        raise FieldError("You made this change yourself. It takes another owner or editor of the team to confirm it.")
    if changes.snapshot(campaign).get(proposal.field) != proposal.before:
        label = label_of(proposal.field)
        raise FieldError(f"{label} has been changed since this was proposed. Withdraw it, and propose it anew.")
    editing.save_field(campaign, proposal.field, Typed(proposal.after, now))
    _decide(proposal, "confirmed")


def withdraw(campaign: Campaign, proposal_id: int, by: str) -> None:
    """Give a proposal up; raises FieldError when it is decided already."""
    proposal = _find(campaign.id, proposal_id)
    _decide(proposal, "withdrawn")
    was, shall_be = proposal.before, proposal.after
    changes.note(by, "withdraw", campaign_id=campaign.id, field=proposal.field, before=was, after=shall_be)


def switch(team: Team, *, is_on: bool, by: str) -> None:
    """Let the team's last day take two members, or one."""
    if team.second_member != is_on:
        team.second_member = is_on
        changes.note(by, "second-member-on" if is_on else "second-member-off", team_id=team.id)


def _find(campaign_id: int, proposal_id: int) -> Proposal:
    found = select(Proposal).where(Proposal.id == proposal_id, Proposal.campaign_id == campaign_id)
    proposal = db.session.scalar(found)
    if proposal is None or proposal.outcome is not None:
        raise FieldError("This was confirmed or withdrawn in the meantime.")
    return proposal


def _waiting(campaign_id: int, field: str) -> list[Proposal]:
    found = select(Proposal).where(
        Proposal.campaign_id == campaign_id, Proposal.field == field, Proposal.outcome.is_(None)
    )
    return list(db.session.scalars(found))


def _decide(proposal: Proposal, outcome: str) -> None:
    proposal.outcome = outcome
    proposal.decided_at = clock.now()
    db.session.flush()
