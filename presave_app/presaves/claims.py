"""Claims: who works on a due pre-save, until when, and what came of it.

The database decides. A claim carries a growing number; every later write names it and changes nothing once
a newer claim exists. The statement that finds new work also finds what a dead worker left behind: its
condition has no end, so nothing can fall out of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import db
from presave_app.presaves.states import GrantId, PreSaveId, State

LEASE_SECONDS = 90
# What a call may take at the most (streaming.http) and a little more.
CALL_SECONDS = 25


@dataclass(frozen=True)
class Claim:
    """The right to work on one pre-save, trusted until its lease ends by this process's own clock."""

    pre_save_id: PreSaveId
    campaign_id: int
    claim_no: int
    grant_id: GrantId
    tries: int
    refusals: int
    # What an earlier call may have added already.
    sent_ref: str | None
    taken_at: float = field(compare=False)

    def leaves_time_for_a_call(self) -> bool:
        """The last check before a call: a process that was frozen must not act on an old claim."""
        return time.monotonic() - self.taken_at < LEASE_SECONDS - CALL_SECONDS


@dataclass(frozen=True)
class Verdict:
    """What came of working on a claim, and when to go on if it is not over.

    `action_state` stays what it is when None: an action that was sent with no answer remains sent.
    """

    state: State
    reason: str
    action_state: str | None = None
    wait_seconds: float = 0.0
    counts_as_try: bool = False
    counts_as_refusal: bool = False


def claim_due(session: Session, service: str, limit: int) -> list[Claim]:
    """Claim up to `limit` due pre-saves whose release the service shows, oldest first."""
    taken_at = time.monotonic()
    rows = session.execute(
        text("""
            WITH due AS MATERIALIZED (
              SELECT p.id FROM pre_save p
              JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
              JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
              WHERE p.service = :service AND p.due_at <= now() AND p.next_at <= now()
                AND (p.state = 'armed' OR (p.state = 'claimed' AND p.lease_until < now()))
              ORDER BY p.next_at, p.id LIMIT :limit FOR UPDATE OF p SKIP LOCKED)
            UPDATE pre_save p SET state = 'claimed', claim_no = claim_no + 1,
                lease_until = now() + make_interval(secs => :lease)
            FROM due WHERE p.id = due.id
            RETURNING p.id, p.campaign_id, p.claim_no, p.grant_id, p.tries, p.refusals,
              (SELECT a.sent_ref FROM action a WHERE a.pre_save_id = p.id AND a.state = 'sent' LIMIT 1) AS sent_ref
        """),
        {"service": service, "limit": limit, "lease": LEASE_SECONDS},
    )
    return [
        Claim(
            pre_save_id=PreSaveId(row.id),
            campaign_id=row.campaign_id,
            claim_no=row.claim_no,
            grant_id=GrantId(row.grant_id),
            tries=row.tries,
            refusals=row.refusals,
            sent_ref=row.sent_ref,
            taken_at=taken_at,
        )
        for row in rows
    ]


def renew(session: Session, claim: Claim) -> Claim | None:
    """A full lease again, before the work begins; None when somebody else holds the pre-save by now."""
    taken_at = time.monotonic()
    row = session.execute(
        text("""
            UPDATE pre_save SET lease_until = now() + make_interval(secs => :lease)
            WHERE id = :id AND claim_no = :no AND state = 'claimed' RETURNING id
        """),
        {"id": claim.pre_save_id, "no": claim.claim_no, "lease": LEASE_SECONDS},
    ).one_or_none()
    return replace(claim, taken_at=taken_at) if row else None


def begin_call(session: Session, claim: Claim, kind: str) -> str | None:
    """Write ahead that a call is about to be made and say what to add; this commit is the start of the call.

    None when it must not start: the claim is lost or runs out, the fan cancelled, the campaign is on hold,
    or the release was moved into the future.
    """
    # The campaign is locked first, as by whoever edits it; see presaves.collecting for the order.
    is_out = session.execute(
        text("""
            SELECT held_at IS NULL AND release_at <= clock_timestamp() FROM campaign WHERE id = :campaign_id FOR SHARE
        """),
        {"campaign_id": claim.campaign_id},
    ).scalar_one()
    if not is_out:
        return None
    row = session.execute(
        text("""
            SELECT t.ref FROM pre_save p
            JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
            WHERE p.id = :id AND p.claim_no = :no AND p.state = 'claimed' AND p.due_at <= clock_timestamp()
              AND p.lease_until > clock_timestamp() + make_interval(secs => :call)
            FOR UPDATE OF p
        """),
        {"id": claim.pre_save_id, "no": claim.claim_no, "call": CALL_SECONDS},
    ).one_or_none()
    if row is None or row.ref is None:
        return None
    session.execute(
        text("""
            UPDATE action SET state = 'sent', sent_count = sent_count + 1, sent_at = now(), sent_ref = :ref
            WHERE pre_save_id = :id AND kind = :kind AND state IN ('todo', 'sent')
        """),
        {"id": claim.pre_save_id, "kind": kind, "ref": row.ref},
    )
    return str(row.ref)


def settle(session: Session, claim: Claim, verdict: Verdict, kind: str) -> bool:
    """Write down what came of it; False when the claim was lost, for then the new owner decides."""
    row = session.execute(
        text("""
            UPDATE pre_save SET state = :state, reason = :reason, lease_until = NULL,
                next_at = now() + make_interval(secs => :wait), tries = tries + :tried,
                refusals = refusals + :refused,
                done_at = CASE WHEN :is_done THEN now() ELSE done_at END,
                read_back_at = CASE WHEN :is_done THEN now() ELSE read_back_at END,
                read_backs = CASE WHEN :is_done THEN 0 ELSE read_backs END
            WHERE id = :id AND claim_no = :no AND state = 'claimed' RETURNING id
        """),
        {
            "id": claim.pre_save_id,
            "no": claim.claim_no,
            "state": verdict.state.value,
            "reason": verdict.reason,
            "wait": verdict.wait_seconds,
            "tried": int(verdict.counts_as_try),
            "refused": int(verdict.counts_as_refusal),
            "is_done": verdict.state is State.DONE,
        },
    ).one_or_none()
    if row is None:
        return False
    session.execute(
        text("""
            UPDATE action SET state = coalesce(:state, state), outcome = :reason
            WHERE pre_save_id = :id AND kind = :kind
        """),
        {"id": claim.pre_save_id, "kind": kind, "state": verdict.action_state, "reason": verdict.reason},
    )
    return True


def is_crowd_refused(campaign_id: int, service: str) -> bool:
    """Whether so many of a campaign's fans are refused that it can't be the fans: over 20 of them, and over 2 %."""
    return db.session.execute(
        text("""
            SELECT count(*) FILTER (WHERE refusals > 0 AND state IN ('armed', 'claimed', 'failed'))
                   > greatest(20, count(*) * 0.02)
            FROM pre_save WHERE campaign_id = :campaign_id AND service = :service
        """),
        {"campaign_id": campaign_id, "service": service},
    ).scalar_one()


def give_back(session: Session, unstarted: Sequence[Claim]) -> None:
    """Return claims that nobody has begun to work on, so that they need not wait for their lease."""
    for claim in unstarted:
        session.execute(
            text("""
                UPDATE pre_save SET state = 'armed', lease_until = NULL
                WHERE id = :id AND claim_no = :no AND state = 'claimed'
            """),
            {"id": claim.pre_save_id, "no": claim.claim_no},
        )


def need_reauth(session: Session, grant_id: UUID, reason: str) -> int:
    """Show every waiting pre-save of a dead grant as one that its fan has to repair; returns how many.

    Two statements: a fan who signs in again while we wait for the locks is seen only by the second one.
    """
    ids = {"grant_id": grant_id}
    session.execute(
        text("SELECT 1 FROM pre_save WHERE grant_id = :grant_id AND state = 'armed' ORDER BY id FOR UPDATE"), ids
    )
    moved = session.execute(
        text("""
            UPDATE pre_save p SET state = 'needs_reauth', reason = :reason
            WHERE p.grant_id = :grant_id AND p.state = 'armed'
              AND EXISTS (SELECT 1 FROM fan_grant g WHERE g.id = p.grant_id AND g.state <> 'active')
            RETURNING p.id
        """),
        {**ids, "reason": reason},
    )
    return len(moved.all())
