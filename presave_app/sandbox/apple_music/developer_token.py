"""The developer token: a JWT of ours, signed with ES256, held against the team's public key.

https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry, extract_compact

from .team_keys import TeamKey

ALGORITHM = "ES256"


class DeveloperTokenError(Exception):
    """The token is not accepted. The text is for the journal: the service answers 401 and says nothing."""


@dataclass(frozen=True, slots=True)
class DeveloperToken:
    """`origins` None means that the token has no `origin` claim and is good from anywhere."""

    key: TeamKey
    expires_at: int
    origins: frozenset[str] | None

    def is_for(self, origin: str | None) -> bool:
        return self.origins is None or origin in self.origins


def read_developer_token(
    text: str, keys: Mapping[str, TeamKey], now: datetime, longest_life_seconds: int
) -> DeveloperToken:
    """Raises DeveloperTokenError for whatever is wrong with it, except where the call comes from."""
    key = _key_of(text, keys)
    claims = _signed_claims(text, key.public)
    if claims.get("iss") != key.team_id:
        raise DeveloperTokenError("iss is not the key's team")
    if not _is_number(claims.get("iat")):
        raise DeveloperTokenError("iat is missing")
    expires_at = _check_expiry(claims.get("exp"), now, longest_life_seconds)
    return DeveloperToken(key, expires_at, _read_origins(claims))


def _key_of(text: str, keys: Mapping[str, TeamKey]) -> TeamKey:
    try:
        header = extract_compact(text.encode()).protected
    except (JoseError, ValueError) as error:
        raise DeveloperTokenError("no JWT") from error
    if header.get("alg") != ALGORITHM:
        raise DeveloperTokenError("alg is not ES256")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise DeveloperTokenError("kid is unknown")
    return key


def _signed_claims(text: str, public: ECKey) -> dict[str, object]:
    # A registry that is not strict lets header fields pass that the twin does not know.
    registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    try:
        return dict(jwt.decode(text, public, registry=registry).claims)
    except (JoseError, ValueError) as error:
        raise DeveloperTokenError("the signature or the claims are wrong") from error


def _check_expiry(value: object, now: datetime, longest_life_seconds: int) -> int:
    if not _is_number(value):
        raise DeveloperTokenError("exp is missing")
    expires_at = int(value)  # type: ignore[call-overload]
    left = expires_at - now.timestamp()
    if left <= 0:
        raise DeveloperTokenError("expired")
    if left > longest_life_seconds:
        raise DeveloperTokenError("exp is too far ahead")
    return expires_at


def _read_origins(claims: Mapping[str, object]) -> frozenset[str] | None:
    if "origin" not in claims:
        return None
    value = claims["origin"]
    if not isinstance(value, list) or not all(isinstance(origin, str) for origin in value):
        raise DeveloperTokenError("origin is not a list of texts")
    return frozenset(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
