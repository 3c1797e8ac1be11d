"""What every API call passes before its own work: the media types, the token, and the rate limit.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info)
"""

from typing import cast

from flask import Response, g, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .bucket import Draw
from .errors import MEDIA_TYPE, ApiError, bad_parameter
from .fans import Fan
from .twin import TidalTwin, current_twin

COUNTRY_LETTERS = 2
# The only parameters of a media type that JSON:API knows: https://jsonapi.org/format/#content-negotiation
KNOWN_MEDIA_PARAMETERS = frozenset({"ext", "profile"})


def identify(call: CurrentCall) -> None:
    """A call with a token that is no longer good still tells whose it is."""
    token = _find_token(current_twin())
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id
    named = (request.view_args or {}).get("item_id")
    call.refs = (named,) if named else _ids_of_body()


def pass_gate() -> None:
    twin = current_twin()
    _check_media_types()
    token = _find_token(twin)
    if token is None or not _is_good(twin, token):
        raise ApiError(401)
    g.token = token
    _check_limit(twin, token)


def tell_limit(response: Response) -> Response:
    draw = g.get("draw")
    if isinstance(draw, Draw):
        response.headers.update(draw.headers())
    return response


def current_token() -> AccessToken:
    token = g.token
    assert isinstance(token, AccessToken)
    return token


def get_fan(scope: str) -> Fan:
    """The fan of a token with that scope; an app's own token has neither."""
    token = current_token()
    if token.fan is None or scope not in token.scopes:
        raise ApiError(int(current_twin().switches.missing_scope))
    return current_twin().fans.welcome(token.fan)


def check_filter_scope(*scopes: str) -> None:
    """An app's own token may filter; a fan's needs one of the scopes, of which third parties may get only some."""
    token, twin = current_token(), current_twin()
    if token.fan is not None and not token.scopes & set(scopes) and not twin.switches.fans_may_filter:
        raise ApiError(int(twin.switches.missing_scope))


def read_country() -> str | None:
    """The query's `countryCode`, else the fan's own country; None leaves countries out of account."""
    twin, text = current_twin(), request.args.get("countryCode")
    if text is not None:
        if len(text) != COUNTRY_LETTERS or not (text.isascii() and text.isupper()):
            raise bad_parameter("countryCode", "countryCode is two letters, as US")
        return text
    if twin.switches.country_required:
        raise bad_parameter("countryCode", "countryCode is missing")
    fan = current_token().fan
    return twin.fans.welcome(fan).country if fan else None


def _find_token(twin: TidalTwin) -> AccessToken | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return twin.permissions.find_access(text) if scheme.lower() == "bearer" else None


def _is_good(twin: TidalTwin, token: AccessToken) -> bool:
    is_ended = twin.permissions.was_revoked(token) and not twin.switches.access_survives_revoke
    return not token.is_expired(twin.clock.now()) and not is_ended


def _check_media_types() -> None:
    accepted = request.accept_mimetypes
    if accepted.provided and not accepted.quality(MEDIA_TYPE):
        raise ApiError(406)
    if not request.get_data():
        return
    is_known = set(request.mimetype_params) <= KNOWN_MEDIA_PARAMETERS
    if request.mimetype != MEDIA_TYPE or not is_known:
        raise ApiError(415)


def _check_limit(twin: TidalTwin, token: AccessToken) -> None:
    switches = twin.switches
    if switches.calls is None or not switches.window_seconds:
        return
    fan = token.fan if switches.bucket_of == "fan" else None
    g.draw = twin.buckets.draw(
        f"{token.client_id} {fan or ''}",
        twin.clock.now(),
        switches.include_tokens if request.args.get("include") else switches.call_tokens,
        capacity=switches.calls,
        fill_seconds=switches.window_seconds,
    )
    if g.draw.wait_seconds is not None:
        told = {"Retry-After": str(g.draw.wait_seconds)} if switches.retry_after_sent else {}
        raise ApiError(429, headers=told)


def _ids_of_body() -> tuple[str, ...]:
    body = request.get_json(force=True, silent=True) if request.get_data() else None
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(items, list):
        return ()
    named = [cast(dict[str, object], item).get("id") for item in items if isinstance(item, dict)]
    return tuple(one for one in named if isinstance(one, str))
