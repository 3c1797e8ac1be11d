"""Roll-outs: several releases of one artist that a fan agrees to in one tap, on the page of any of them.

A release is offered with the others once its own page is published, and until it is out anywhere: nobody is asked for
what nobody may know of yet. One that is another artist's by now is not offered either. What fans have agreed to stays
agreed when a release is taken out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from presave_app.campaigns.collisions import mark_of
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.rollout_models import Rollout
from presave_app.extensions import db

# A page that lists more is no page any more.
MOST_RELEASES = 8


@dataclass(frozen=True)
class RolloutView:
    """The roll-out of a campaign as its team sees it: what belongs to it, in order of release, and what could.

    `strangers` are the ids of those that are another artist's by now, which its page does not offer.
    """

    releases: list[Campaign]
    candidates: list[Campaign]
    strangers: frozenset[int]

    @property
    def is_full(self) -> bool:
        return len(self.releases) >= MOST_RELEASES

    @property
    def mark(self) -> str:
        """A short word that differs when the list does."""
        shown = {f"in {each.id}": f"{_told(each)} {each.id in self.strangers}" for each in self.releases}
        return mark_of(shown | {f"could join {each.id}": _told(each) for each in self.candidates})


def view_of(campaign: Campaign, now: datetime) -> RolloutView:
    """The roll-out of `campaign`; without one its releases are none."""
    releases = list_releases(campaign)
    releases = releases if len(releases) > 1 else []
    return RolloutView(releases, _candidates(campaign, now), _strangers(campaign) if releases else frozenset())


def find_covered(campaign: Campaign, now: datetime) -> list[Campaign]:
    """The other releases that a fan on the page of `campaign` can agree to now, in order of release."""
    others = _in_roll_out_of(campaign).where(
        Campaign.id != campaign.id,
        Campaign.published_at.is_not(None),
        Campaign.first_at > now,
        _is_by_artist_of(campaign),
    )
    # Whoever is brought back from the archive may be one too many.
    return list(db.session.scalars(others.limit(MOST_RELEASES - 1)))


def services_of(campaigns: Sequence[Campaign]) -> dict[int, set[str]]:
    """On which services each of the campaigns has a target."""
    found: dict[int, set[str]] = defaultdict(set)
    if campaigns:
        ids = [each.id for each in campaigns]
        named = select(Target.campaign_id, Target.service).where(Target.campaign_id.in_(ids))
        for campaign_id, service in db.session.execute(named):
            found[campaign_id].add(service)
    return found


def lock(*campaign_ids: int) -> None:
    """Lock campaigns in the order in which everybody locks several of them; call before anything else locks one.

    What the session knows of them is read anew.
    """
    wanted = select(Campaign).where(Campaign.id.in_(campaign_ids)).order_by(Campaign.id)
    db.session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def join(campaign: Campaign, other_id: int, now: datetime) -> Campaign:
    """Let fans agree to another release together with this one; returns it. Raises FieldError. Lock both first."""
    other = next((each for each in _candidates(campaign, now) if each.id == other_id), None)
    if other is None:
        raise FieldError(
            "That release can't join: it is out, archived, in another roll-out, or not by this artist any more."
        )
    roll_out = _lock_roll_out(campaign)
    if len(list_releases(campaign)) >= MOST_RELEASES:
        raise FieldError(f"A roll-out has at most {MOST_RELEASES} releases. Take one out first.")
    campaign.rollout_id = other.rollout_id = roll_out.id
    db.session.flush()
    return other


def leave(campaign: Campaign, other_id: int) -> Campaign:
    """Take a release out of the roll-out of `campaign`, maybe itself; returns it.

    Raises FieldError. Lock both first.
    """
    other = next((each for each in list_releases(campaign) if each.id == other_id), None)
    if other is None:
        raise FieldError("That release is not in this roll-out any more.")
    other.rollout_id = None
    db.session.flush()
    return other


def list_releases(campaign: Campaign) -> list[Campaign]:
    """All of the roll-out, `campaign` too, in order of release; an archived one has no part in it any more."""
    return list(db.session.scalars(_in_roll_out_of(campaign))) if campaign.rollout_id else []


def _told(campaign: Campaign) -> str:
    """What the list says of a release."""
    is_published = campaign.published_at is not None
    return f"{campaign.title} {campaign.artist} {campaign.kind} {campaign.release_at} {is_published}"


def _in_roll_out_of(campaign: Campaign) -> Select[Campaign]:
    # A campaign without one is not together with all others without one.
    is_together = and_(Campaign.rollout_id.is_not(None), Campaign.rollout_id == campaign.rollout_id)
    in_it = select(Campaign).where(is_together, Campaign.archived_at.is_(None))
    return in_it.order_by(Campaign.release_at.nulls_last(), Campaign.id)


def _strangers(campaign: Campaign) -> frozenset[int]:
    fellows = db.session.scalars(_in_roll_out_of(campaign).where(_is_by_artist_of(campaign).is_not(True)))
    return frozenset(each.id for each in fellows if each.id != campaign.id)


def _lock_roll_out(campaign: Campaign) -> Rollout:
    """The roll-out of `campaign`, made where there is none. Who lets others join it waits, so that its limit holds."""
    if campaign.rollout_id is not None:
        return db.session.get_one(Rollout, campaign.rollout_id, with_for_update=True)
    made = Rollout(team_id=campaign.team_id)
    db.session.add(made)
    db.session.flush()
    return made


def _candidates(campaign: Campaign, now: datetime) -> list[Campaign]:
    """Other releases of the same artist that are still ahead and in no roll-out, or alone in theirs."""
    others = select(Campaign).where(
        Campaign.team_id == campaign.team_id,
        Campaign.id != campaign.id,
        Campaign.archived_at.is_(None),
        or_(Campaign.first_at.is_(None), Campaign.first_at > now),
        or_(Campaign.rollout_id.is_(None), Campaign.rollout_id.in_(_of_one())),
        _is_by_artist_of(campaign),
    )
    if campaign.rollout_id is not None:
        others = others.where(Campaign.rollout_id.is_distinct_from(campaign.rollout_id))
    return list(db.session.scalars(others.order_by(Campaign.release_at.nulls_last(), Campaign.id)))


def _of_one() -> Select[int | None]:
    alone = select(Campaign.rollout_id).where(Campaign.rollout_id.is_not(None), Campaign.archived_at.is_(None))
    return alone.group_by(Campaign.rollout_id).having(func.count() == 1)


def _is_by_artist_of(campaign: Campaign) -> ColumnElement[bool]:
    # One side folded here and one there would not find İlkin again.
    same_name = and_(Campaign.artist != "", func.lower(Campaign.artist) == func.lower(campaign.artist))
    return same_name if campaign.artist_id is None else or_(same_name, Campaign.artist_id == campaign.artist_id)
