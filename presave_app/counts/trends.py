"""How the count moves: pre-saves a day over two weeks, for many campaigns by one query, and what they say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from presave_app.extensions import db

DAYS = 14
_WEEK = 7
# The drawing: a bar of 5 and a gap of 2 for each day, at most 20 high; an empty day keeps its foot.
_BAR, _STEP, _HEIGHT, _FOOT = 5, 7, 20, 1

# A day is the 24 hours up to now, so that today is not always the smallest.
_DAILY = text("""
    SELECT campaign_id, CAST(floor(extract(epoch FROM now() - accepted_at) / 86400) AS integer) AS ago, count(*) AS n
    FROM pre_save
    WHERE campaign_id = ANY(:ids) AND state <> 'withdrawn' AND accepted_at > now() - make_interval(days => :days)
    GROUP BY 1, 2
""")


@dataclass(frozen=True)
class Trend:
    """Accepted pre-saves of the last days, the oldest day first."""

    days: tuple[int, ...] = (0,) * DAYS

    @property
    def this_week(self) -> int:
        return sum(self.days[-_WEEK:])

    @property
    def week_before(self) -> int:
        return sum(self.days[:-_WEEK])

    @property
    def direction(self) -> str:
        """Up, down or level: this week against the one before."""
        if self.this_week == self.week_before:
            return "level"
        return "up" if self.this_week > self.week_before else "down"

    @property
    def arrow(self) -> str:
        return {"up": "↑", "down": "↓", "level": "→"}[self.direction]

    @property
    def drawing(self) -> str:
        """The bars as the path of an SVG."""
        most = max(self.days) or 1
        heights = [_FOOT + round((_HEIGHT - _FOOT) * number / most) if number else _FOOT for number in self.days]
        return "".join(
            f"M{place * _STEP} {_HEIGHT - height}h{_BAR}v{height}h-{_BAR}z" for place, height in enumerate(heights)
        )

    @property
    def drawing_words(self) -> str:
        """The same for those who don't see it."""
        return f"Pre-saves a day over {DAYS} days: {', '.join(f'{number:,}' for number in self.days)}"


def trends_of(campaign_ids: Collection[int]) -> dict[int, Trend]:
    """The trend of each of the campaigns, by one query."""
    found: dict[int, list[int]] = {campaign_id: [0] * DAYS for campaign_id in campaign_ids}
    for row in db.session.execute(_DAILY, {"ids": list(campaign_ids), "days": DAYS}):
        found[row.campaign_id][DAYS - 1 - min(max(row.ago, 0), DAYS - 1)] += row.n
    return {campaign_id: Trend(tuple(days)) for campaign_id, days in found.items()}
