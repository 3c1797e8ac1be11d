"""Links that catalogues found: the sure ones become targets by themselves, a person decides about the others.

What the label gave itself is never overwritten, and what it took away is not brought back.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from presave_app.campaigns import targets
from presave_app.campaigns.link_models import LinkSuggestion
from presave_app.campaigns.models import Campaign, Target
from presave_app.extensions import db
from presave_app.lib.sameness import same_artist, same_title
from presave_app.streaming.lookups.contract import FoundLink, Lookup
from presave_app.streaming.registry import connectors

_BY_LABEL = "label"


def take_in(campaign: Campaign, link: FoundLink, lookup: Lookup) -> bool:
    """Make a target or a suggestion of a found link; False when it is nothing new, or not our release."""
    held = targets.find_targets(campaign.id).get(link.service)
    if (held is not None and held.ref is not None) or _is_decided(campaign.id, link):
        return False
    fits = same_title(link.title, campaign.title) and same_artist(link.artist, campaign.artist)
    if lookup.is_exact and link.upc_matches and fits:
        _keep(campaign.id, link, lookup.source, "accepted")
        _make_target(campaign, link.service, link.ref)
        return True
    return (fits or link.upc_matches or not link.title) and _keep(campaign.id, link, lookup.source, "suggested")


def find_suggestions(campaign_id: int, known: Mapping[str, Target]) -> list[LinkSuggestion]:
    """What waits for a person, of services where the release has no name yet; `known` are the campaign's targets."""
    named = {service for service, target in known.items() if target.ref is not None}
    rows = db.session.scalars(
        select(LinkSuggestion)
        .where(LinkSuggestion.campaign_id == campaign_id, LinkSuggestion.state == "suggested")
        .order_by(LinkSuggestion.id)
    )
    return [suggestion for suggestion in rows if suggestion.service not in named]


def accept(campaign: Campaign, suggestion_id: int) -> None:
    """Make a target of a suggestion; one that is decided already is left as it is."""
    suggestion = _find_open(campaign.id, suggestion_id)
    if suggestion is not None:
        suggestion.state = "accepted"
        _make_target(campaign, suggestion.service, suggestion.ref)


def dismiss(campaign: Campaign, suggestion_id: int) -> str | None:
    """Never suggest this one again; returns what it was, None when it is decided already."""
    suggestion = _find_open(campaign.id, suggestion_id)
    if suggestion is None:
        return None
    suggestion.state = "dismissed"
    db.session.flush()
    return f"{suggestion.service}: {suggestion.ref}"


def remove_link(campaign: Campaign, target_id: int) -> None:
    """Take a link off the page for good: no catalogue brings it back."""
    target = db.session.get(Target, target_id)
    if target is None or target.campaign_id != campaign.id or target.service in connectors():
        return
    service, ref = target.service, target.ref
    targets.remove_link(campaign, target_id)
    if ref is not None:
        row = insert(LinkSuggestion).values(
            campaign_id=campaign.id, service=service, ref=ref, source=_BY_LABEL, state="dismissed"
        )
        db.session.execute(
            row.on_conflict_do_update(index_elements=["campaign_id", "service", "ref"], set_={"state": "dismissed"})
        )


def _make_target(campaign: Campaign, service: str, ref: str) -> None:
    if service in connectors():
        targets.set_ref(campaign, service, ref)
    else:
        targets.keep_ref(campaign, service, ref)


def _is_decided(campaign_id: int, link: FoundLink) -> bool:
    found = select(LinkSuggestion.id).where(
        LinkSuggestion.campaign_id == campaign_id,
        LinkSuggestion.service == link.service,
        LinkSuggestion.ref == link.ref,
        LinkSuggestion.state != "suggested",
    )
    return db.session.scalar(found) is not None


def _keep(campaign_id: int, link: FoundLink, source: str, state: str) -> bool:
    """Write the link down; False when it is there already, whose state is then the newer one."""
    row = insert(LinkSuggestion).values(
        campaign_id=campaign_id,
        service=link.service,
        ref=link.ref,
        source=source,
        title=link.title[:200],
        artist=link.artist[:200],
        state=state,
    )
    if state == "accepted":
        row = row.on_conflict_do_update(index_elements=["campaign_id", "service", "ref"], set_={"state": state})
    else:
        row = row.on_conflict_do_nothing()
    return db.session.execute(row.returning(LinkSuggestion.id)).one_or_none() is not None


def _find_open(campaign_id: int, suggestion_id: int) -> LinkSuggestion | None:
    return db.session.scalar(
        select(LinkSuggestion).where(
            LinkSuggestion.id == suggestion_id,
            LinkSuggestion.campaign_id == campaign_id,
            LinkSuggestion.state == "suggested",
        )
    )
