"""How many reminders a campaign has."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, text

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.memo import ShortMemo

_memo: ShortMemo[int] = ShortMemo(keep=timedelta(seconds=1), size=512)


def count(campaign_id: int) -> int:
    """Reminders with a way that was agreed to and not taken back, whatever came of it; notices are none."""
    return sum(count_by_service(campaign_id).values())


def count_by_service(campaign_id: int) -> dict[str, int]:
    """The same, for each service that has any."""
    rows = db.session.execute(
        text("""
            SELECT r.service, count(*) AS number FROM reminder r WHERE r.campaign_id = :id AND r.pre_save_id IS NULL
              AND r.withdrawn_at IS NULL AND EXISTS (
              SELECT 1 FROM reminder_way w WHERE w.reminder_id = r.id
                AND w.confirmed_at IS NOT NULL AND w.state <> 'withdrawn')
            GROUP BY 1
        """),
        {"id": campaign_id},
    )
    return {row.service: row.number for row in rows}


def count_behind(slug: str) -> int:
    """The count of the campaign whose present slug this is, at most a second old."""
    return _memo.get(slug, lambda: count(db.session.scalars(select(Campaign.id).where(Campaign.slug == slug)).one()))


def forget_counts() -> None:
    """Forget what this process remembers, for tests that empty the database."""
    _memo.forget()
