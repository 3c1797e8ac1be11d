"""What tests need of any twin made with the kit: its control API and its consent page, over plain HTTP."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

LIVE_SINCE = "2026-01-02T00:00:00Z"
LIVE_NEVER_YET = "2099-01-01T00:00:00Z"

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    answer: dict[str, Any]


class KitClient:
    """A child names its service, where its consent page is, and what an app asks for there."""

    slug: ClassVar[str]
    consent_path: ClassVar[str]
    question: ClassVar[dict[str, str]]

    def __init__(self, url: str, session: requests.Session) -> None:
        self.root = url
        self.url = f"{url}/{self.slug}"
        self.session = session

    def control(self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        response = self.session.request(method, f"{self.url}/control/{path}", json=body)
        assert response.status_code == status, response.text
        return response.json()

    def switch(self, **changes: Any) -> None:
        self.control("PATCH", "switches", changes)

    def fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **more}, status=201)

    def shift(self, **time: float) -> None:
        seconds = time.get("seconds", 0) + 86_400 * time.get("days", 0)
        self.control("POST", "clock", {"shift_seconds": seconds})

    def release(self, release_id: str, **more: Any) -> None:
        body = {"title": "Night Drive", "artist": "Alba Voss", "live_from": LIVE_SINCE}
        self.control("PUT", f"releases/{release_id}", body | more)

    def calls(self, **wanted: Any) -> list[dict[str, Any]]:
        return self.control("GET", f"calls?{urlencode(wanted)}")["calls"]

    def library(self, fan: str = "ida") -> dict[str, dict[str, Any]]:
        return {item["ref"]: item for item in self.control("GET", f"fans/{fan}")["library"]}

    def following(self, fan: str = "ida") -> list[str]:
        return [item["ref"] for item in self.control("GET", f"fans/{fan}")["following"]]

    def sign_in_at_once(self, *names: str, **more: Any) -> list[dict[str, Any]]:
        return self.control("POST", "sign-ins", {"names": list(names), **more})["sign_ins"]

    def consent_url(self, **changes: str | None) -> str:
        sent = {name: value for name, value in (self.question | changes).items() if value is not None}
        return f"{self.url}{self.consent_path}?{urlencode(sent)}"

    def decide(self, decision: str, fan: str = "ida", /, **changes: str | None) -> requests.Response:
        """Presses a button of the consent page and stops at the first redirect."""
        form = {"fan": fan, "decision": decision}
        return self.session.post(self.consent_url(**changes), data=form, allow_redirects=False)

    def end_of(self, response: requests.Response) -> tuple[str, dict[str, str]]:
        """Goes through the twin's own hop and gives the app's address and what is in its query."""
        assert response.status_code == 302, response.text
        last = self.session.get(f"{self.root}{response.headers['Location']}", allow_redirects=False)
        assert last.status_code == 302
        parts = urlsplit(last.headers["Location"])
        return parts._replace(query="").geturl(), {name: values[0] for name, values in parse_qs(parts.query).items()}

    def code(self, fan: str = "ida", /, **changes: str | None) -> str:
        return self.end_of(self.decide("allow", fan, **changes))[1]["code"]


class PkceClient(KitClient):
    """A twin with PKCE, whose token endpoint takes the app's credentials in the form; `question` says who it is."""

    token_path: ClassVar[str]
    secret: ClassVar[str] = "sandbox-secret"

    def token(self, auth: tuple[str, str] | None = None, /, **form: str | None) -> requests.Response:
        return self.session.post(f"{self.url}{self.token_path}", data=form, auth=auth)

    def exchange(self, code: str, **more: str | None) -> requests.Response:
        form = {
            **self._app(),
            "grant_type": "authorization_code",
            "redirect_uri": self.question["redirect_uri"],
            "code_verifier": VERIFIER,
            "code": code,
        }
        return self.token(**(form | more))

    def refresh(self, refresh_token: str, **more: str | None) -> requests.Response:
        form = {**self._app(), "grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token(**(form | more))

    def sign_in(self, fan: str = "ida", /, **changes: str | None) -> Tokens:
        answer = self.exchange(self.code(fan, **changes)).json()
        return Tokens(answer["access_token"], answer.get("refresh_token", ""), answer)

    def _app(self) -> dict[str, str | None]:
        return {"client_id": self.question["client_id"], "client_secret": self.secret}
