"""Sign-ins on their way: started in one browser, good once, for ten minutes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings
from presave_app.lib.tokens import hash_secret, new_secret

FLOW_MINUTES = 10


@dataclass(frozen=True)
class NewFlow:
    """The secrets of a sign-in that is about to begin: one for the browser to carry, one for PKCE (RFC 7636)."""

    state: str = field(default_factory=new_secret, repr=False)
    code_verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)


@dataclass(frozen=True)
class ReturnedFlow:
    """What is known of a flow whose fan has come back."""

    campaign_id: int
    service: str
    consent_draft: dict[str, Any]
    secret: str = field(repr=False)


def start(
    session: Session,
    *,
    state: str,
    secret: str,
    browser: str,
    service: str,
    campaign_id: int,
    consent_draft: dict[str, Any],
) -> None:
    """Note a sign-in that begins in the browser holding the secret `browser`.

    `secret` is what the connector needs when the fan comes back (`SignInStart.secret`).
    """
    flow_id = uuid4()
    session.execute(
        text("""
            INSERT INTO oauth_flow (id, state_hash, browser_hash, service, campaign_id, consent_draft,
                                    code_verifier_sealed, expires_at)
            VALUES (:id, :state, :browser, :service, :campaign_id, CAST(:draft AS jsonb), :verifier,
                    now() + make_interval(mins => :minutes))
        """),
        {
            "id": flow_id,
            "state": hash_secret(state),
            "browser": hash_secret(browser),
            "service": service,
            "campaign_id": campaign_id,
            "draft": json.dumps(consent_draft),
            "verifier": current_settings().token_keys.seal(secret, _place(flow_id)),
            "minutes": FLOW_MINUTES,
        },
    )


def use(session: Session, *, state: str, browser: str, service: str) -> ReturnedFlow | None:
    """Use up the flow, which succeeds once: for the same browser, the same service, and in time."""
    row = session.execute(
        text("""
            UPDATE oauth_flow SET used_at = now()
            WHERE state_hash = :state AND browser_hash = :browser AND service = :service
              AND used_at IS NULL AND expires_at > now()
            RETURNING id, campaign_id, service, consent_draft, code_verifier_sealed
        """),
        {"state": hash_secret(state), "browser": hash_secret(browser), "service": service},
    ).one_or_none()
    if row is None:
        return None
    secret = current_settings().token_keys.open(row.code_verifier_sealed, _place(row.id))
    return ReturnedFlow(row.campaign_id, row.service, row.consent_draft, secret)


def find_campaign_of(session: Session, state: str) -> int | None:
    """The campaign a state once belonged to, to lead a fan back to its page; proves nothing else."""
    return session.execute(
        text("SELECT campaign_id FROM oauth_flow WHERE state_hash = :state"), {"state": hash_secret(state)}
    ).scalar_one_or_none()


def find_waiting_draft(session: Session, state: str) -> dict[str, Any] | None:
    """What is agreed to in the sign-in with this state, while it is still on its way, wherever it began."""
    waiting = text("""
        SELECT consent_draft FROM oauth_flow WHERE state_hash = :state AND used_at IS NULL AND expires_at > now()
    """)
    return session.execute(waiting, {"state": hash_secret(state)}).scalar_one_or_none()


def forget_old(session: Session) -> int:
    """Remove flows that ended a day ago; returns how many."""
    done = session.execute(text("DELETE FROM oauth_flow WHERE expires_at < now() - interval '1 day' RETURNING id"))
    return len(done.all())


def _place(flow_id: UUID) -> str:
    return f"oauth_flow:{flow_id}:code_verifier"
