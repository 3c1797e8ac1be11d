"""What the label names itself on a service besides the release: the artist, and the service's own page for pre-saves.

It is kept apart from the targets: those come and go with the links and the UPC, and catalogues write into them.
"""

from __future__ import annotations

from sqlalchemy import select

from presave_app.campaigns.models import Campaign, LabelPage
from presave_app.extensions import db


def find_pages(campaign_id: int) -> dict[str, LabelPage]:
    """What the label named, by service."""
    rows = db.session.scalars(select(LabelPage).where(LabelPage.campaign_id == campaign_id))
    return {page.service: page for page in rows}


def find_countdown(campaign_id: int, service: str) -> str | None:
    """The page on which the service itself takes pre-saves, where the label has named one."""
    page = find_pages(campaign_id).get(service)
    return page.countdown_url if page else None


def name_artist(campaign: Campaign, service: str, ref: str | None) -> None:
    """Name the artist on one service; None leaves it to the service's catalogue."""
    page = _page_of(campaign, service)
    if page.artist_ref != ref:
        page.artist_ref = ref
        _keep(page)


def name_countdown(campaign: Campaign, service: str, url: str | None) -> None:
    """Name the page on which the service itself takes pre-saves; None when there is none."""
    page = _page_of(campaign, service)
    if page.countdown_url != url:
        page.countdown_url = url
        _keep(page)


def _page_of(campaign: Campaign, service: str) -> LabelPage:
    page = find_pages(campaign.id).get(service)
    return page or LabelPage(campaign_id=campaign.id, service=service, artist_ref=None, countdown_url=None)


def _keep(page: LabelPage) -> None:
    db.session.add(page)
    db.session.flush()
