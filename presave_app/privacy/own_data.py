"""A fan's own data: all that is kept behind the secret of one page, as plain JSON. `docs/own-data.md` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from presave_app.extensions import current_settings, db
from presave_app.lib import clock
from presave_app.lib.vault import VaultError
from presave_app.presaves.models import PreSave
from presave_app.reminders.addresses import open_address
from presave_app.reminders.looking_up import find_notice
from presave_app.reminders.models import Reminder
from presave_app.reminders.states import Kind

FORMAT = "presave-own-data/1"

_RELEASE = """
    SELECT k.title, k.artist, t.name AS label, k.slug FROM campaign k JOIN team t ON t.id = k.team_id WHERE k.id = :id
"""
# Columns are named one by one: a column that is added some day shows nothing before somebody has thought of it.
_CONSENT = """
    SELECT given_at, withdrawn_at, wording_version, language, wording, actions, scopes, tap_id FROM consent
    WHERE id = :id
"""
_PERMISSION = """
    SELECT state, scopes, granted_at, hard_expires_at AS ends_at, erased_at,
      access_token_sealed IS NOT NULL OR refresh_token_sealed IS NOT NULL AS is_kept,
      (SELECT count(*) FROM pre_save p WHERE p.grant_id = g.id) AS used_by_pre_saves
    FROM fan_grant g WHERE g.id = :id
"""
_MOVES = """
    SELECT at, from_state AS "from", to_state AS "to", reason FROM event WHERE pre_save_id = :id ORDER BY event.id
"""
_ACTIONS = """
    SELECT kind, subject, state, outcome, sent_count AS times_sent, sent_at FROM action
    WHERE pre_save_id = :id ORDER BY kind, subject
"""
_WAYS = """
    SELECT id, address_sealed, kind, state, reason, created_at, confirmed_at, sent_at FROM reminder_way
    WHERE reminder_id = :id ORDER BY created_at, reminder_way.id
"""
_PRE_SAVE = (
    "state",
    "reason",
    "time_zone",
    "source",
    "accepted_at",
    "due_at",
    "done_at",
    "verified_at",
    "kept_at",
)


def data_of_pre_save(pre_save: PreSave) -> str:
    """All that is kept of a pre-save. Tokens are never among it, only whether there are any."""
    notice = find_notice(pre_save.id)
    return _written(
        pre_save.campaign_id,
        pre_save.service,
        {
            "pre_save": {
                **{name: getattr(pre_save, name) for name in _PRE_SAVE},
                "account_pseudonym": pre_save.account_key,
                "moves": _rows(_MOVES, pre_save.id),
                "actions": _rows(_ACTIONS, pre_save.id),
            },
            "consent": _rows(_CONSENT, pre_save.consent_id)[0],
            "permission": _rows(_PERMISSION, pre_save.grant_id)[0],
            "notice": _reminder(notice) if notice else None,
        },
    )


def data_of_reminder(reminder: Reminder) -> str:
    """All that is kept of a reminder."""
    return _written(reminder.campaign_id, reminder.service, {"reminder": _reminder(reminder)})


def _reminder(reminder: Reminder) -> dict[str, Any]:
    names = ("reason", "language", "time_zone", "source", "created_at", "due_at", "withdrawn_at")
    ways = db.session.execute(text(_WAYS), {"id": reminder.id}).all()
    return {**{name: getattr(reminder, name) for name in names}, "ways": [_way(row) for row in ways]}


def _way(row: Row[Any]) -> dict[str, Any]:
    names = ("kind", "state", "reason", "created_at", "confirmed_at", "sent_at")
    return {**{name: getattr(row, name) for name in names}, "address": _address(row)}


def _address(row: Row[Any]) -> str | None:
    """The address while it is kept. Of a browser only where it is reached, not the key that seals its messages."""
    if row.address_sealed is None:
        return None
    try:
        address = open_address(row.id, row.address_sealed)
    except VaultError:
        # Sealed under a key that is lost: nobody can read it, its fan neither.
        return None
    return json.loads(address)["endpoint"] if row.kind == Kind.PUSH else address


def _written(campaign_id: int, service: str, kept: Mapping[str, Any]) -> str:
    release = db.session.execute(text(_RELEASE), {"id": campaign_id}).one()
    whole = {
        "format": FORMAT,
        "made_at": clock.now(),
        "release": {
            "title": release.title,
            "artist": release.artist,
            "label": release.label,
            "address": current_settings().absolute(f"/{release.slug}"),
        },
        "service": service,
        **kept,
    }
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2) + "\n"


def _rows(query: str, row_id: UUID | None) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(text(query), {"id": row_id}).mappings()]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} has no plain form")
