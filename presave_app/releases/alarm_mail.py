"""The mail of alarms: who has to know of one, and the letter to them."""

from __future__ import annotations

import logging

from sqlalchemy import text

from presave_app import mail
from presave_app.mail import Letter
from presave_app.releases.alarm_notice import Notice
from presave_app.transaction import transaction

log = logging.getLogger(__name__)

_OF_CAMPAIGN = text("""
    SELECT DISTINCT m.email FROM campaign k
    JOIN membership s ON s.team_id = k.team_id AND s.role IN ('owner', 'editor')
    JOIN member m ON m.id = s.member_id
    WHERE k.id = :campaign_id ORDER BY m.email
""")
# Past ones too: their fans are waiting already.
_OF_SERVICE = text("""
    SELECT DISTINCT m.email FROM campaign k
    JOIN membership s ON s.team_id = k.team_id AND s.role IN ('owner', 'editor')
    JOIN member m ON m.id = s.member_id
    WHERE EXISTS (
      SELECT 1 FROM pre_save p WHERE p.campaign_id = k.id AND p.service = :service
        AND p.state IN ('armed', 'claimed', 'needs_reauth') AND p.due_at < now() + interval '7 days')
    ORDER BY m.email
""")
_ALL_OWNERS = text("""
    SELECT DISTINCT m.email FROM membership s JOIN member m ON m.id = s.member_id
    WHERE s.role = 'owner' ORDER BY m.email
""")


def mail_notice(notice: Notice) -> None:
    """Mail a notice to those who can do something about it; raises MailFault."""
    readers = _readers_of(notice)
    taken = mail.send(_letter_of(notice), readers)
    if taken < len(readers):
        log.warning("alarm %d: %d of %d addresses were refused", notice.id, len(readers) - taken, len(readers))


def _readers_of(notice: Notice) -> list[str]:
    """Addresses of owners and editors: of the campaign's team, or of the teams that the service matters to now."""
    with transaction() as session:
        if notice.campaign_id is not None:
            return list(session.execute(_OF_CAMPAIGN, {"campaign_id": notice.campaign_id}).scalars())
        concerned = list(session.execute(_OF_SERVICE, {"service": notice.service}).scalars())
        return concerned or list(session.execute(_ALL_OWNERS).scalars())


def _letter_of(notice: Notice) -> Letter:
    return Letter(
        subject=notice.title,
        text=f"{notice.text}\n\n{notice.url}\n",
        name=notice.name,
        answers=notice.name_of("open") if notice.closed_at else "",
    )
