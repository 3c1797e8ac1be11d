"""What comes before a rehearsal: releases that are near, and waves that are being worked on."""

from __future__ import annotations

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.releases.waves import services_with_due_adds

_MINUTES = 30

_WORDS = {
    "release_near": "a release is less than half an hour away, and its adds come first",
    "wave": "fans are being served right now, and they come first",
    "made_way": "fans had to be served meanwhile, and the rehearsal made way for them",
    "nobody": "nobody who can be served waits on a service that is on",
    "too_long": "it was not over in time",
    "worker_died": "the worker that played it died, twice",
    "no_schema": "the database does not let us make a schema of its own for it",
}
_OTHERWISE = "something broke on our side; the worker's log says what"

_IS_NEAR = text("""
    SELECT EXISTS (SELECT 1 FROM campaign WHERE published_at IS NOT NULL AND held_at IS NULL
        AND first_at BETWEEN now() AND now() + make_interval(mins => :minutes))
      OR EXISTS (SELECT 1 FROM pre_save p JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
        WHERE p.state IN ('armed', 'claimed') AND p.due_at BETWEEN now() AND now() + make_interval(mins => :minutes))
""")
_IN_HAND = text("SELECT EXISTS (SELECT 1 FROM pre_save WHERE state = 'claimed' AND lease_until >= now())")


def find_obstacle() -> str | None:
    """Why nothing may be played right now; None when it may."""
    if is_wave_on():
        return "wave"
    is_near = db.session.execute(_IS_NEAR, {"minutes": _MINUTES}).scalar_one()
    return "release_near" if is_near else None


def is_wave_on() -> bool:
    """Whether some fan is being served, or could be."""
    return bool(db.session.execute(_IN_HAND).scalar_one() or services_with_due_adds())


def words_for(reason: str | None) -> str:
    """Why nothing was played, as the end of a sentence."""
    return _WORDS.get(reason or "", _OTHERWISE)
