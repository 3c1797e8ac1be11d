"""What a call passes before its own work: the app's signature, the fan's token, the limit."""

from flask import Response, request

from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall

from .errors import AudiomackError, in_form, too_many, unauthorized
from .signed_request import check_signature, peek_parameters, read_signed
from .tokens import RequestToken
from .twin import AudiomackFan, AudiomackTwin, current_twin


def identify(call: CurrentCall) -> None:
    """Whose call it says it is, even if it will be refused, so that faults can choose."""
    twin, named = current_twin(), peek_parameters()
    text = named.get("oauth_token", "")
    access = twin.permissions.find_access(text)
    pending = twin.oauth.find_request(text, twin.clock.now())
    call.fan = access.fan if access else (pending.fan if pending else None)
    app = twin.apps.get(named.get("oauth_consumer_key", ""))
    call.client_id = app.client_id if app else None
    music_id = (request.view_args or {}).get("music_id")
    call.refs = (music_id,) if music_id else ()


def shape_errors(response: Response) -> Response:
    return in_form(response, current_twin().switches.error_body)


def require_app() -> str:
    """A call that the app signs for itself; gives its key."""
    twin = current_twin()
    signed = read_signed(twin)
    check_signature(twin, signed, "")
    _check_limit(twin, signed.app.client_id)
    return signed.app.client_id


def require_request_token() -> RequestToken:
    """The request token that is to be exchanged: allowed by a fan, with the verifier that came back."""
    twin = current_twin()
    signed = read_signed(twin)
    token = twin.oauth.find_request(signed.get("oauth_token"), twin.clock.now())
    if token is None or token.client_id != signed.app.client_id:
        raise unauthorized("Invalid or expired request token")
    check_signature(twin, signed, token.secret)
    if token.fan is None or token.verifier != signed.get("oauth_verifier"):
        raise unauthorized("Invalid verifier")
    if twin.oauth.forget_request(token.text) is None:
        raise unauthorized("Invalid or expired request token")
    return token


def require_any() -> None:
    """Reading is for every app, with a fan's token or without."""
    if peek_parameters().get("oauth_token"):
        require_fan()
    else:
        require_app()


def require_fan() -> AudiomackFan:
    twin = current_twin()
    signed = read_signed(twin)
    text = signed.get("oauth_token")
    access, secret = twin.permissions.find_access(text), twin.oauth.secret_of(text)
    if access is None or secret is None or access.client_id != signed.app.client_id:
        raise _token_is_gone(twin)
    check_signature(twin, signed, secret)
    if not _is_good(twin, access) or access.fan is None:
        raise _token_is_gone(twin)
    _check_limit(twin, signed.app.client_id)
    return twin.fans.welcome(access.fan)


def _is_good(twin: AudiomackTwin, access: AccessToken) -> bool:
    return not twin.permissions.was_revoked(access) and not access.is_expired(twin.clock.now())


def _token_is_gone(twin: AudiomackTwin) -> AudiomackError:
    return AudiomackError(int(twin.switches.revoked_status), "Invalid or expired token")


def _check_limit(twin: AudiomackTwin, client_id: str) -> None:
    switches = twin.switches
    seconds = twin.windows.take(client_id, twin.clock.now(), switches.calls, switches.window_seconds)
    if seconds is not None:
        raise too_many({"Retry-After": str(seconds)})
