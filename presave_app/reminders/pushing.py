"""Web push: one encrypted message to the push service of a fan's browser (RFC 8030, 8291, 8292)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from py_vapid import Vapid02
from pywebpush import WebPusher

from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.lib.languages import say, speaking
from presave_app.reminders.message import Message
from presave_app.reminders.typed import is_push_endpoint
from presave_app.streaming.errors import Refused, RetryLater
from presave_app.streaming.http import post, post_outside
from presave_app.transaction import refuse_inside

# How long the push service keeps it for a browser that is off: until nobody cares any more.
_KEPT_SECONDS = 3 * 86_400
# At most a day (RFC 8292, 2).
_TOKEN_SECONDS = 12 * 3600


class PushFault(Exception):
    """The message was not taken and may be tried again. The text is a short code: never an address."""


class PushGone(PushFault):
    """The browser does not take messages any more (404 or 410, RFC 8030, 7.3)."""


class PushRefused(PushFault):
    """The push service will never take this message."""


def push(message: Message) -> None:
    """Send one message to a subscription; raises PushFault."""
    refuse_inside("a push message is sent")
    subscription = json.loads(message.address)
    endpoint = subscription["endpoint"]
    if not is_push_endpoint(endpoint):
        raise PushRefused("endpoint_refused")
    encoded = WebPusher(subscription).encode(_payload(message), "aes128gcm")
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_KEPT_SECONDS),
        "Urgency": "normal",
        # A second message about the same would take the place of the first one (RFC 8030, 5.4).
        "Topic": message.way_id.hex,
        **_signed_for(endpoint),
    }
    _check(_send(endpoint, encoded["body"], headers))


def _check(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in (404, 410):
        raise PushGone(f"http_{status}")
    if status == 429 or status >= 500:
        raise PushFault(f"http_{status}")
    raise PushRefused(f"http_{status}")


def _payload(message: Message) -> bytes:
    """What static/js/push.js reads."""
    with speaking(message.language):
        said = {"title": say("Out now: {name}", name=message.title), "body": message.artist, "url": message.listen_url}
        if notice := message.notice:
            words = say("{service} needs your permission again.", service=notice.service_name)
            said = {"title": say("{title} needs you", title=message.title), "body": words, "url": notice.mine_url}
    return json.dumps({**said, "tag": message.way_id.hex}, ensure_ascii=False).encode()


def _signed_for(endpoint: str) -> dict[str, str]:
    settings = current_settings()
    if settings.vapid is None:
        raise PushFault("push_is_off")
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(clock.now().timestamp()) + _TOKEN_SECONDS,
        "sub": settings.public_url if settings.is_production else f"mailto:presave@{settings.public_hostname}",
    }
    return Vapid02.from_string(settings.vapid.private).sign(claims)


def _send(endpoint: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Anybody can send a subscription: it must not make us knock at machines that only we can reach."""
    send = post if urlsplit(endpoint).scheme == "http" else post_outside
    try:
        return send(endpoint, body, headers).status
    except Refused:
        raise PushRefused("endpoint_refused") from None
    except RetryLater as fault:
        # Perhaps it went out all the same: then the next one takes its place, by its topic here and its tag there.
        raise PushFault(fault.reason) from None
