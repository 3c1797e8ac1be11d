"""The campaign behind an address, as far as the front has to know it: whether it is still the same, and its clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.memo import ShortMemo

# An edit made by another process shows so much later at most; one of this process shows at once.
_KEEP = timedelta(milliseconds=500)
_KNOWN_CAMPAIGNS = 512

# PostgreSQL gives a row another xmin with every change, whoever makes it: that is all a stamp needs.
# https://www.postgresql.org/docs/current/ddl-system-columns.html
_READING = text("""
    SELECT k.release_at, k.release_wall, k.first_at, k.time_zone, k.clock,
           concat_ws(' ', k.id, k.xmin, team.xmin,
                     (SELECT string_agg(t.id || ':' || t.xmin, ' ' ORDER BY t.id)
                      FROM target t WHERE t.campaign_id = k.id),
                     (SELECT string_agg(p.service || ':' || p.xmin, ' ' ORDER BY p.service)
                      FROM label_page p WHERE p.campaign_id = k.id),
                     (SELECT string_agg(c.facts || ':' || c.xmin, ' ' ORDER BY c.facts)
                      FROM link_card c WHERE c.campaign_id = k.id)) AS stamp
    FROM campaign k JOIN team ON team.id = k.team_id
    WHERE k.slug = :slug AND k.published_at IS NOT NULL
""")


@dataclass(frozen=True)
class Standing:
    """A published campaign. `stamp` is another one after each change to what its page says, but for the numbers."""

    stamp: str
    release: ReleaseClock
    first: datetime
    last: datetime
    known_until: datetime

    def same_until(self, now: datetime) -> datetime:
        """Until when nobody has to look again, and everybody is on the side they are on; `now` when it is split."""
        if now >= self.last:
            return self.known_until
        return min(self.known_until, self.first) if now < self.first else now


_memo: ShortMemo[Standing | None] = ShortMemo(keep=_KEEP, size=_KNOWN_CAMPAIGNS)


def known_standing(slug: str) -> Standing | None:
    """What was found behind this address a moment ago; None when it has to be looked up."""
    return _memo.peek(slug)


def find_standing(slug: str) -> Standing | None:
    """The standing of the campaign at its present address; None for any other. Asks the database for a whole crowd."""
    return _memo.get(slug, lambda: _read(slug))


def forget_standings() -> None:
    """Look again, because something was changed."""
    _memo.forget()


def _read(slug: str) -> Standing | None:
    known_until = clock.now() + _KEEP
    with db.engine.connect() as connection:
        row = connection.execute(_READING, {"slug": slug}).one_or_none()
    release = release_clock(row) if row else None
    if row is None or release is None:
        return None
    return Standing(row.stamp, release, release.first, release.last, known_until)
