"""Where a code becomes a token: not quite OAuth 2, the answer is a text unless JSON or XML is asked for.

https://developers.deezer.com/api/oauth
"""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.broken_answers import text_answer
from presave_app.sandbox.kit.errors import ServiceError
from presave_app.sandbox.kit.oauth import no_store
from presave_app.sandbox.kit.permissions import Code
from presave_app.sandbox.kit.recording import CurrentCall, current_call, record_calls
from presave_app.sandbox.kit.twin import Tokens

from .errors import ApiError, json_answer
from .twin import DeezerTwin, current_twin

WRONG_CODE = "wrong code"


class WrongCode(ServiceError):
    """What a failure looks like is not documented; a text with 200 is what people met."""

    def response(self) -> Response:
        form = current_twin().switches.token_error_form
        if form == "json":
            return ApiError("token_invalid", WRONG_CODE).response()
        return text_answer(400 if form == "400" else 200, WRONG_CODE)


def create_token_endpoint(twin: DeezerTwin) -> Blueprint:
    blueprint = Blueprint("deezer_token", __name__, url_prefix="/deezer/connect")
    record_calls(blueprint, twin, "connect", identify)
    blueprint.after_request(no_store)
    blueprint.add_url_rule("/oauth/access_token.php", view_func=token, methods=["GET", "POST"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.client_id = request.values.get("app_id")
    call.grant_type = "authorization_code"


def token() -> Response:
    """The parameters stand in the query or, with POST, in a form, which keeps the secret out of addresses."""
    twin = current_twin()
    app = _checked_app(twin)
    code = _good_code(twin, app)
    current_call().fan = code.fan
    return _answer(twin, twin.issue_tokens(app.client_id, code.fan, code.scopes, twin.clock.now()))


def _checked_app(twin: DeezerTwin) -> App:
    app = twin.apps.get(request.values.get("app_id", ""))
    if app is None or not app.has_secret(request.values.get("secret", "")):
        raise WrongCode
    return app


def _good_code(twin: DeezerTwin, app: App) -> Code:
    """A code is used up by this very look."""
    code = twin.permissions.take_code(request.values.get("code", ""), app.client_id)
    is_good = (
        code is not None
        and twin.permissions.find_grant(code.client_id, code.fan) is not None
        and twin.clock.now() < code.expires_at
    )
    if code is None or not is_good:
        raise WrongCode
    return code


def _answer(twin: DeezerTwin, tokens: Tokens) -> Response:
    """`expires` is in seconds; 0 says that the token does not expire."""
    known: dict[str, str | int] = {"access_token": tokens.access, "expires": tokens.seconds or 0}
    match request.values.get("output"):
        case "json":
            return json_answer(known)
        case "xml":
            fields = "".join(f"<{name}>{value}</{name}>" for name, value in known.items())
            page = f'<?xml version="1.0" encoding="utf-8"?><root>{fields}</root>'
            return Response(page, content_type="text/xml; charset=utf-8")
        case _:
            return Response(urlencode(known), content_type=f"{twin.switches.token_content_type}; charset=utf-8")
