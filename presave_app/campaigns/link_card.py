"""Link cards: for each face of a published campaign the picture that stands where somebody shares its link.

A card is made ahead, for both faces, by a job that the clock rings when one is missing. A page names the card
that shows exactly what the page shows, or none: an address never changes, so what platforms keep is never wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from presave_app.campaigns import picture_process
from presave_app.campaigns.artwork import path_of
from presave_app.campaigns.colours import palette_in
from presave_app.extensions import db
from presave_app.lib.palette import Palette
from presave_app.lib.tones import Tone, tone_in, tone_of
from presave_app.transaction import transaction

# Counts up when the look of the cards changes, and all of them are made anew.
_DESIGN = 1
_MOST_AT_ONCE = 20

log = logging.getLogger(__name__)

# The two faces of a campaign `k` and, for each, all that its card shows. The year is named where it is not this one.
_FACES = f"""
    CROSS JOIN LATERAL (
        SELECT extract(year FROM k.release_wall) <> extract(year FROM now()) AS says_year,
               ({_DESIGN}, k.title, k.artist, k.artwork_id, k.own_colours) AS shown
    ) AS what
    CROSS JOIN LATERAL (VALUES
        (false, md5(ROW(shown, k.release_wall::date, says_year)::text)), (true, md5(ROW(shown)::text))
    ) AS face (is_out, facts)
"""  # noqa: S608 - a constant
# One that could not be made is tried again after a while.
_IS_MISSING = """
    NOT EXISTS (SELECT 1 FROM link_card c WHERE c.campaign_id = k.id AND c.facts = face.facts
                AND (c.address IS NOT NULL OR c.made_at > now() - interval '10 minutes'))
    AND (face.is_out OR k.first_at > now() - interval '2 days')
"""
_WITHOUT_CARDS = text(f"""
    SELECT k.id FROM campaign k {_FACES} WHERE k.published_at IS NOT NULL AND {_IS_MISSING}
    GROUP BY k.id ORDER BY k.first_at DESC LIMIT {_MOST_AT_ONCE}
""")  # noqa: S608 - constants of this file
_TO_MAKE = text(f"""
    SELECT k.id, k.title, k.artist, k.own_colours, k.release_wall, what.says_year, face.is_out, face.facts,
           a.id AS artwork_id, a.accent, a.on_accent, a.ground, a.ink,
           (SELECT f.body FROM artwork_file f WHERE f.artwork_id = a.id AND f.content_type = 'image/jpeg'
            ORDER BY f.width DESC LIMIT 1) AS cover
    FROM campaign k {_FACES} LEFT JOIN artwork a ON a.id = k.artwork_id
    WHERE k.id = :id AND k.published_at IS NOT NULL AND {_IS_MISSING}
    ORDER BY face.is_out
""")  # noqa: S608 - constants of this file
_CURRENT = text(f"""
    SELECT c.address, c.words FROM campaign k {_FACES} JOIN link_card c ON c.campaign_id = k.id AND c.facts = face.facts
    WHERE k.id = :id AND face.is_out = :is_out AND c.address IS NOT NULL
""")  # noqa: S608 - constants of this file
_KEEP = text("""
    INSERT INTO link_card (campaign_id, facts, address, words, body) VALUES (:id, :facts, :address, :words, :body)
    ON CONFLICT (campaign_id, facts) DO UPDATE
    SET address = excluded.address, words = excluded.words, body = excluded.body, made_at = now()
    WHERE link_card.address IS NULL
""")
_FORGET = text(f"""
    DELETE FROM link_card WHERE made_at < now() - interval '180 days' AND facts NOT IN (
        SELECT face.facts FROM campaign k {_FACES} WHERE k.id = link_card.campaign_id)
""")  # noqa: S608 - constants of this file


@dataclass(frozen=True)
class Card:
    """A card that can be named: the path it is served under, and when the release is out in its words."""

    path: str
    words: str


def find_card(campaign_id: int, *, is_out: bool) -> Card | None:
    """The card that shows the campaign as it is now, by one query; None while it is not made."""
    row = db.session.execute(_CURRENT, {"id": campaign_id, "is_out": is_out}).one_or_none()
    return None if row is None else Card(path_of(row.address), row.words)


def find_file(address: str) -> tuple[str, bytes] | None:
    """Type and bytes of the card at an address, also of one that is no longer current."""
    query = text("SELECT body FROM link_card WHERE address = :address LIMIT 1")
    body = db.session.execute(query, {"address": address}).scalar_one_or_none()
    return None if body is None else ("image/jpeg", bytes(body))


def find_campaigns_without_cards() -> list[int]:
    """Published campaigns of which a card is missing, the newest release first; at most twenty."""
    return list(db.session.execute(_WITHOUT_CARDS).scalars())


def make_cards(campaign_id: int) -> int:
    """Make the cards that are missing; returns how many were made. Neither a row nor a connection is held meanwhile."""
    with transaction() as session:
        rows = session.execute(_TO_MAKE, {"id": campaign_id}).all()
    if not rows:
        return 0
    try:
        answer = picture_process.run("cards", json.dumps(_wanted(rows)).encode())
    except picture_process.PictureProcessBroke:
        log.warning("the link cards of campaign %s could not be made", campaign_id)
        answer = {"cards": [None] * len(rows)}
    with transaction() as session:
        for row, card in zip(rows, answer["cards"], strict=True):
            session.execute(_KEEP, {"id": campaign_id, "facts": row.facts, **_values(row, card)})
    return sum(card is not None for card in answer["cards"])


def forget_old() -> None:
    """Remove cards that have not been current for half a year: whoever shared them has a copy by now."""
    with transaction() as session:
        session.execute(_FORGET)


def _wanted(rows: Sequence[Row[Any]]) -> dict[str, object]:
    """What `campaigns.press.cards` needs."""
    first = rows[0]
    tone = _tone_of(first)
    return {
        "title": first.title,
        "artist": first.artist,
        "whens": [_words(row) for row in rows],
        "cover": base64.b64encode(first.cover).decode() if first.cover else None,
        "colours": {**asdict(tone.palette), "sleeve": tone.sleeve, "sleeve_end": tone.sleeve_end},
    }


def _tone_of(row: Row[Any]) -> Tone:
    """The colours that the page has: chosen ones, the artwork's, or those of a campaign without either."""
    if row.own_colours:
        return tone_in(palette_in(row.own_colours), row.id)
    own = tone_of(row.id)
    return replace(own, palette=Palette(row.accent, row.on_accent, row.ground, row.ink)) if row.artwork_id else own


def _words(row: Row[Any]) -> str:
    """When the release is out: Out Friday, 4 December."""
    if row.is_out:
        return "Out now"
    day: datetime = row.release_wall
    return f"Out {day:%A}, {day.day} {day:%B}{f' {day.year}' if row.says_year else ''}"


def _values(row: Row[Any], card: str | None) -> dict[str, object]:
    if card is None:
        return {"address": None, "words": None, "body": None}
    body = base64.b64decode(card)
    address = f"{hashlib.sha256(body).hexdigest()[:32]}.jpg"
    return {"address": address, "words": _words(row), "body": body}
