"""The webhook of alarms: one signed piece of JSON for each notice."""

from __future__ import annotations

import hashlib
import hmac
import json

from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.releases.alarm_notice import Notice
from presave_app.streaming.http import post_json
from presave_app.transaction import refuse_inside

SIGNATURE_HEADER = "X-Presave-Signature"


def is_on() -> bool:
    """Whether this installation has a webhook."""
    return current_settings().alarm_webhook is not None


def post_notice(notice: Notice) -> None:
    """Post a notice; raises ServiceError unless it was taken."""
    refuse_inside("an alarm is posted")
    webhook = current_settings().alarm_webhook
    if webhook is None:
        return
    body = _body_of(notice)
    post_json(webhook.url, body, {SIGNATURE_HEADER: signature(webhook.secret, body)} if webhook.secret else {})


def _body_of(notice: Notice) -> str:
    return json.dumps(
        {
            "kind": notice.kind,
            "state": notice.state,
            "service": notice.service,
            "campaign": notice.slug,
            "title": notice.title,
            "text": notice.text,
            "url": notice.url,
            "opened_at": notice.opened_at.isoformat(),
            "closed_at": notice.closed_at.isoformat() if notice.closed_at else None,
        },
        ensure_ascii=False,
    )


def signature(secret: str, body: str) -> str:
    """What proves a body to whoever has the secret.

    The time is signed too, so that a receiver can refuse what somebody has kept and sends again.
    """
    at = int(clock.now().timestamp())
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
