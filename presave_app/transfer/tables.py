"""The spreadsheets of an export: consents, counts and reminders of a team, a block of lines at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Row, text

from presave_app.extensions import db
from presave_app.lib.spreadsheet import lines, stamp
from presave_app.lib.vault import VaultError
from presave_app.releases.receipts import receipt_number
from presave_app.reminders.addresses import open_address

_ROWS_AT_ONCE = 1000
_CONSENT_HEAD = (
    "campaign",
    "receipt",
    "service",
    "account",
    "state",
    "reason",
    "agreed_to",
    "language",
    "actions",
    "permissions",
    "agreed_at",
    "withdrawn_at",
    "accepted_at",
    "due_at",
    "done_at",
    "source",
    "time_zone",
)
# Columns are named one by one: no token can come in because a column was added.
_CONSENTS = """
    SELECT k.slug, p.id AS pre_save_id, c.service, p.account_key, p.state, p.reason, c.wording, c.language, c.actions,
      c.scopes, c.given_at, c.withdrawn_at, p.accepted_at, p.due_at, p.done_at, p.source, p.time_zone
    FROM consent c JOIN campaign k ON k.id = c.campaign_id LEFT JOIN pre_save p ON p.consent_id = c.id
    WHERE k.team_id = :team ORDER BY k.id, c.given_at, c.id, p.id
"""
_COUNT_HEAD = ("campaign", "day", "service", "pre_saves", "withdrawn", "reminders", "ways_out")
# Days are those of UTC, in which the ways out are counted.
_COUNTS = """
    SELECT k.slug, n.day, n.service, sum(n.pre_saves) AS pre_saves, sum(n.withdrawn) AS withdrawn,
      sum(n.reminders) AS reminders, sum(n.ways_out) AS ways_out
    FROM (
      SELECT campaign_id, (accepted_at AT TIME ZONE 'UTC')::date AS day, service,
        count(*) FILTER (WHERE state <> 'withdrawn') AS pre_saves, count(*) FILTER (WHERE state = 'withdrawn')
        AS withdrawn, 0 AS reminders, 0 AS ways_out FROM pre_save GROUP BY 1, 2, 3
      UNION ALL
      SELECT campaign_id, (created_at AT TIME ZONE 'UTC')::date, service, 0, 0, count(*), 0 FROM reminder r
      WHERE pre_save_id IS NULL AND withdrawn_at IS NULL AND EXISTS (
        SELECT 1 FROM reminder_way w
        WHERE w.reminder_id = r.id AND w.confirmed_at IS NOT NULL AND w.state <> 'withdrawn')
      GROUP BY 1, 2, 3
      UNION ALL
      SELECT campaign_id, day, service, 0, 0, 0, sum(number) FROM way_out GROUP BY 1, 2, 3
    ) n JOIN campaign k ON k.id = n.campaign_id
    WHERE k.team_id = :team GROUP BY k.id, k.slug, n.day, n.service ORDER BY k.id, n.day, n.service
"""
_REMINDER_HEAD = (
    "campaign",
    "service",
    "why",
    "way",
    "state",
    "language",
    "asked_at",
    "due_at",
    "confirmed_at",
    "sent_at",
    "withdrawn_at",
    "address",
    "source",
    "time_zone",
)
_REMINDERS = """
    SELECT k.slug, r.service, r.reason AS why, w.id AS way_id, w.kind, w.state, r.language, r.created_at, r.due_at,
      w.confirmed_at, w.sent_at, r.withdrawn_at, r.source, r.time_zone,
      CASE WHEN w.kind = 'email' AND w.confirmed_at IS NOT NULL AND r.withdrawn_at IS NULL THEN w.address_sealed
      END AS address_sealed
    FROM reminder r JOIN campaign k ON k.id = r.campaign_id LEFT JOIN reminder_way w ON w.reminder_id = r.id
    WHERE k.team_id = :team ORDER BY k.id, r.created_at, r.id, w.created_at, w.id
"""


def consents(team_id: int) -> Iterator[str]:
    """What fans agreed to, word for word, and what became of it. An account is the hash under which it is kept."""
    return _sheet(_CONSENT_HEAD, _CONSENTS, team_id, _consent_cells)


def counts(team_id: int) -> Iterator[str]:
    """How many, for each campaign, day and service."""
    return _sheet(_COUNT_HEAD, _COUNTS, team_id, lambda row: tuple(str(cell) for cell in row))


def reminders(team_id: int) -> Iterator[str]:
    """Who asked to be reminded. A mail address is there only while it is kept and once its owner confirmed it."""
    return _sheet(_REMINDER_HEAD, _REMINDERS, team_id, _reminder_cells)


def _sheet(
    head: tuple[str, ...], query: str, team_id: int, cells_of: Callable[[Row[Any]], tuple[str, ...]]
) -> Iterator[str]:
    rows = db.session.execute(text(query), {"team": team_id}, execution_options={"yield_per": _ROWS_AT_ONCE})
    with rows:
        yield lines([head])
        for block in rows.partitions(_ROWS_AT_ONCE):
            yield lines(cells_of(row) for row in block)


def _consent_cells(row: Row[Any]) -> tuple[str, ...]:
    return (
        row.slug,
        receipt_number(row.pre_save_id) if row.pre_save_id else "",
        row.service,
        _account_of(row.account_key),
        row.state or "",
        row.reason or "",
        row.wording,
        row.language,
        json.dumps(row.actions, ensure_ascii=False),
        " ".join(row.scopes),
        *map(stamp, (row.given_at, row.withdrawn_at, row.accepted_at, row.due_at, row.done_at)),
        row.source or "",
        row.time_zone or "",
    )


def _account_of(key: str | None) -> str:
    """A number that is nobody's any more has a name of its own, which would only look like somebody's."""
    return "" if key is None else key.partition(":")[0] if key.startswith("nobody") else key


def _reminder_cells(row: Row[Any]) -> tuple[str, ...]:
    return (
        row.slug,
        row.service,
        row.why,
        row.kind or "",
        row.state or "",
        row.language,
        *map(stamp, (row.created_at, row.due_at, row.confirmed_at, row.sent_at, row.withdrawn_at)),
        _address_of(row),
        row.source or "",
        row.time_zone or "",
    )


def _address_of(row: Row[Any]) -> str:
    if row.address_sealed is None:
        return ""
    try:
        return open_address(row.way_id, row.address_sealed)
    except VaultError:
        # Sealed under a key that is lost: nobody can read it.
        return ""
