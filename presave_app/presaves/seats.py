"""Seats: how many accounts an installation has served on a service that lets it serve only so many."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.streaming.connector import Connector


@dataclass(frozen=True)
class Seats:
    """How many fans the service lets this installation serve at all, and how many have pre-saved there."""

    most: int
    taken: int

    @property
    def are_gone(self) -> bool:
        return self.taken >= self.most


def find_seats(connector: Connector) -> Seats | None:
    """The seats on a service; None where it has no such limit. Each account is counted once, whatever came of it."""
    if connector.audience_limit is None:
        return None
    count = text("SELECT count(*) FROM fan_grant WHERE service = :service AND account_key <> 'nobody'")
    return Seats(connector.audience_limit, db.session.execute(count, {"service": connector.service}).scalar_one())
