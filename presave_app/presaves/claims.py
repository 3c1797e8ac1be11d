"""Claims: who works on a due pre-save, until when, and what came of it.

The database decides. A claim carries a growing number; every later write names it and changes nothing once
a newer claim exists. The statement that finds new work also finds what a dead worker left behind: its
condition has no end, so nothing can fall out of it.

Rows are begun and settled in groups, because a commit a fan would cost more than the call. Each row keeps its
own fence in the group's WHERE.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from presave_app.presaves.states import GrantId, PreSaveId, State

LEASE_SECONDS = 90
# What a call may take at the most (streaming.http) and a little more.
CALL_SECONDS = 25
# How long the crowd waits for the label's test fans at the most.
CANARY_SECONDS = 60

# Due pre-saves that wait for nothing but their turn: p, k and t are the pre-save, its campaign and its target.
DUE = f"""
    pre_save p
    JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
    JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
    WHERE p.due_at <= now() AND p.state IN ('armed', 'claimed')
      AND (p.is_test_fan OR t.canary IS NULL OR t.canary IN ('passed', 'unclear')
           OR (t.canary = 'waiting' AND p.due_at <= now() - interval '{CANARY_SECONDS} s'))
"""

# The campaigns of which anything can be claimed: k and t are a campaign and its target on a service.
_MOVING = """
    target t JOIN campaign k ON k.id = t.campaign_id AND k.held_at IS NULL AND k.first_at <= now()
"""

_TEST_FANS = "t.canary IN ('waiting', 'refused') AND p.is_test_fan"

# While the test fans lead, the crowd waits; once they have failed, until a person decides.
_CROWD = f"""
    t.canary IS DISTINCT FROM 'refused' AND (t.canary IS DISTINCT FROM 'waiting'
      OR (NOT p.is_test_fan AND p.due_at <= now() - interval '{CANARY_SECONDS} s'))
"""


def _oldest(who: str, limit: str, lock: str = "") -> str:
    """Of one campaign's pre-saves on one service those that wait longest."""
    return f"""
        SELECT * FROM (SELECT p.id, p.service, p.next_at FROM pre_save p
         WHERE p.campaign_id = t.campaign_id AND p.service = t.service AND {who}
           AND p.due_at <= now() AND p.next_at <= now()
           AND (p.state = 'armed' OR (p.state = 'claimed' AND p.lease_until < now()))
         ORDER BY p.next_at, p.id LIMIT {limit} {lock}) AS oldest
    """  # noqa: S608 - constants of this module


def _each_campaigns(oldest: str) -> str:
    """The oldest of each campaign. A crowd that stands still is passed by without being read, however large."""
    return f"{_MOVING} CROSS JOIN LATERAL ({oldest}) p WHERE t.found_at IS NOT NULL"


# What can be claimed right now, one of each campaign: p, k and t are the pre-save, its campaign and its target.
CLAIMABLE = _each_campaigns(f"{_oldest(_TEST_FANS, '1')} UNION ALL {_oldest(_CROWD, '1')}")


def _claim_statement(chosen: str) -> str:
    """Claim what was chosen. The fence keeps the planner from taking more than the limit says."""
    return f"""
        WITH due AS MATERIALIZED ({chosen})
        UPDATE pre_save p SET state = 'claimed', claim_no = claim_no + 1,
            lease_until = now() + make_interval(secs => :lease)
        FROM due WHERE p.id = due.id
        RETURNING p.id, p.campaign_id, p.claim_no, p.grant_id, p.tries, p.refusals,
          (SELECT a.sent_ref FROM action a
           WHERE a.pre_save_id = p.id AND a.kind = 'add_to_library' AND a.state = 'sent') AS sent_ref
    """  # noqa: S608 - constants of this module


def _oldest_of_all(oldest: str) -> str:
    return f"""
        SELECT p.id FROM {_each_campaigns(oldest)} AND t.service = :service ORDER BY p.next_at, p.id LIMIT :limit
    """  # noqa: S608 - constants of this module


_LOCK = "FOR UPDATE SKIP LOCKED"
_CLAIM = text(
    _claim_statement(
        _oldest_of_all(f"{_oldest(_TEST_FANS, ':limit', _LOCK)} UNION ALL {_oldest(_CROWD, ':limit', _LOCK)}")
    )
)
_CLAIM_TEST_FANS = text(_claim_statement(_oldest_of_all(_oldest("p.is_test_fan", ":limit", _LOCK))))
# A probe goes to the campaign that was refused the least, and there to somebody who was not.
_CLAIM_FOR_PROBE = text(
    _claim_statement(f"""
        SELECT p.id FROM {DUE} AND p.service = :service AND p.next_at <= now()
          AND (p.state = 'armed' OR p.lease_until < now())
        ORDER BY (SELECT count(*) FROM pre_save r
                  WHERE r.campaign_id = p.campaign_id AND r.service = p.service AND r.refusals > 0),
          p.refusals, p.tries, p.next_at, p.id
        LIMIT :limit FOR UPDATE OF p SKIP LOCKED
    """)  # noqa: S608 - constants of this module
)


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
    return _claim(session, _CLAIM, service, limit)


def claim_test_fan(session: Session, service: str) -> Claim | None:
    """Claim a test fan who is due; None when there is none."""
    return next(iter(_claim(session, _CLAIM_TEST_FANS, service, 1)), None)


def claim_for_probe(session: Session, service: str) -> list[Claim]:
    """Claim the one by whom it is best found out whether the service works again."""
    return _claim(session, _CLAIM_FOR_PROBE, service, 1)


def _claim(session: Session, statement: TextClause, service: str, limit: int) -> list[Claim]:
    taken_at = time.monotonic()
    rows = session.execute(statement, {"service": service, "limit": limit, "lease": LEASE_SECONDS})
    return [_claim_in(row, taken_at) for row in rows]


def _claim_in(row: Row[tuple[object, ...]], taken_at: float) -> Claim:
    return Claim(
        pre_save_id=PreSaveId(row.id),
        campaign_id=row.campaign_id,
        claim_no=row.claim_no,
        grant_id=GrantId(row.grant_id),
        tries=row.tries,
        refusals=row.refusals,
        sent_ref=row.sent_ref,
        taken_at=taken_at,
    )


def renew(session: Session, claim: Claim) -> Claim | None:
    """A full lease again, before work that takes more than one call; None when somebody else holds the pre-save."""
    taken_at = time.monotonic()
    row = session.execute(
        text("""
            UPDATE pre_save SET lease_until = now() + make_interval(secs => :lease)
            WHERE id = :id AND claim_no = :no AND state = 'claimed' RETURNING id
        """),
        {"id": claim.pre_save_id, "no": claim.claim_no, "lease": LEASE_SECONDS},
    ).one_or_none()
    return replace(claim, taken_at=taken_at) if row else None


def begin_calls(session: Session, claims: Sequence[Claim], kind: str) -> dict[PreSaveId, str]:
    """Write ahead that calls are about to be made, and say what each is to add; this commit is their start.

    A claim whose call must not start is left out: it is lost or runs out, the fan cancelled, the campaign is on
    hold, the moment was moved into the future, or the service asked for a pause.
    """
    # Campaigns are locked first, as by whoever edits them; see presaves.collecting for the order.
    open_campaigns = session.execute(
        text("""
            SELECT id FROM campaign WHERE id = ANY(:ids) AND held_at IS NULL AND first_at <= clock_timestamp()
            ORDER BY id FOR SHARE
        """),
        {"ids": sorted({claim.campaign_id for claim in claims})},
    ).scalars()
    rows = session.execute(
        text("""
            WITH mine AS MATERIALIZED (
              SELECT p.id, t.ref FROM unnest(CAST(:ids AS uuid[]), CAST(:nos AS int[])) AS c(id, no)
              JOIN pre_save p ON p.id = c.id AND p.claim_no = c.no
              JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service
                AND t.found_at IS NOT NULL AND t.ref IS NOT NULL
              LEFT JOIN service_gate g ON g.service = p.service
              WHERE p.state = 'claimed' AND p.campaign_id = ANY(:campaigns) AND p.due_at <= clock_timestamp()
                AND p.lease_until > clock_timestamp() + make_interval(secs => :call)
                AND coalesce(g.open_at <= clock_timestamp(), true)
              ORDER BY p.id FOR UPDATE OF p)
            UPDATE action a SET state = 'sent', sent_count = sent_count + 1, sent_at = now(), sent_ref = mine.ref
            FROM mine WHERE a.pre_save_id = mine.id AND a.kind = :kind AND a.state IN ('todo', 'sent')
            RETURNING a.pre_save_id, mine.ref
        """),
        {
            "ids": [claim.pre_save_id for claim in claims],
            "nos": [claim.claim_no for claim in claims],
            "campaigns": list(open_campaigns),
            "call": CALL_SECONDS,
            "kind": kind,
        },
    )
    return {PreSaveId(row.pre_save_id): row.ref for row in rows}


def settle(session: Session, results: Sequence[tuple[Claim, Verdict]], kind: str) -> int:
    """Write down what came of claims; returns how many. A lost claim changes nothing: its new owner decides."""
    # In the order of ids, as everybody locks who takes more than one.
    results = sorted(results, key=lambda result: result[0].pre_save_id)
    verdicts = [verdict for _, verdict in results]
    values = {
        "ids": [claim.pre_save_id for claim, _ in results],
        "nos": [claim.claim_no for claim, _ in results],
        "states": [verdict.state.value for verdict in verdicts],
        "reasons": [verdict.reason for verdict in verdicts],
        "waits": [verdict.wait_seconds for verdict in verdicts],
        "tried": [int(verdict.counts_as_try) for verdict in verdicts],
        "refused": [int(verdict.counts_as_refusal) for verdict in verdicts],
        "actions": [verdict.action_state for verdict in verdicts],
        "kind": kind,
    }
    session.execute(text("SELECT 1 FROM pre_save WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), values)
    settled = session.execute(
        text("""
            WITH said AS MATERIALIZED (
              SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:nos AS int[]), CAST(:states AS text[]),
                CAST(:reasons AS text[]), CAST(:waits AS float8[]), CAST(:tried AS int[]), CAST(:refused AS int[]),
                CAST(:actions AS text[])) AS v(id, no, state, reason, wait, tried, refused, action_state)),
            held AS (
              UPDATE pre_save p SET state = v.state, reason = v.reason, lease_until = NULL,
                next_at = now() + make_interval(secs => v.wait), tries = tries + v.tried,
                refusals = refusals + v.refused,
                done_at = CASE WHEN v.state = 'done' THEN now() ELSE done_at END,
                read_back_at = CASE WHEN v.state = 'done' THEN now() ELSE read_back_at END,
                read_backs = CASE WHEN v.state = 'done' THEN 0 ELSE read_backs END
              FROM said v WHERE p.id = v.id AND p.claim_no = v.no AND p.state = 'claimed' RETURNING p.id)
            UPDATE action a SET state = coalesce(v.action_state, a.state), outcome = v.reason
            FROM said v JOIN held ON held.id = v.id WHERE a.pre_save_id = v.id AND a.kind = :kind
            RETURNING a.pre_save_id
        """),
        values,
    )
    return len(settled.all())


def give_back(session: Session, unstarted: Sequence[Claim]) -> None:
    """Return claims that nobody works on any more, so that they need not wait for their lease."""
    session.execute(
        text("""
            UPDATE pre_save p SET state = 'armed', lease_until = NULL
            FROM unnest(CAST(:ids AS uuid[]), CAST(:nos AS int[])) AS c(id, no)
            WHERE p.id = c.id AND p.claim_no = c.no AND p.state = 'claimed'
        """),
        {"ids": [claim.pre_save_id for claim in unstarted], "nos": [claim.claim_no for claim in unstarted]},
    )
