"""A roll-out for tests of the fans' side: three releases of one artist, and what a tap made of them."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from fans import open_campaign, read_sql
from makers import join_roll_out, make_campaign
from twin_client import TwinClient

WEEK = timedelta(days=7)
SECOND, SECOND_UPC = "4aawyAB9vmqN3uQ7FjRGTy", "00602445868179"
SECOND_URI = f"spotify:album:{SECOND}"


def make_roll_out(twin: TwinClient) -> int:
    """Night Drive, in a roll-out with Second Light and The Album; returns the first one's id."""
    first = open_campaign()
    team_id = read_sql("SELECT team_id FROM campaign WHERE id = :id", id=first)
    twin.album(SECOND, name="Second Light", upc=SECOND_UPC)
    for title, release_in, ref, upc in (
        ("Second Light", 5 * WEEK, SECOND_URI, SECOND_UPC),
        ("The Album", 12 * WEEK, "spotify:album:1DFixLWuPkv3KT3TnV35m3", None),
    ):
        slug = title.lower().replace(" ", "-")
        other = make_campaign(team_id, title=title, slug=slug, release_in=release_in, ref=ref, upc=upc)
        join_roll_out(first, other)
    return first


def id_of(slug: str) -> int:
    """The campaign at this address."""
    return read_sql("SELECT id FROM campaign WHERE slug = :slug", slug=slug)


def listed(page: str) -> list[str]:
    """The releases in the list of a page."""
    return re.findall(r'class="roll-title" dir="auto"[^>]*>([^<]+)<', page)


def also_of(page: str) -> str:
    """Which further releases a form says that its fan has seen."""
    found = re.search(r'name="also" value="([\d.]+)"', page)
    return found[1] if found else ""


def pre_saved(fan_page: UUID) -> dict[str, str]:
    """Each release that this fan has pre-saved, and where it stands."""
    rows = read_sql(
        """
        SELECT json_object_agg(k.slug, p.state) FROM pre_save p JOIN campaign k ON k.id = p.campaign_id
        WHERE p.account_key = (SELECT account_key FROM pre_save WHERE id = :id)
        """,
        id=fan_page,
    )
    return dict(rows)
