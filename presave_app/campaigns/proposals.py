"""What waits for a second member on the last day before a release: proposed, then confirmed or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from presave_app.campaigns import changes, editing, suggestions, targets
from presave_app.campaigns.change_words import label_of, words_of
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.proposal_models import Proposal
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.second_member import Held, applies, count_editors, guarded, is_last_day, is_on
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.teams.models import Member, Role, Team


@dataclass(frozen=True)
class Waiting:
    """A proposal as the editor shows it."""

    id: int
    who: str
    is_mine: bool
    field: str
    label: str
    was: str
    shall_be: str


def propose(campaign: Campaign, tried: Iterable[Held], member_id: int) -> None:
    """Keep what was tried as proposals; one that waits for the same field gives way."""
    for each in tried:
        for older in _waiting(campaign.id, each.field):
            _decide(older, "withdrawn")
        db.session.add(
            Proposal(
                campaign_id=campaign.id,
                field=each.field,
                before=each.before,
                after=each.after,
                member_id=member_id,
                outcome=None,
                decided_at=None,
            )
        )
        by = changes.by_member(member_id)
        changes.note(by, "propose", campaign_id=campaign.id, field=each.field, before=each.before, after=each.after)


def find_waiting(campaign: Campaign, member_id: int, now: datetime) -> list[Waiting]:
    """What waits for a second member; once the release is out everywhere nothing does any more."""
    if _is_out(campaign, now):
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
            proposal.field,
            label_of(proposal.field),
            words_of(proposal.field, proposal.before),
            words_of(proposal.field, proposal.after),
        )
        for proposal, email in rows
    ]


def banner_context(campaign: Campaign, role: Role, member_id: int, now: datetime) -> dict[str, Any]:
    """What the editor says on the last day: the rule, whoever it does not apply to, and what waits."""
    last_day = is_last_day(campaign, now)
    return {
        "proposals": find_waiting(campaign, member_id, now),
        "proposal_fault": None,
        "is_last_day": last_day,
        "is_split": last_day and campaign.first_at is not None and campaign.first_at <= now,
        "takes_two": last_day and applies(campaign, now),
        "is_alone": last_day and is_on(campaign.team_id) and count_editors(campaign.team_id) < 2,
        "may_switch": role == Role.OWNER,
        "second_member_team": db.session.get(Team, campaign.team_id) if last_day else None,
    }


def confirm(campaign: Campaign, proposal_id: int, member_id: int, now: datetime) -> None:
    """Let another member's proposal take effect, by the rules of its field; raises FieldError."""
    proposal = _find(campaign.id, proposal_id)
    if _is_out(campaign, now):
        raise FieldError("The release is out, so nothing was changed. What was proposed came too late.")
    if proposal.member_id == member_id:
        raise FieldError("You made this change yourself. It takes another owner or editor of the team to confirm it.")
    if guarded(campaign, changes.snapshot(campaign)).get(proposal.field) != proposal.before:
        label = label_of(proposal.field)
        raise FieldError(f"{label} has been changed since this was proposed. Withdraw it, and propose it anew.")
    if proposal.field.startswith(changes.LINK_PREFIX):
        _put_link(campaign, proposal.field.removeprefix(changes.LINK_PREFIX), proposal.after)
    else:
        editing.save_field(campaign, proposal.field, Typed(proposal.after, now))
    _decide(proposal, "confirmed")


def withdraw(campaign: Campaign, proposal_id: int, by: str) -> None:
    """Give a proposal up; raises FieldError when it is decided already."""
    proposal = _find(campaign.id, proposal_id)
    _decide(proposal, "withdrawn")
    was, shall_be = proposal.before, proposal.after
    changes.note(by, "withdraw", campaign_id=campaign.id, field=proposal.field, before=was, after=shall_be)


def _is_out(campaign: Campaign, now: datetime) -> bool:
    release = release_clock(campaign)
    return release is None or release.last <= now


def _put_link(campaign: Campaign, service: str, texts: Mapping[str, str]) -> None:
    """Let the link lead where it was proposed to, or take it off the page."""
    if texts.get("ref"):
        targets.keep_ref(campaign, service, texts["ref"], texts.get("url", ""))
    else:
        suggestions.remove_link(campaign, targets.find_targets(campaign.id)[service].id)


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
