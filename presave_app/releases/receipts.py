"""Receipts: what came of each pre-save, as a spreadsheet for a label. It names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from presave_app.extensions import current_settings, db
from presave_app.lib.spreadsheet import lines, stamp
from presave_app.lib.tokens import pseudonym
from presave_app.presaves.states import words_for

HEAD = (
    "receipt",
    "service",
    "state",
    "reason",
    "reason_in_words",
    "accepted_at",
    "due_at",
    "done_at",
    "verified_at",
    "kept_at",
    "possible_duplicate",
)
_DIGITS = 12
_ROWS_AT_ONCE = 1000


def receipt_number(pre_save_id: UUID) -> str:
    """A pre-save's number for people: always the same one, and without the pepper nobody finds the pre-save by it."""
    digits = pseudonym(current_settings().account_pepper, "receipt", str(pre_save_id))[:_DIGITS].upper()
    return f"R-{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def receipt_lines(campaign_id: int) -> Iterator[str]:
    """The spreadsheet, a block of lines at a time, so that a large campaign fills no memory."""
    rows = db.session.execute(
        text("""
            SELECT p.id, p.service, p.state, p.reason, p.accepted_at, p.due_at, p.done_at, p.verified_at, p.kept_at,
              EXISTS (SELECT 1 FROM action a WHERE a.pre_save_id = p.id AND a.sent_count > 1) AS possible_duplicate
            FROM pre_save p WHERE p.campaign_id = :id ORDER BY p.accepted_at, p.id
        """),
        {"id": campaign_id},
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    # Whoever stops the download half-way must not leave the cursor open.
    with rows:
        yield lines([HEAD])
        for block in rows.partitions(_ROWS_AT_ONCE):
            yield lines(_cells_of(row) for row in block)


def _cells_of(row: Row[Any]) -> tuple[str, ...]:
    moments = (row.accepted_at, row.due_at, row.done_at, row.verified_at, row.kept_at)
    return (
        receipt_number(row.id),
        row.service,
        row.state,
        row.reason or "",
        words_for(row.reason),
        *map(stamp, moments),
        "yes" if row.possible_duplicate else "no",
    )
