"""What every API call passes before its own work: token, limits, scope, the units of the day, a channel.

https://developers.google.com/youtube/v3/determine_quota_cost
"""

from dataclasses import dataclass
from typing import cast

from flask import Response, g, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .errors import ApiError
from .fans import Fan
from .scopes import MAY_READ, MAY_WRITE
from .twin import YouTubeTwin, current_twin

READ_UNITS = 1
WRITE_UNITS = 50


@dataclass(slots=True)
class Standing:
    """What the gate found out. `units` are what the call has cost so far."""

    token: AccessToken
    units: int = 0


def identify(call: CurrentCall) -> None:
    token = _find_token()
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id


def pass_gate() -> None:
    twin = current_twin()
    token = _get_token(twin)
    g.standing = Standing(token)
    _check_speed(twin, token)
    _take_units(twin, READ_UNITS if request.method == "GET" else WRITE_UNITS)
    needed = MAY_READ if request.method == "GET" else MAY_WRITE
    if not token.scopes & needed:
        raise ApiError(twin.switches.scope_reason)


def settle_units(response: Response) -> Response:
    """What Google takes for a call that failed is only known to be one unit at least."""
    twin, standing = current_twin(), g.get("standing")
    is_cheap = twin.switches.failed_calls_cost == "1" and response.status_code >= 400
    if isinstance(standing, Standing) and is_cheap and standing.units > 1:
        twin.units.give_back(twin.clock.now(), standing.units - 1)
    return response


def get_fan() -> Fan:
    """The fan of the token, channel or not."""
    standing = g.standing
    assert isinstance(standing, Standing)
    return current_twin().fans.welcome(standing.token.fan or "")


def get_channel_owner() -> Fan:
    """The fan, for all that only an account with a channel can do."""
    fan = get_fan()
    if not fan.has_channel:
        raise ApiError("youtubeSignupRequired", status=int(current_twin().switches.signup_required))
    return fan


def read_argument(name: str) -> str:
    text = request.args.get(name, "")
    if not text:
        raise ApiError("required")
    return text


def read_part() -> frozenset[str]:
    """Which parts of a resource are wanted; every call but rating has to say."""
    return frozenset(read_argument("part").split(","))


def read_snippet() -> dict[str, object]:
    """The snippet of the body, or an empty one: what is missing in it is for the call to say."""
    body = request.get_json(silent=True)
    snippet = body.get("snippet") if isinstance(body, dict) else None
    return cast(dict[str, object], snippet) if isinstance(snippet, dict) else {}


def _find_token() -> AccessToken | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return current_twin().permissions.find_access(text) if scheme.lower() == "bearer" else None


def _get_token(twin: YouTubeTwin) -> AccessToken:
    token = _find_token()
    if token is None or token.is_expired(twin.clock.now()):
        raise ApiError(twin.switches.token_reason)
    if twin.permissions.was_revoked(token) and not twin.switches.access_survives_revoke:
        raise ApiError(twin.switches.token_reason)
    return token


def _check_speed(twin: YouTubeTwin, token: AccessToken) -> None:
    switches, now = twin.switches, twin.clock.now()
    status = int(switches.rate_limit_status)
    window_seconds = switches.window_seconds
    if twin.windows.take(f"user {token.fan}", now, switches.calls_of_user, window_seconds) is not None:
        raise ApiError("userRateLimitExceeded", status=status)
    if twin.windows.take("project", now, switches.calls, window_seconds) is not None:
        raise ApiError("rateLimitExceeded", status=status)


def _take_units(twin: YouTubeTwin, units: int) -> None:
    if not twin.units.take(twin.clock.now(), units, twin.switches.daily_units):
        raise ApiError("quotaExceeded")
    g.standing.units = units
