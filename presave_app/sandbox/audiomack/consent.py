"""The page where a fan allows a request token or refuses it.

https://www.rfc-editor.org/rfc/rfc5849#section-2.2
"""

from collections.abc import Mapping

from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentError, ConsentRequest

from .twin import AudiomackTwin


class AudiomackConsent(ConsentPage):
    host = "web"
    texts = {"account": "Set and remove favourites and reposts, and read your profile"}  # noqa: RUF012 - a constant

    def __init__(self, twin: AudiomackTwin) -> None:
        self._audiomack = twin
        super().__init__(twin, prefix="/audiomack/web", path="/oauth/authenticate")

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        token = self._audiomack.oauth.find_request(query.get("oauth_token", ""), self._audiomack.clock.now())
        if token is None:
            raise ConsentError("This request token is not known", "It may be used already, or older than an hour.")
        return ConsentRequest(
            app=self._audiomack.apps[token.client_id],
            redirect_uri=token.callback,
            scopes=frozenset(self.texts),
            own={"oauth_token": token.text},
        )

    def allow(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:  # noqa: ARG002
        """The consent is kept at the exchange: until then it opens nothing."""
        twin, text = self._audiomack, asked.own["oauth_token"]
        token = twin.oauth.find_request(text, twin.clock.now())
        if token is None:
            raise ConsentError("This request token is not known", "It was used while the page was open.")
        return {"oauth_token": text, "oauth_verifier": twin.oauth.allow(token, fan)}

    def refuse(self, asked: ConsentRequest) -> dict[str, str]:
        """What an app is told is not documented; either way the request token is worth nothing any more."""
        text = asked.own["oauth_token"]
        self._audiomack.oauth.forget_request(text)
        return {"denied": text} if self._audiomack.switches.refusal == "denied" else {"oauth_token": text}
