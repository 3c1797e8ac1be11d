"""Taking in a reminder, and the ways in which its fan wants to be reminded."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import lock_clock
from presave_app.lib.languages import language_now
from presave_app.lib.tokens import hash_secret
from presave_app.queue import SEND_REMINDERS, ring_after_commit
from presave_app.reminders.addresses import address_hash, seal
from presave_app.reminders.looking_up import mine_secret, way_secret
from presave_app.reminders.states import Kind, ReminderId, State, WayId

# An address may be made to get one unanswered confirmation in so many hours, and a campaign causes so many an hour.
ONE_CONFIRMATION_HOURS = 24
MOST_CONFIRMATIONS_AN_HOUR = 600


def start(session: Session, campaign: Campaign, service: str, reason: str, zone: str | None, source: str | None) -> str:
    """A reminder that has no way yet; returns the secret of its own page, which offers the ways."""
    clock = lock_clock(session, campaign.id, to_change=False)
    reminder_id = ReminderId(uuid4())
    secret = mine_secret(reminder_id)
    session.execute(
        text("""
            INSERT INTO reminder (id, campaign_id, service, mine_hash, time_zone, language, due_at, source, reason)
            VALUES (:id, :campaign_id, :service, :mine_hash, :zone, :language,
                    greatest(CAST(:moment AS timestamptz), now()), :source, :reason)
        """),
        {
            "id": reminder_id,
            "campaign_id": campaign.id,
            "service": service,
            "mine_hash": hash_secret(secret),
            "zone": zone,
            "language": language_now(),
            "moment": clock.moment_in(zone) if clock else None,
            "source": source,
            "reason": reason,
        },
    )
    return secret


def start_notice(session: Session, pre_save_id: UUID) -> UUID | None:
    """The notice of a pre-save, made when it has none yet; None when it is too late for one.

    One at a time for each pre-save, which stays as it is until the transaction ends: what ends it will find the notice.
    """
    campaign = text("SELECT campaign_id FROM pre_save WHERE id = :id")
    campaign_id = session.execute(campaign, {"id": pre_save_id}).scalar_one_or_none()
    if campaign_id is None:
        return None
    lock_clock(session, campaign_id, to_change=False)
    return session.execute(
        text("""
            INSERT INTO reminder (id, campaign_id, service, mine_hash, time_zone, language, due_at, reason, pre_save_id)
            SELECT :new_id, p.campaign_id, p.service, p.mine_hash, p.time_zone, :language, p.due_at, 'permission_lost',
              p.id
            FROM pre_save p WHERE p.id = :id AND p.state = 'armed' AND p.due_at > now() FOR NO KEY UPDATE
            ON CONFLICT (pre_save_id) DO UPDATE SET time_zone = excluded.time_zone, language = excluded.language,
              due_at = excluded.due_at
            RETURNING id
        """),
        {"new_id": uuid4(), "id": pre_save_id, "language": language_now()},
    ).scalar_one_or_none()


def add_calendar(session: Session, reminder_id: UUID) -> None:
    """The fan takes the calendar file. From then on their calendar reminds, and nothing is left for us to send."""
    taken = text("SELECT 1 FROM reminder_way WHERE reminder_id = :id AND kind = 'calendar' AND state = 'sent'")
    _lock(session, reminder_id)
    if session.execute(taken, {"id": reminder_id}).first() is None:
        _insert(session, reminder_id, Kind.CALENDAR, State.SENT)
        session.execute(text("UPDATE reminder SET withdrawn_at = NULL WHERE id = :id"), {"id": reminder_id})


def add_push(session: Session, reminder_id: UUID, endpoint: str, subscription: str) -> None:
    """Remind by the browser that gave this subscription (JSON). Asking the browser was the fan's agreement."""
    way_id, hashed = WayId(uuid4()), address_hash(Kind.PUSH, endpoint)
    _lock(session, reminder_id)
    replace_older(session, reminder_id, hashed)
    sealed = {**seal(way_id, subscription), "address_hash": hashed}
    _insert(session, reminder_id, Kind.PUSH, State.ARMED, way_id=way_id, **sealed)
    session.execute(text("UPDATE reminder SET withdrawn_at = NULL WHERE id = :id"), {"id": reminder_id})
    ring_after_commit(SEND_REMINDERS)


def add_email(session: Session, reminder_id: UUID, address: str) -> None:
    """Remind by mail, once whoever reads that mailbox has agreed.

    Where no confirmation may be sent now, nothing of the address is kept; to whoever asks it looks the same.
    """
    way_id, hashed = WayId(uuid4()), address_hash(Kind.EMAIL, address.lower())
    _lock(session, reminder_id)
    sealed: dict[str, Any] = {}
    if _may_ask(session, reminder_id, hashed):
        sealed = {
            **seal(way_id, address),
            "address_hash": hashed,
            "confirm_hash": hash_secret(way_secret(way_id)),
        }
        ring_after_commit(SEND_REMINDERS)
    _insert(session, reminder_id, Kind.EMAIL, State.UNCONFIRMED, way_id=way_id, **sealed)


def replace_older(session: Session, reminder_id: UUID, hashed: str) -> None:
    """Two messages about one thing to one place would be one too many: the newest way stays.

    A notice has one way at a time, wherever it leads.
    """
    lock_address(session, hashed)
    session.execute(
        text("""
            UPDATE reminder_way w SET state = 'withdrawn', reason = 'replaced', address_sealed = NULL, key_id = NULL,
              address_hash = NULL, lease_until = NULL, next_at = NULL
            FROM reminder r, reminder mine
            WHERE w.reminder_id = r.id AND mine.id = :id AND r.campaign_id = mine.campaign_id
              AND r.pre_save_id IS NOT DISTINCT FROM mine.pre_save_id
              AND (w.address_hash = :hash OR r.pre_save_id IS NOT NULL) AND w.state = 'armed'
        """),
        {"id": reminder_id, "hash": hashed},
    )


def lock_address(session: Session, hashed: str) -> None:
    """Let those who do something about the same address at the same time come one after the other."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:hash, 0))"), {"hash": hashed})


def _may_ask(session: Session, reminder_id: UUID, hashed: str) -> bool:
    """Whether a confirmation may be sent to the address: one a day while none is answered, so many for a campaign."""
    lock_address(session, hashed)
    return session.execute(
        text("""
            SELECT NOT EXISTS (
                SELECT 1 FROM reminder_way WHERE address_hash = :hash AND kind = 'email' AND confirmed_at IS NULL
                  AND created_at > now() - make_interval(hours => :hours))
              AND :most > (
                SELECT count(*) FROM reminder_way w JOIN reminder r ON r.id = w.reminder_id
                WHERE r.campaign_id = (SELECT campaign_id FROM reminder WHERE id = :id)
                  AND w.kind = 'email' AND w.confirm_hash IS NOT NULL AND w.created_at > now() - interval '1 hour')
        """),
        {"hash": hashed, "id": reminder_id, "hours": ONE_CONFIRMATION_HOURS, "most": MOST_CONFIRMATIONS_AN_HOUR},
    ).scalar_one()


def _lock(session: Session, reminder_id: UUID) -> None:
    session.execute(text("SELECT 1 FROM reminder WHERE id = :id FOR UPDATE"), {"id": reminder_id})


def _insert(
    session: Session, reminder_id: UUID, kind: Kind, state: State, *, way_id: UUID | None = None, **address: Any
) -> None:
    is_open = bool(address)
    columns = {"address_sealed": None, "key_id": None, "address_hash": None, "confirm_hash": None, **address}
    session.execute(
        text("""
            INSERT INTO reminder_way (id, reminder_id, kind, state, address_sealed, key_id, address_hash,
              confirm_hash, next_at, confirmed_at, sent_at)
            VALUES (:id, :reminder_id, :kind, CAST(:state AS text), :address_sealed, :key_id, :address_hash,
              :confirm_hash,
              -- A notice has no day: it goes when its pre-save needs it.
              CASE WHEN CAST(:state AS text) = 'armed' THEN (
                     SELECT greatest(due_at, now()) FROM reminder WHERE id = :reminder_id AND pre_save_id IS NULL)
                   WHEN :is_open THEN now() END,
              CASE WHEN CAST(:state AS text) <> 'unconfirmed' THEN now() END,
              CASE WHEN CAST(:state AS text) = 'sent' THEN now() END)
        """),
        {"id": way_id or uuid4(), "reminder_id": reminder_id, "kind": kind, "state": state, "is_open": is_open}
        | columns,
    )
