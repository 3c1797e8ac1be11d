"""What a call passes before its own work: the developer token, the limit, and the fan's token.

https://developer.apple.com/documentation/applemusicapi/user-authentication-for-musickit
"""

from typing import Literal

from flask import Response, g, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .developer_token import DeveloperToken, DeveloperTokenError, read_developer_token
from .errors import (
    LOWER_TIER,
    NO_SUBSCRIPTION,
    UnauthorizedError,
    invalid_authentication,
    no_privilege,
    too_many,
)
from .fans import AppleMusicFan
from .twin import AppleMusicTwin, current_twin

USER_TOKEN_HEADER = "Music-User-Token"
ALLOWED_HEADERS = f"Authorization, {USER_TOKEN_HEADER}, Content-Type"


def identify(call: CurrentCall) -> None:
    """Whose call it is, even of one that will be refused, so that faults can choose."""
    token = _find_user_token(current_twin())
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id
    lists = [text for name, text in request.args.items(multi=True) if name.startswith("ids")]
    call.refs = tuple(item_id for text in lists for item_id in text.split(",") if item_id)


def pass_gate() -> Response | None:
    """A browser asks without any token whether it may send one."""
    if request.method == "OPTIONS":
        return Response(status=204)
    twin = current_twin()
    token = g.developer_token = require_developer_token(twin)
    switches = twin.switches
    seconds = twin.windows.take(token.key.key_id, twin.clock.now(), switches.calls, switches.window_seconds)
    if seconds is not None:
        return Response(status=429) if switches.too_many_body == "empty" else too_many().response()
    return None


def allow_other_origins(response: Response) -> Response:
    """Every page may call; which one may use a token is for the token's `origin` claim to say."""
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE"
    response.vary.add("Origin")
    return response


def require_developer_token(twin: AppleMusicTwin) -> DeveloperToken:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError
    token = check_developer_token(twin, text, request.headers.get("Origin"))
    if token is None:
        raise UnauthorizedError
    return token


def check_developer_token(twin: AppleMusicTwin, text: str, origin: str | None) -> DeveloperToken | None:
    """The token, if it is good at that origin. Its times are its maker's, so the twin's clock has no say."""
    try:
        token = read_developer_token(text, twin.keys, twin.clock.unshifted(), twin.switches.longest_token_seconds)
    except DeveloperTokenError:
        return None
    return token if token.is_for(origin) else None


def require_fan() -> AppleMusicFan:
    """The fan of the Music User Token, whatever the subscription."""
    twin = current_twin()
    token = _find_user_token(twin)
    if token is None and USER_TOKEN_HEADER not in request.headers and twin.switches.without_user_token == "401":
        raise UnauthorizedError
    if token is None or token.fan is None or not twin.is_good(token) or not _is_of_this_team(twin, token):
        raise invalid_authentication()
    fan = twin.fans.welcome(token.fan)
    if not fan.privacy_accepted:
        raise invalid_authentication()
    return fan


def require_library() -> AppleMusicFan:
    """A fan whose subscription includes a library in the cloud."""
    fan = require_fan()
    refusals: dict[Literal["active", "lower_tier", "none"], str] = {"lower_tier": LOWER_TIER, "none": NO_SUBSCRIPTION}
    detail = refusals.get(fan.subscription)
    if detail is None:
        return fan
    if fan.subscription == "none" and current_twin().switches.without_subscription == "401":
        raise UnauthorizedError
    raise no_privilege(detail)


def _find_user_token(twin: AppleMusicTwin) -> AccessToken | None:
    return twin.permissions.find_access(request.headers.get(USER_TOKEN_HEADER, ""))


def _is_of_this_team(twin: AppleMusicTwin, token: AccessToken) -> bool:
    return not twin.switches.bound_to_team or token.client_id == g.developer_token.key.team_id
