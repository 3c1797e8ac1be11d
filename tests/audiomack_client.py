"""What the tests of the Audiomack twin need of an app and a fan, over plain HTTP.

Signed by Authlib, so that the twin's own reading of RFC 5849 is held against another one.
"""

from typing import Any, ClassVar
from urllib.parse import parse_qsl

import requests
from authlib.integrations.requests_client import OAuth1Auth
from kit_client import KitClient

KEY, SECRET = "sandbox-audiomack", "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/audiomack/callback"
MUSIC = "2077853"

# A token and its secret.
Token = tuple[str, str]


class AudiomackClient(KitClient):
    slug: ClassVar[str] = "audiomack"
    consent_path: ClassVar[str] = "/web/oauth/authenticate"
    question: ClassVar[dict[str, str]] = {}

    def release(self, release_id: str = MUSIC, **more: Any) -> None:
        super().release(release_id, **more)

    def api(self, method: str, path: str, token: Token | None = None, **more: Any) -> requests.Response:
        auth = more.pop("auth", None) or sign_as(token, more.pop("signed", {}))
        return self.session.request(method, f"{self.url}/api/v1{path}", auth=auth, **more)

    def request_token(self, callback: str | None = CALLBACK) -> requests.Response:
        return self.api("POST", "/request_token", signed={"redirect_uri": callback})

    def allowed(self, fan: str = "ida", callback: str = CALLBACK) -> tuple[Token, dict[str, str]]:
        """A request token that a fan allowed, and what came back to the app."""
        answer = dict(parse_qsl(self.request_token(callback).text))
        token = answer["oauth_token"], answer["oauth_token_secret"]
        return token, self.end_of(self.decide("allow", fan, oauth_token=token[0]))[1]

    def exchange(self, token: Token, verifier: str | None) -> requests.Response:
        return self.api("POST", "/access_token", token, signed={"verifier": verifier})

    def sign_in(self, fan: str = "ida") -> Token:
        token, back = self.allowed(fan)
        answer = dict(parse_qsl(self.exchange(token, back["oauth_verifier"]).text))
        return answer["oauth_token"], answer["oauth_token_secret"]

    def favourite(self, token: Token, music: str = MUSIC, method: str = "PUT", **more: Any) -> requests.Response:
        return self.api(method, f"/music/{music}/favorite", token, **more)


def sign_as(token: Token | None, more: dict[str, Any]) -> OAuth1Auth:
    text, secret = token or (None, None)
    key, key_secret = more.pop("client_id", KEY), more.pop("client_secret", SECRET)
    return OAuth1Auth(key, key_secret, token=text, token_secret=secret, **more)


def error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]
