"""What every API call passes before its own work: the token in its own scheme, and the app's limit."""

from flask import Response, g, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .errors import ApiError, gateway_limit, not_found, unauthorized
from .fans import Fan
from .sounds import Sound
from .twin import SoundCloudTwin, current_twin
from .urns import UrnError, read_urn


def identify(call: CurrentCall) -> None:
    """A call with a token that is no longer good still tells whose it is."""
    _, _, text = request.headers.get("Authorization", "").partition(" ")
    token = current_twin().permissions.find_access(text)
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id
    urn = (request.view_args or {}).get("urn")
    call.refs = (urn,) if urn else ()


def pass_gate() -> Response | None:
    twin = current_twin()
    g.token = _read_token(twin)
    switches = twin.switches
    wait_seconds = twin.windows.take(
        f"api {g.token.client_id}", twin.clock.now(), switches.calls, switches.window_seconds
    )
    return None if wait_seconds is None else gateway_limit({})


def get_fan() -> Fan:
    """The fan of the token; an app's own token has none and may only look things up."""
    name = current_token().fan
    if name is None:
        raise unauthorized()
    return current_twin().fans.welcome(name)


def current_token() -> AccessToken:
    token = g.token
    assert isinstance(token, AccessToken)
    return token


def read_id(kind: str, text: str) -> str:
    try:
        return read_urn(kind, text, numbers_work=current_twin().switches.numbers_work)
    except UrnError as error:
        raise ApiError(400, str(error)) from None


def get_sound(kind: str, text: str, *, secret_token_works: bool = True) -> Sound:
    """A private track or playlist is there for nobody but who has its secret token."""
    twin = current_twin()
    sound = twin.releases.find(read_id(kind, text))
    if sound is None:
        raise not_found()
    is_shown = secret_token_works and request.args.get("secret_token") == sound.secret_token != ""
    if not is_shown and not sound.is_live(twin.clock.now()):
        raise not_found()
    return sound


def _read_token(twin: SoundCloudTwin) -> AccessToken:
    """The scheme is `OAuth`, though the token endpoint calls its tokens `bearer`."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    schemes = ("oauth", "bearer") if twin.switches.accept_bearer else ("oauth",)
    token = twin.permissions.find_access(text) if scheme.lower() in schemes else None
    if token is None or token.is_expired(twin.clock.now()):
        raise unauthorized()
    if twin.permissions.was_revoked(token) and not twin.switches.access_survives_revoke:
        raise unauthorized()
    return token
