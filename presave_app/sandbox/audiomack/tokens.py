"""Request tokens, the secrets of tokens, and the nonces that were seen.

https://www.rfc-editor.org/rfc/rfc5849#section-2
"""

import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

SECRET_BYTES = 24


@dataclass(slots=True)
class RequestToken:
    """`fan` and `verifier` are there once the fan has allowed it."""

    text: str
    secret: str
    client_id: str
    callback: str
    expires_at: datetime
    fan: str | None = None
    verifier: str = ""


class OAuthTokens:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._requests: dict[str, RequestToken] = {}
        self._secrets: dict[str, str] = {}
        self._nonces: set[tuple[str, ...]] = set()
        self._nonce_order: deque[tuple[int, tuple[str, ...]]] = deque()

    def issue_request(self, client_id: str, callback: str, expires_at: datetime) -> RequestToken:
        token = RequestToken(_made_up(), _made_up(), client_id, callback, expires_at)
        with self._lock:
            self._requests[token.text] = token
        return token

    def find_request(self, text: str, now: datetime) -> RequestToken | None:
        token = self._requests.get(text)
        return token if token is not None and now < token.expires_at else None

    def allow(self, token: RequestToken, fan: str) -> str:
        """The verifier that only the fan's browser brings back."""
        with self._lock:
            token.fan, token.verifier = fan, _made_up()
            return token.verifier

    def forget_request(self, text: str) -> RequestToken | None:
        """Of two who use the same request token one gets it."""
        with self._lock:
            return self._requests.pop(text, None)

    def issue_secret(self, access_token: str) -> str:
        with self._lock:
            return self._secrets.setdefault(access_token, _made_up())

    def secret_of(self, access_token: str) -> str | None:
        return self._secrets.get(access_token)

    def is_new_nonce(self, timestamp: int, nonce: tuple[str, ...], oldest: int) -> bool:
        """Whether it was never seen; those stamped before `oldest` are refused anyway and are forgotten."""
        with self._lock:
            while self._nonce_order and self._nonce_order[0][0] < oldest:
                self._nonces.discard(self._nonce_order.popleft()[1])
            if nonce in self._nonces:
                return False
            self._nonces.add(nonce)
            self._nonce_order.append((timestamp, nonce))
            return True

    def reset(self) -> None:
        with self._lock:
            self._requests.clear()
            self._secrets.clear()
            self._nonces.clear()
            self._nonce_order.clear()


def _made_up() -> str:
    return secrets.token_hex(SECRET_BYTES)
