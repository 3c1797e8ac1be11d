"""Telling webhooks: each delivery at least once, signed, tried again after growing waits.

A delivery is claimed by moving its `next_at`, which is committed before anything is sent, so that one whose sender
died goes out again.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, text

from presave_app.api.hook_events import note_events
from presave_app.api.hooks import may_be_told, secret_of
from presave_app.extensions import current_settings
from presave_app.releases.alarm_webhook import SIGNATURE_HEADER, signature
from presave_app.streaming.errors import ServiceError
from presave_app.streaming.http import post, post_outside
from presave_app.transaction import refuse_inside, transaction

# A delivery that is sent has so long until another sender may take it: more than any call lasts.
_CLAIM_SECONDS = 120
_TURN_SECONDS = 60.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS, _MOST_TRIES = 60, 3600, 12

log = logging.getLogger(__name__)

_CLAIM = text("""
    WITH turn AS MATERIALIZED (
      SELECT d.id FROM hook_delivery d WHERE d.state = 'waiting' AND d.next_at <= now()
      ORDER BY d.next_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE hook_delivery d SET tries = d.tries + 1, next_at = now() + make_interval(secs => :claim)
    FROM turn, webhook h, campaign k WHERE d.id = turn.id AND h.id = d.hook_id AND k.id = d.campaign_id
    RETURNING d.id, d.hook_id, d.event, d.mark, d.tries, d.created_at, h.url, k.slug, k.title, k.artist,
      (SELECT count(*) FROM pre_save p WHERE p.campaign_id = k.id AND p.state <> 'withdrawn') AS total
""")
# What was removed or sent again meanwhile is not this sender's any more.
_TAKEN = text("""
    UPDATE hook_delivery SET state = 'taken', answer = :answer, ended_at = now()
    WHERE id = :id AND state = 'waiting' AND tries = :tries
""")
_NOT_TAKEN = text("""
    UPDATE hook_delivery SET answer = :answer, next_at = now() + make_interval(secs => :wait),
      state = CASE WHEN :is_last THEN 'given_up' ELSE state END, ended_at = CASE WHEN :is_last THEN now() END
    WHERE id = :id AND state = 'waiting' AND tries = :tries
""")


def deliver() -> int:
    """Note what happened and tell it; returns how many deliveries were tried."""
    note_events()
    give_up_at, tried = time.monotonic() + _TURN_SECONDS, 0
    while time.monotonic() < give_up_at and (claim := _take_claim()) is not None:
        _deliver(claim)
        tried += 1
    return tried


def _take_claim() -> Row[Any] | None:
    with transaction() as session:
        return session.execute(_CLAIM, {"claim": _CLAIM_SECONDS}).one_or_none()


def _deliver(claim: Row[Any]) -> None:
    is_taken, answer = _send(claim)
    values: dict[str, object] = {"id": claim.id, "tries": claim.tries, "answer": answer}
    if is_taken:
        with transaction() as session:
            session.execute(_TAKEN, values)
        return
    log.warning("delivery %d was not taken: %s", claim.id, answer)
    wait = min(_FIRST_WAIT_SECONDS * 2 ** (claim.tries - 1), _LONGEST_WAIT_SECONDS)
    with transaction() as session:
        session.execute(_NOT_TAKEN, {**values, "wait": wait, "is_last": claim.tries >= _MOST_TRIES})


def _send(claim: Row[Any]) -> tuple[bool, str]:
    """Whether it was taken, and the answer in one word."""
    refuse_inside("a webhook is told")
    if not may_be_told(claim.url):
        return False, "address_refused"
    body = _body_of(claim)
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: signature(secret_of(claim.hook_id), body),
        "X-Presave-Event": claim.event,
        "X-Presave-Delivery": str(claim.id),
    }
    try:
        # Plain http is taken only of a local installation's own machine.
        send = post if urlsplit(claim.url).scheme == "http" else post_outside
        status = send(claim.url, body.encode(), headers).status
    except ServiceError as refusal:
        return False, str(refusal)
    return 200 <= status < 300, f"http_{status}"


def _body_of(claim: Row[Any]) -> str:
    milestone = {"milestone": int(claim.mark)} if claim.event == "count.milestone" else {}
    return json.dumps(
        {
            "event": claim.event,
            "delivery": claim.id,
            "at": f"{claim.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "campaign": {
                "slug": claim.slug,
                "title": claim.title,
                "artist": claim.artist,
                "url": current_settings().absolute(f"/{claim.slug}"),
            },
            "total": claim.total,
            **milestone,
        },
        ensure_ascii=False,
    )
