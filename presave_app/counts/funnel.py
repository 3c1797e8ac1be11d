"""How far visitors inside other apps get: each step is counted, by app and system, and nobody by name."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import db

_LANES = 4


class Step(StrEnum):
    """In this order. `OPENED` is counted when the page was opened in the device's own browser, `ELSEWHERE` when a
    sign-in came back to another browser than the one it began in.
    """

    SEEN = "seen"
    OPENED = "opened"
    SIGN_IN = "sign_in"
    BACK = "back"
    ELSEWHERE = "elsewhere"
    DONE = "done"


@dataclass(frozen=True)
class AppFunnel:
    """One app on one system: how often each step was taken."""

    app: str
    system: str
    steps: Mapping[Step, int]


_COUNT = text("""
    INSERT INTO app_step AS s (campaign_id, app, system, step, lane, number)
    VALUES (:id, :app, :system, :step, :lane, 1)
    ON CONFLICT (campaign_id, app, system, step, lane) DO UPDATE SET number = s.number + 1
""")

_TOTALS = text("""
    SELECT app, system, step, sum(number) AS n FROM app_step WHERE campaign_id = :id GROUP BY 1, 2, 3
""")

_FIRST = text("INSERT INTO opened_link (nonce) VALUES (:nonce) ON CONFLICT DO NOTHING RETURNING nonce")


def count_step(session: Session, campaign_id: int, app: str, system: str, step: Step) -> None:
    """One more who got so far."""
    lane = secrets.randbelow(_LANES)
    session.execute(_COUNT, {"id": campaign_id, "app": app, "system": system, "step": step.value, "lane": lane})


def is_first_opening(session: Session, nonce: str) -> bool:
    """Whether a hand-over link is opened for the first time; a page that is loaded again counts once."""
    return session.execute(_FIRST, {"nonce": nonce}).one_or_none() is not None


def forget_opened(session: Session) -> int:
    """Forget links that are too old to be opened; returns how many."""
    gone = session.execute(text("DELETE FROM opened_link WHERE at < now() - interval '2 days' RETURNING nonce"))
    return len(gone.all())


def funnels_of(campaign_id: int) -> list[AppFunnel]:
    """What is known of a campaign, the app with the most visitors first."""
    found: dict[tuple[str, str], dict[Step, int]] = {}
    for row in db.session.execute(_TOTALS, {"id": campaign_id}):
        found.setdefault((row.app, row.system), dict.fromkeys(Step, 0))[Step(row.step)] = int(row.n)
    funnels = [AppFunnel(app, system, steps) for (app, system), steps in found.items()]
    return sorted(funnels, key=lambda one: (-one.steps[Step.SEEN], one.app, one.system))
