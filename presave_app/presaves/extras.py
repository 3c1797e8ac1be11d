"""Extras: what a fan agreed to besides the add. Each is an action of its own with a time and tries of its own.

Following an artist and adding ahead of the day are due at the consent; what needs the release itself waits for
the add. An extra never changes the state of its pre-save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves.states import GrantId, PreSaveId

ADD_TO_LIBRARY = "add_to_library"
PRE_ADD = "pre_add"
# Whoever dies with an extra in hand delays it by this much.
LEASE_SECONDS = 120
MOST_TRIES = 12

# Extras a that may be done now: p, g, k and t are its pre-save, its grant, its campaign and the release on its service.
_DUE = """
    action a JOIN pre_save p ON p.id = a.pre_save_id JOIN fan_grant g ON g.id = p.grant_id AND g.state = 'active'
    JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
    LEFT JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service
    WHERE a.kind <> 'add_to_library' AND a.state IN ('todo', 'sent') AND a.next_at <= now()
      AND CASE a.kind
        WHEN 'follow_artist' THEN p.state IN ('armed', 'claimed', 'done')
        WHEN 'pre_add' THEN p.state = 'armed' AND p.due_at > now() AND t.ref IS NOT NULL
        ELSE p.state = 'done' END
"""

# Whether a fan waits for campaign k's release to be added ahead of the day on the service of target t.
AWAITS_PRE_ADD = """EXISTS (
    SELECT 1 FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id AND g.state = 'active'
    JOIN action a ON a.pre_save_id = p.id AND a.kind = 'pre_add' AND a.state IN ('todo', 'sent')
    WHERE p.campaign_id = k.id AND p.service = t.service AND p.state = 'armed' AND p.due_at > now())
"""


@dataclass(frozen=True)
class DueExtra:
    """One extra in hand. `subject` is what it is done to: the artist's ref, or else the release's."""

    pre_save_id: PreSaveId
    kind: str
    key: str
    subject: str
    grant_id: GrantId
    tries: int


def find_services_with_due(session: Session, services: Sequence[str]) -> list[str]:
    """Those of the services on which an extra may be done now."""
    found = text(f"SELECT DISTINCT p.service FROM {_DUE} AND p.service = ANY(:services)")  # noqa: S608
    return list(session.execute(found, {"services": list(services)}).scalars())


def take(session: Session, service: str, limit: int) -> list[DueExtra]:
    """Take up to `limit` extras in hand for `LEASE_SECONDS`."""
    rows = session.execute(
        text(f"""
            WITH due AS MATERIALIZED (
              SELECT a.pre_save_id, a.kind, a.subject, p.grant_id, t.ref FROM {_DUE} AND p.service = :service
              ORDER BY a.next_at LIMIT :limit FOR UPDATE OF a SKIP LOCKED)
            UPDATE action a SET next_at = now() + make_interval(secs => :lease) FROM due
            WHERE (a.pre_save_id, a.kind, a.subject) = (due.pre_save_id, due.kind, due.subject)
            RETURNING a.pre_save_id, a.kind, a.subject, a.tries, due.grant_id, due.ref
        """),  # noqa: S608 - a constant of this module
        {"service": service, "limit": limit, "lease": LEASE_SECONDS},
    )
    return [
        DueExtra(
            PreSaveId(row.pre_save_id),
            row.kind,
            row.subject,
            row.ref if row.subject == "release" else row.subject,
            GrantId(row.grant_id),
            row.tries,
        )
        for row in rows
    ]


def begin(session: Session, extra: DueExtra) -> bool:
    """Write ahead that its call is about to be made; False when the fan has cancelled, or the label holds it back."""
    # Campaign and pre-save are locked first, as by whoever holds or cancels; see presaves.collecting for the order.
    not_held = text("""
        SELECT 1 FROM campaign WHERE id = (SELECT campaign_id FROM pre_save WHERE id = :id) AND held_at IS NULL
        FOR SHARE
    """)
    alive = text("SELECT 1 FROM pre_save WHERE id = :id AND state IN ('armed', 'claimed', 'done') FOR SHARE")
    found = [session.execute(wanted, {"id": extra.pre_save_id}).one_or_none() for wanted in (not_held, alive)]
    if None in found:
        return False
    _write(session, extra, "state = 'sent', sent_at = now(), sent_count = sent_count + 1")
    return True


def end(session: Session, extra: DueExtra, *, is_done: bool, outcome: str) -> None:
    """Write down that it is over: done, or refused for a reason."""
    _write(
        session, extra, "state = :state, outcome = :outcome", state="done" if is_done else "refused", outcome=outcome
    )


def put_off(session: Session, extra: DueExtra, *, seconds: float, reason: str) -> None:
    """Let it be tried again after so long."""
    wait = "next_at = now() + make_interval(secs => :wait)"
    _write(session, extra, f"{wait}, tries = tries + 1, outcome = :outcome", wait=seconds, outcome=reason)


def _write(session: Session, extra: DueExtra, assignments: str, **values: object) -> None:
    session.execute(
        text(f"""
            UPDATE action SET {assignments}
            WHERE pre_save_id = :id AND kind = :kind AND subject = :key AND state IN ('todo', 'sent')
        """),  # noqa: S608 - constants of this module
        {"id": extra.pre_save_id, "kind": extra.kind, "key": extra.key, **values},
    )
