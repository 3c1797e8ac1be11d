"""A handful of fans whose release is due, and what the service knows of them afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from fans import move_release, open_campaign, pre_save, read_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient


def due_fans(app: Flask, twin: TwinClient, number: int, release_in: float = -1.0) -> dict[str, UUID]:
    """So many fans of one campaign, whose moment is so many seconds from now; the service shows the release."""
    campaign_id = open_campaign()
    made = {fan: pre_save(app, twin, fan) for fan in names(number)}
    move_release(campaign_id, timedelta(seconds=release_in))
    return made


def names(number: int) -> list[str]:
    return [f"fan-{n:02}" for n in range(number)]


def states() -> Counter[str]:
    """How many pre-saves are in each state."""
    found = read_sql("SELECT json_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM pre_save GROUP BY 1) s")
    return Counter(found or {})


def holders(twin: TwinClient) -> list[str]:
    """The fans in whose library the release is."""
    return sorted(twin.control("GET", f"libraries?uri={ALBUM_URI}")["fans"])


def adds(twin: TwinClient) -> Counter[str]:
    """How many calls that add each fan has cost."""
    return Counter(call["fan"] for call in twin.calls(method="PUT", path="/me/library"))


def once_each(fans: list[str]) -> Counter[str]:
    return Counter(fans)
