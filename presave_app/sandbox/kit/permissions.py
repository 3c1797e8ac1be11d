"""What fans have allowed, and every code and token that came of it."""

import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from threading import RLock

# Access tokens live for an hour; expired ones are only kept to answer "expired" instead of "invalid".
KEPT_ACCESS_TOKENS = 200_000


class RefreshState(StrEnum):
    GOOD = "good"
    USED = "used"
    REVOKED = "revoked"


@dataclass(slots=True)
class Grant:
    client_id: str
    fan: str
    scopes: frozenset[str]
    authorized_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`own` holds what only this service's token endpoint asks about, as `access_type`."""

    client_id: str
    fan: str
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    authorized_at: datetime
    expires_at: datetime
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Without a fan it is an app's own token; `expires_at` None means that it never expires."""

    client_id: str
    fan: str | None
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(slots=True)
class RefreshToken:
    """All tokens that came of one sign-in by rotation are one `family`."""

    client_id: str
    fan: str
    scopes: frozenset[str]
    authorized_at: datetime
    is_public: bool = False
    state: RefreshState = RefreshState.GOOD
    family: str = field(default_factory=lambda: secrets.token_hex(8))
    used_at: datetime | None = None


# The client id of the app and the name of the fan.
GrantKey = tuple[str, str]


class Permissions:
    def __init__(self, lock: RLock, *, access_prefix: str = "", refresh_prefix: str = "") -> None:
        self._lock = lock
        self._prefixes = (access_prefix, refresh_prefix)
        self._grants: dict[GrantKey, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._refresh_of: defaultdict[GrantKey, list[RefreshToken]] = defaultdict(list)
        self._revoked_at: dict[GrantKey, datetime] = {}

    def find_grant(self, client_id: str, fan: str) -> Grant | None:
        return self._grants.get((client_id, fan))

    def grants_of(self, fan: str) -> list[Grant]:
        with self._lock:
            return [grant for (_, name), grant in self._grants.items() if name == fan]

    def allow(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Grant:
        """A new consent adds scopes to what was allowed before and starts the six months again."""
        with self._lock:
            earlier = self._grants.get((client_id, fan))
            held = earlier.scopes if earlier else frozenset()
            grant = Grant(client_id, fan, held | scopes, now)
            self._grants[client_id, fan] = grant
            return grant

    def issue_code(self, code: Code) -> str:
        with self._lock:
            text = secrets.token_urlsafe(48)
            self._codes[text] = code
            return text

    def take_code(self, text: str, client_id: str) -> Code | None:
        """Of two who bring the same code one gets it; an app cannot burn another app's code."""
        with self._lock:
            code = self._codes.get(text)
            if code is None or code.client_id != client_id:
                return None
            return self._codes.pop(text)

    def issue_access(
        self, client_id: str, fan: str | None, scopes: frozenset[str], now: datetime, seconds: int | None
    ) -> str:
        """`seconds` None: the token never expires."""
        with self._lock:
            text = f"{self._prefixes[0]}{secrets.token_urlsafe(64)}"
            expires_at = None if seconds is None else now + timedelta(seconds=seconds)
            self._access[text] = AccessToken(client_id, fan, scopes, now, expires_at)
            self._forget_long_expired(now)
            return text

    def find_access(self, text: str) -> AccessToken | None:
        return self._access.get(text)

    def issue_refresh(self, token: RefreshToken) -> str:
        with self._lock:
            text = f"{self._prefixes[1]}{secrets.token_urlsafe(64)}"
            self._refresh[text] = token
            self._refresh_of[token.client_id, token.fan].append(token)
            return text

    def find_refresh(self, text: str) -> RefreshToken | None:
        return self._refresh.get(text)

    def refresh_tokens_of(self, client_id: str, fan: str) -> list[RefreshToken]:
        """Every one since the fan last removed the app, oldest first, the used ones too."""
        with self._lock:
            return list(self._refresh_of.get((client_id, fan), ()))

    def rotate(self, token: RefreshToken) -> str:
        """The next token keeps the day of the consent: refreshing never makes it live longer."""
        with self._lock:
            token.state = RefreshState.USED
            return self.issue_refresh(replace(token, state=RefreshState.GOOD))

    def revoke_family(self, token: RefreshToken) -> None:
        """Ends every token that came of the same sign-in; the fan's consent and other sign-ins stay."""
        with self._lock:
            for one in self._refresh_of[token.client_id, token.fan]:
                if one.family == token.family:
                    one.state = RefreshState.REVOKED

    def revoke(self, client_id: str, fan: str, now: datetime) -> None:
        with self._lock:
            self._grants.pop((client_id, fan), None)
            self._revoked_at[client_id, fan] = now
            for token in self._refresh_of.pop((client_id, fan), []):
                token.state = RefreshState.REVOKED

    def was_revoked(self, token: AccessToken) -> bool:
        revoked_at = self._revoked_at.get((token.client_id, token.fan or ""))
        return revoked_at is not None and token.issued_at <= revoked_at

    def count(self) -> int:
        return len(self._grants)

    def reset(self) -> None:
        with self._lock:
            for store in (self._grants, self._codes, self._access, self._refresh):
                store.clear()
            self._refresh_of.clear()
            self._revoked_at.clear()

    def _forget_long_expired(self, now: datetime) -> None:
        while len(self._access) > KEPT_ACCESS_TOKENS:
            oldest = next(iter(self._access))
            if not self._access[oldest].is_expired(now):
                return
            del self._access[oldest]
