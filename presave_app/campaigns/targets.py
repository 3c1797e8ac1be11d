"""The targets of a campaign: on which services the release will be found, and how.

A service that is on has a row exactly while the campaign can be pre-saved there: by a target of its own or
by the UPC. Rows of services that are off, or that are only a link, stand on the page with a reminder; once
such a service is on, fans can pre-save there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, func, select, text

from presave_app.campaigns import label_pages
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.link_models import LinkLook, LinkSuggestion
from presave_app.campaigns.models import Campaign, LabelPage, Target
from presave_app.extensions import db
from presave_app.streaming.directory import entries, find_entry
from presave_app.streaming.link_services import BadLink, parse_link
from presave_app.streaming.registry import connectors

NEEDS_ONE = "Paste the release's link on a service, or give its UPC."


def find_targets(campaign_id: int) -> dict[str, Target]:
    """The campaign's targets by service."""
    rows = db.session.scalars(select(Target).where(Target.campaign_id == campaign_id))
    return {target.service: target for target in rows}


def links_among(targets: Mapping[str, Target]) -> list[Target]:
    """The targets on services where nobody can add here: those we know first, then any other link by its host."""
    known = [entry.service for entry in entries()]
    others = sorted(service for service in targets if service not in known and find_entry(service))
    return [targets[service] for service in [*known, *others] if service in targets and service not in connectors()]


def named_ahead(campaign_id: int) -> set[str]:
    """Services where the release has its name from the UPC, ahead of the day. It is not the label's own word."""
    hits = (
        select(Target.service)
        .join(LinkLook, (LinkLook.campaign_id == Target.campaign_id) & (LinkLook.source == Target.service))
        .where(Target.campaign_id == campaign_id, Target.found_at.is_(None), LinkLook.is_hit)
    )
    return set(db.session.scalars(hits))


def is_somewhere(campaign_id: int) -> bool:
    """Whether the page has anything to offer: a service to add on, a link, or a service's own page for pre-saves."""
    return any(service in connectors() or find_entry(service) for service in find_targets(campaign_id)) or any(
        page.countdown_url for page in label_pages.find_pages(campaign_id).values()
    )


def find_nowhere(campaign_ids: Collection[int]) -> set[int]:
    """Those of the campaigns whose page has nothing to offer, as `is_somewhere` has it, by two queries."""
    rows = db.session.execute(select(Target.campaign_id, Target.service).where(Target.campaign_id.in_(campaign_ids)))
    offered = {row.campaign_id for row in rows if row.service in connectors() or find_entry(row.service)}
    counted_down = select(LabelPage.campaign_id).where(
        LabelPage.campaign_id.in_(campaign_ids), func.coalesce(LabelPage.countdown_url, "") != ""
    )
    return set(campaign_ids) - offered - set(db.session.scalars(counted_down))


def set_ref(campaign: Campaign, service: str, ref: str | None) -> None:
    """Name the release on one service; None leaves it to the UPC. A new name is looked for afresh."""
    is_by_upc = service in named_ahead(campaign.id)
    if is_by_upc and ref is None:
        return
    target = find_targets(campaign.id).get(service)
    if target is None:
        target = Target(campaign_id=campaign.id, service=service, ref=None, found_at=None, looked_at=None, looks=0)
        db.session.add(target)
    if target.ref != ref or is_by_upc:
        target.ref = ref
        target.url = None
        _look_afresh(target)
    _settle(campaign)


def keep_ref(campaign: Campaign, service: str, ref: str, pasted: str = "") -> None:
    """Name the release on a service where nobody can add here; `pasted` is the link that was given, if it was one."""
    target = find_targets(campaign.id).get(service) or Target(campaign_id=campaign.id, service=service, looks=0)
    db.session.add(target)
    entry = find_entry(service)
    if target.ref != ref:
        _look_afresh(target)
    target.ref = ref
    target.url = None if entry is None or entry.link_to(ref) else _link_in(pasted)
    if entry is not None and entry.is_link:
        # There is no catalogue that could show it.
        target.found_at = func.now()
    db.session.flush()


def remove_link(campaign: Campaign, target_id: int) -> None:
    """Take a link away; one that is gone already, or a service with a field of its own, is left as it is."""
    target = db.session.get(Target, target_id)
    if target is None or target.campaign_id != campaign.id or target.service in connectors():
        return
    _refuse_if_awaited(campaign.id, target.service)
    db.session.delete(target)
    db.session.flush()
    refuse_if_nowhere(campaign)


def set_upc(campaign: Campaign, upc: str | None) -> None:
    """Give the release its UPC; services that know it by nothing else are asked afresh."""
    if campaign.upc == upc:
        return
    campaign.upc = upc
    by_old_upc = named_ahead(campaign.id)
    _forget_looks(campaign.id)
    for target in find_targets(campaign.id).values():
        if target.service in by_old_upc:
            target.ref = target.url = None
        if target.ref is None:
            _look_afresh(target)
    _settle(campaign)


def _settle(campaign: Campaign) -> None:
    targets = find_targets(campaign.id)
    for service, connector in connectors().items():
        target = targets.get(service)
        if target is None and campaign.upc and connector.finds_by_upc:
            db.session.add(
                Target(campaign_id=campaign.id, service=service, ref=None, found_at=None, looked_at=None, looks=0)
            )
        elif target is not None and target.ref is None and not (campaign.upc and connector.finds_by_upc):
            _refuse_if_awaited(campaign.id, service)
            db.session.delete(target)
    db.session.flush()
    refuse_if_nowhere(campaign)


def refuse_if_nowhere(campaign: Campaign) -> None:
    """Raise FieldError when a public page has nothing left to offer."""
    if campaign.published_at is not None and not is_somewhere(campaign.id):
        raise FieldError("A published campaign needs a link on a service or a UPC. Unpublish it first.")


def _refuse_if_awaited(campaign_id: int, service: str) -> None:
    """Fans who wait for the release there must not be left with nowhere to find it."""
    waiting = db.session.execute(
        text("""
            SELECT count(*) FROM pre_save
            WHERE campaign_id = :id AND service = :service AND state IN ('armed', 'claimed', 'needs_reauth')
        """),
        {"id": campaign_id, "service": service},
    ).scalar_one()
    if waiting:
        entry = find_entry(service)
        name = entry.name if entry else service
        fans = "1 fan waits" if waiting == 1 else f"{waiting:,} fans wait"
        raise FieldError(f"{fans} for it on {name}: give another link or a UPC instead.")


def _forget_looks(campaign_id: int) -> None:
    """What catalogues said was about another release."""
    db.session.execute(delete(LinkLook).where(LinkLook.campaign_id == campaign_id))
    stale = delete(LinkSuggestion).where(LinkSuggestion.campaign_id == campaign_id)
    db.session.execute(stale.where(LinkSuggestion.state == "suggested"))


def _look_afresh(target: Target) -> None:
    asked = delete(LinkLook).where(LinkLook.campaign_id == target.campaign_id, LinkLook.source == target.service)
    db.session.execute(asked)
    # The catalogue named the artist of another release.
    target.artist_ref = None
    target.found_at = None
    target.looked_at = None
    target.looks = 0


def _link_in(pasted: str) -> str | None:
    try:
        return parse_link(pasted)[1]
    except BadLink:
        return None
