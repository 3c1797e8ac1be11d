"""Waiting without waiting: the data is moved as if the time had come."""

from __future__ import annotations

from chaos.stage import Stage


def hurry(stage: Stage) -> None:
    """Let whoever waits try at once. Leases are let alone, and so are the service's pauses."""
    stage.sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed' AND due_at <= now() AND next_at > now()")
    stage.sql("UPDATE fan_grant SET refused_at = refused_at - interval '61 s' WHERE refused_at IS NOT NULL")
    stage.sql("UPDATE target SET looked_at = NULL WHERE found_at IS NULL AND looked_at IS NOT NULL")


def end_leases_of(stage: Stage, owner: str) -> None:
    """End the leases of one who is dead, and whose last call has come to its end.

    Of nobody else: a second owner would call while the first one does, and that is what leases are there to prevent.
    """
    stage.sql(
        """
        WITH orphan AS (
          UPDATE pre_save p SET lease_until = now() FROM chaos.claim_owner o
          WHERE o.pre_save_id = p.id AND o.claim_no = p.claim_no AND o.owner = %s AND p.state = 'claimed'
          RETURNING p.grant_id)
        UPDATE fan_grant g SET refresh_until = NULL FROM orphan WHERE g.id = orphan.grant_id
        """,
        owner,
    )


def end_all_leases(stage: Stage) -> None:
    """For when everybody is dead."""
    stage.sql("UPDATE pre_save SET lease_until = now() WHERE state = 'claimed'")
    stage.sql("UPDATE fan_grant SET refresh_until = NULL WHERE refresh_until IS NOT NULL")


def open_gate(stage: Stage) -> None:
    """End every pause and every breaker: the service is well again."""
    stage.sql("""
        UPDATE service_gate SET open_at = least(open_at, now()), strikes = 0, breaker_at = NULL, probe_at = NULL
    """)


def look_now(stage: Stage) -> None:
    """Let every add that was not proved yet be looked at."""
    stage.sql("UPDATE pre_save SET read_back_at = now() WHERE verified_at IS NULL AND read_back_at > now()")
