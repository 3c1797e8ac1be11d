"""Whose turn it is to play: asked for by a member, claimed by one worker, ended, or found again by the clock.

The database decides. A play belongs to its worker for as long as its lease lasts, and one plays at a time in the
installation, because a small machine has room for no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.queue import PLAY_REHEARSAL, ring_after_commit
from presave_app.rehearsals.obstacles import find_obstacle
from presave_app.transaction import retried, transaction

LEASE_SECONDS = 30
# A worker that dies twice over a play would die over it again.
_MOST_TRIES = 2
# Any number that no other lock of ours has.
_ONE_AT_A_TIME = 0x5245_4845

# A play r that nobody has in hand; and that somebody has.
_IS_FREE = "(r.play_state = 'queued' OR (r.play_state = 'running' AND r.lease_until < now()))"
_IS_HELD = "r.play_state = 'running' AND r.lease_until >= now()"


@dataclass(frozen=True)
class Turn:
    """The right to play a campaign's rehearsal, for as long as the lease is renewed."""

    campaign_id: int
    run: int

    @property
    def schema(self) -> str:
        """The schema of this play alone: whoever still works for an older one finds nothing of it."""
        return f"rehearsal_{self.campaign_id}_{self.run}"


def ask(campaign_id: int) -> None:
    """Have the rehearsal of a campaign played, unless its adds or others' come first; call inside a transaction."""
    obstacle = find_obstacle()
    values = {"id": campaign_id, "state": "failed" if obstacle else "queued", "reason": obstacle}
    db.session.execute(
        text("""
            UPDATE rehearsal SET play_state = :state, play_reason = :reason, play = NULL, tries = 0, lease_until = NULL,
              played_fans = 0, cast_fans = 0 WHERE campaign_id = :id
        """),
        values,
    )
    if obstacle is None:
        ring_after_commit(PLAY_REHEARSAL, campaign_id)


def find_waiting() -> list[int]:
    """Campaigns whose rehearsal is to be played, while nothing else is being played."""
    held = text(f"SELECT 1 FROM rehearsal r WHERE {_IS_HELD} LIMIT 1")  # noqa: S608 - a constant of this module
    if db.session.execute(held).one_or_none():
        return []
    waiting = text(f"SELECT r.campaign_id FROM rehearsal r WHERE {_IS_FREE} ORDER BY r.at LIMIT 1")  # noqa: S608
    return list(db.session.execute(waiting).scalars())


def claim(campaign_id: int) -> Turn | None:
    """Take the turn; None where it is another's, or nobody's any more."""
    with transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        row = session.execute(
            text(f"""
                UPDATE rehearsal r SET run = run + 1, tries = tries + 1,
                  play_state = CASE WHEN tries < :most THEN 'running' ELSE 'failed' END,
                  play_reason = CASE WHEN tries < :most THEN NULL ELSE 'worker_died' END,
                  lease_until = CASE WHEN tries < :most THEN now() + make_interval(secs => :lease) END
                WHERE campaign_id = :id AND {_IS_FREE} AND NOT EXISTS (
                  SELECT 1 FROM rehearsal o
                  WHERE o.campaign_id <> r.campaign_id AND o.play_state = 'running' AND o.lease_until >= now())
                RETURNING r.run, r.play_state
            """),  # noqa: S608 - a constant of this module
            {"id": campaign_id, "most": _MOST_TRIES, "lease": LEASE_SECONDS},
        ).one_or_none()
    return Turn(campaign_id, row.run) if row and row.play_state == "running" else None


def hold(turn: Turn, played: int, cast: int) -> bool:
    """Keep the turn, and show how far it is; False when it was lost."""
    values = {**_key(turn), "played": played, "cast": cast, "lease": LEASE_SECONDS}
    return _changes(
        """
        UPDATE rehearsal SET lease_until = now() + make_interval(secs => :lease), played_fans = :played,
          cast_fans = :cast
        WHERE campaign_id = :id AND run = :run AND play_state = 'running' RETURNING run
        """,
        values,
    )


def finish(turn: Turn, play: Sequence[Mapping[str, object]]) -> bool:
    """Keep what came of it."""
    return _end(turn, "done", None, play)


def fail(turn: Turn, reason: str) -> bool:
    """Say why nothing came of it."""
    return _end(turn, "failed", reason, None)


def give_back(turn: Turn) -> bool:
    """Let another worker begin it anew: this one was told to leave, and it counts as no try."""
    return _changes(
        """
        UPDATE rehearsal SET play_state = 'queued', lease_until = NULL, tries = greatest(0, tries - 1)
        WHERE campaign_id = :id AND run = :run AND play_state = 'running' RETURNING run
        """,
        _key(turn),
    )


def held_schemas() -> set[str]:
    """The schemas of the plays that some worker has in hand."""
    rows = db.session.execute(text(f"SELECT r.campaign_id, r.run FROM rehearsal r WHERE {_IS_HELD}"))  # noqa: S608
    return {Turn(row.campaign_id, row.run).schema for row in rows}


def _end(turn: Turn, state: str, reason: str | None, play: Sequence[Mapping[str, object]] | None) -> bool:
    kept = None if play is None else json.dumps(play)
    return _changes(
        """
        UPDATE rehearsal SET play_state = :state, play_reason = :reason, play = CAST(:play AS jsonb), lease_until = NULL
        WHERE campaign_id = :id AND run = :run AND play_state = 'running' RETURNING run
        """,
        {**_key(turn), "state": state, "reason": reason, "play": kept},
    )


def _key(turn: Turn) -> dict[str, object]:
    return {"id": turn.campaign_id, "run": turn.run}


def _changes(statement: str, values: Mapping[str, object]) -> bool:
    return retried(lambda session: session.execute(text(statement), dict(values)).one_or_none() is not None)
