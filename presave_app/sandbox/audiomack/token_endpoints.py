"""The two token addresses of OAuth 1.0a; both answer in the form of a query.

https://audiomack.com/data-api/docs
"""

from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response

from presave_app.sandbox.kit.oauth import no_store

from .errors import bad_request
from .gate import require_app, require_request_token
from .signature import FORM
from .signed_request import peek_parameters
from .twin import current_twin


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/request_token", view_func=request_token, methods=["POST"])
    blueprint.add_url_rule("/access_token", view_func=access_token, methods=["POST"])


def request_token() -> Response:
    """https://www.rfc-editor.org/rfc/rfc5849#section-2.1"""
    twin, client_id = current_twin(), require_app()
    callback = peek_parameters().get("oauth_callback", "")
    if not callback.startswith(("http://", "https://")):
        raise bad_request("Missing oauth_callback")
    if twin.switches.callback == "registered" and not twin.apps[client_id].may_redirect_to(callback):
        raise bad_request("Callback is not registered")
    expires_at = twin.clock.now() + timedelta(seconds=twin.switches.request_token_seconds)
    token = twin.oauth.issue_request(client_id, callback, expires_at)
    return _answer(oauth_token=token.text, oauth_token_secret=token.secret, oauth_callback_confirmed="true")


def access_token() -> Response:
    """https://www.rfc-editor.org/rfc/rfc5849#section-2.3"""
    twin, token = current_twin(), require_request_token()
    assert token.fan is not None
    text, secret = twin.sign_in(token.client_id, token.fan, frozenset(twin.usual_scopes))
    # More fields come along than these two; which ones is not documented.
    return _answer(oauth_token=text, oauth_token_secret=secret, sandbox="more")


def _answer(**values: str) -> Response:
    return no_store(Response(urlencode(values), content_type=FORM))
