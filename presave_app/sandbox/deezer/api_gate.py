"""What every API call passes before its own work: the limit, the token in the query, the permission.

https://developers.deezer.com/api/parameters
"""

from flask import g, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .errors import NO_TOKEN, ApiError
from .fans import Fan
from .music import is_id
from .twin import DeezerTwin, current_twin

ME = "me"
ID_PARAMETERS = ("album_id", "album_ids", "track_id", "track_ids", "artist_id", "artist_ids", "songs")


def identify(call: CurrentCall) -> None:
    """A call with a token that is no longer good still tells whose it is.

    A GET that says `request_method=POST` is a POST, for the journal and the faults too.
    """
    token = _find_token(current_twin())
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id
    call.method = asked_method()
    named = [text for name in ID_PARAMETERS for text in request.args.get(name, "").split(",")]
    of_path = (request.view_args or {}).get("number")
    call.refs = tuple(text for text in (of_path, *named) if text)


def asked_method() -> str:
    return request.args.get("request_method", "GET").upper() if request.method == "GET" else request.method


def pass_gate() -> None:
    """The catalogue is open to all, but a token that is no good is refused even there."""
    twin = current_twin()
    token = _find_token(twin)
    _check_quota(twin, token)
    if twin.switches.busy:
        raise ApiError("service_busy")
    if request.args.get("access_token") and not (token and _is_good(twin, token)):
        raise ApiError("token_invalid")
    g.token = token


def current_token() -> AccessToken | None:
    """The token of the call, which is good; None for a call without one."""
    token = g.token
    assert token is None or isinstance(token, AccessToken)
    return token


def has_perm(perm: str) -> bool:
    token = current_token()
    return token is not None and perm in token.scopes


def get_fan(who: str) -> Fan:
    """The fan of the token for `me`, else whoever has that id: profiles are public."""
    twin = current_twin()
    if who == ME:
        return get_me()
    fan = twin.fans.find_first(lambda one: one.account_id == who)
    if fan is None:
        raise no_data()
    return fan


def get_me() -> Fan:
    token = current_token()
    if token is None or token.fan is None:
        raise ApiError("permission", NO_TOKEN)
    return current_twin().fans.welcome(token.fan)


def get_owner(who: str, *perms: str) -> Fan:
    """The fan of the token, who may change what is asked about and has allowed it."""
    me = get_me()
    if who not in (ME, me.account_id) or not all(has_perm(perm) for perm in perms):
        raise ApiError("permission")
    if not me.changeable:
        raise ApiError("individual_account_not_allowed")
    return me


def no_data() -> ApiError:
    return ApiError("data_not_found", status=int(current_twin().switches.no_data_status))


def read_argument(name: str) -> str:
    text = request.args.get(name, "").strip()
    if not text:
        raise ApiError("parameter_missing", f"Missing parameters: {name}")
    return text


def read_ids(*names: str) -> list[str]:
    """The numbers in the first of these parameters that is there, each of them once."""
    name = next((name for name in names if request.args.get(name)), names[0])
    ids = read_argument(name).split(",")
    if not all(is_id(one) for one in ids):
        raise ApiError("parameter", f"Wrong parameter: {name}")
    return list(dict.fromkeys(ids))


def _find_token(twin: DeezerTwin) -> AccessToken | None:
    return twin.permissions.find_access(request.args.get("access_token", ""))


def _is_good(twin: DeezerTwin, token: AccessToken) -> bool:
    return not token.is_expired(twin.clock.now()) and not twin.permissions.was_revoked(token)


def _check_quota(twin: DeezerTwin, token: AccessToken | None) -> None:
    switches = twin.switches
    key = f"address {request.remote_addr}"
    if token is not None and switches.limited_by == "app":
        key = f"app {token.client_id}"
    if token is not None and switches.limited_by == "token":
        key = f"token {request.args.get('access_token')}"
    if twin.windows.take(key, twin.clock.now(), switches.calls, switches.window_seconds) is not None:
        raise ApiError("quota", named_type=switches.quota_type)
