"""Handing a visitor over from inside an app to the device's own browser, before any sign-in begins.

The link carries the campaign, where the visitor came from, which releases they left out and a number of its own,
signed; nothing of a sign-in is in it: that begins anew in the browser that will get its answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from presave_app.extensions import current_settings
from presave_app.fanpage.carried import Carried
from presave_app.fanpage.inside_apps import Inside

# For a link that is opened at once.
_GOOD_SECONDS = 86_400


@dataclass(frozen=True)
class HandOver:
    """What a link says once it is opened elsewhere; `app` and `system` are where it was made."""

    campaign_id: int
    source: str
    app: str
    system: str
    nonce: str
    without: str = ""

    @property
    def carried(self) -> Carried:
        return Carried(self.source, self.without)


def make_token(campaign_id: int, carried: Carried, inside: Inside) -> str:
    """A signed token, short enough for an address."""
    said = [campaign_id, carried.source, inside.app.name, inside.system.value, secrets.token_urlsafe(9)]
    return str(_signer().dumps([*said, carried.without] if carried.without else said))


def open_token(token: str) -> HandOver | None:
    """What a token says; None when it is old, or none of ours."""
    try:
        return HandOver(*_signer().loads(token, max_age=_GOOD_SECONDS))
    except (BadData, TypeError):
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_settings().secret_key, salt="hand-over")
