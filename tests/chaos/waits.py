"""Waiting without waiting: the data is moved as if the time had come."""

from __future__ import annotations

from chaos.stage import Stage


def hurry(stage: Stage) -> None:
    """Let whoever waits try at once. Leases are let alone, and so are the service's pauses."""
    stage.sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed' AND due_at <= now() AND next_at > now()")
    stage.sql("UPDATE fan_grant SET refused_at = refused_at - interval '61 s' WHERE refused_at IS NOT NULL")
    stage.sql("UPDATE target SET looked_at = NULL WHERE found_at IS NULL AND looked_at IS NOT NULL")


def end_leases(stage: Stage) -> None:
    """For when nobody is alive who could hold one: else a second owner would call while the first one does."""
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
