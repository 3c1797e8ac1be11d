"""The targets of a campaign: on which services the release will be found, and how.

A service that is on has a row exactly while the campaign can be pre-saved there: by a target of its own or
by the UPC. Rows of services that are off are kept as they were given, for the day they are on.
"""

from __future__ import annotations

from sqlalchemy import select, text

from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign, Target
from presave_app.extensions import db
from presave_app.streaming.registry import connectors

NEEDS_ONE = "Paste the release's link on a service, or give its UPC."


def find_targets(campaign_id: int) -> dict[str, Target]:
    """The campaign's targets by service."""
    rows = db.session.scalars(select(Target).where(Target.campaign_id == campaign_id))
    return {target.service: target for target in rows}


def offered_services(campaign_id: int) -> list[str]:
    """The services that are on and have a target, in the order of the pages."""
    targets = find_targets(campaign_id)
    return [service for service in connectors() if service in targets]


def set_ref(campaign: Campaign, service: str, ref: str | None) -> None:
    """Name the release on one service; None leaves it to the UPC. A new name is looked for afresh."""
    target = find_targets(campaign.id).get(service)
    if target is None:
        target = Target(campaign_id=campaign.id, service=service, ref=None, found_at=None, looked_at=None, looks=0)
        db.session.add(target)
    if target.ref != ref:
        target.ref = ref
        _look_afresh(target)
    _settle(campaign)


def keep_ref(campaign: Campaign, service: str, ref: str) -> None:
    """Keep what was given for a service that is off, until it is on."""
    db.session.add(Target(campaign_id=campaign.id, service=service, ref=ref, found_at=None, looked_at=None, looks=0))
    db.session.flush()


def set_upc(campaign: Campaign, upc: str | None) -> None:
    """Give the release its UPC; services that know it by nothing else are asked afresh."""
    if campaign.upc == upc:
        return
    campaign.upc = upc
    for target in find_targets(campaign.id).values():
        if target.ref is None:
            _look_afresh(target)
    _settle(campaign)


def _settle(campaign: Campaign) -> None:
    targets = find_targets(campaign.id)
    for service in connectors():
        target = targets.get(service)
        if target is None and campaign.upc:
            db.session.add(
                Target(campaign_id=campaign.id, service=service, ref=None, found_at=None, looked_at=None, looks=0)
            )
        elif target is not None and target.ref is None and not campaign.upc:
            _refuse_if_awaited(campaign.id, service)
            db.session.delete(target)
    db.session.flush()
    if campaign.published_at is not None and not offered_services(campaign.id):
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
        fans = "1 fan waits" if waiting == 1 else f"{waiting:,} fans wait"
        raise FieldError(f"{fans} for it on {connectors()[service].name}: give another link or a UPC instead.")


def _look_afresh(target: Target) -> None:
    target.found_at = None
    target.looked_at = None
    target.looks = 0
