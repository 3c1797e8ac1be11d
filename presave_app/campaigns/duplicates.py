"""A new draft from a campaign that exists: what is the artist's and the label's is taken over, the release is not."""

from __future__ import annotations

from presave_app.campaigns import label_pages
from presave_app.campaigns.campaign import add_campaign
from presave_app.campaigns.colours import mend_colours
from presave_app.campaigns.fields import MOST_TEXT_LENGTH
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db

_ENDING = " (copy)"
_TAKEN_OVER = (
    "time_zone",
    "clock",
    "artist_id",
    "artwork_id",
    "own_accent",
    "own_ground",
    "words_before",
    "words_after",
    "words_by_language",
    "own_links",
)


def duplicate(campaign: Campaign) -> Campaign:
    """A draft with the same artist, kind, clock, look, links and artist pages; without date, UPC, targets and fans."""
    title = campaign.title[: MOST_TEXT_LENGTH - len(_ENDING)].rstrip() + _ENDING
    copy = add_campaign(campaign.team_id, title=title, artist=campaign.artist, kind=campaign.kind)
    for name in _TAKEN_OVER:
        setattr(copy, name, getattr(campaign, name))
    mend_colours(copy)
    for service, page in label_pages.find_pages(campaign.id).items():
        if page.artist_ref:
            label_pages.name_artist(copy, service, page.artist_ref)
    db.session.flush()
    return copy
