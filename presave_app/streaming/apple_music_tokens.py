"""The developer tokens by which Apple knows this installation: signed here, with the key of its developer account.

https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens
"""

from __future__ import annotations

import time
from threading import Lock

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from presave_app.lib import clock
from presave_app.streaming.errors import AppBlocked

# A fan's browser needs one for as long as a sign-in may take, and anybody can read it there.
_BROWSER_SECONDS = 30 * 60
# Apple takes up to six months; nobody needs a token that outlives its process by so much.
_WORKER_SECONDS = 6 * 3600
# A clock that is a little ahead of Apple's must not give tokens from the future.
_BACKDATED_SECONDS = 60


class DeveloperTokens:
    """Mints both kinds. Each raises AppBlocked where the key is none that can sign."""

    def __init__(self, *, team_id: str, key_id: str, private_key: str) -> None:
        self._team_id = team_id
        self._key_id = key_id
        # A PEM has lines, which an environment often can't hold but as \n.
        self._private_key = private_key.replace("\\n", "\n")
        self._kept: tuple[str, float] = ("", 0.0)
        self._lock = Lock()

    def for_browser(self, origin: str) -> str:
        """A short one for pages of `origin` alone: Apple compares the claim with the header of the request."""
        return self._mint(_BROWSER_SECONDS, origin=[origin])

    def for_worker(self) -> str:
        """One without an origin, since a server sends none; kept in this process for half of its life."""
        with self._lock:
            token, good_until = self._kept
            if time.monotonic() >= good_until:
                token = self._mint(_WORKER_SECONDS)
                self._kept = (token, time.monotonic() + _WORKER_SECONDS / 2)
        return token

    def forget(self) -> None:
        """Mint the next one anew: the one that is kept was refused, as one from a wrong clock is."""
        self._kept = ("", 0.0)

    def _mint(self, seconds: int, **claims: list[str]) -> str:
        issued_at = int(clock.now().timestamp()) - _BACKDATED_SECONDS
        whose = {"iss": self._team_id, "iat": issued_at, "exp": issued_at + seconds, **claims}
        try:
            key = ECKey.import_key(self._private_key)
            return jwt.encode({"alg": "ES256", "kid": self._key_id}, whose, key, default_type=None)
        except (ValueError, JoseError):
            # Without its cause, which tells of the key.
            raise AppBlocked("invalid_client") from None
