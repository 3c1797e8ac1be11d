"""What the tests of the YouTube twin need of a project and a fan, over plain HTTP."""

from typing import Any, ClassVar

import requests
from kit_client import KitClient, Tokens

CLIENT_ID = "100000000001-sandbox.apps.googleusercontent.com"
SECRET = "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/youtube/callback"
MANAGE = "https://www.googleapis.com/auth/youtube"
READONLY = "https://www.googleapis.com/auth/youtube.readonly"

VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UCalbavossalbavossalbavo"


class YouTubeClient(KitClient):
    slug: ClassVar[str] = "youtube"
    consent_path: ClassVar[str] = "/accounts/o/oauth2/v2/auth"
    question: ClassVar[dict[str, str]] = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": MANAGE,
        "state": "the-state",
        "access_type": "offline",
        "prompt": "consent",
    }

    def token(self, **form: str) -> requests.Response:
        known = {"client_id": CLIENT_ID, "client_secret": SECRET}
        return self.session.post(f"{self.url}/oauth2/token", data=known | form)

    def exchange(self, code: str, **more: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.token(**(form | more))

    def refresh(self, refresh_token: str, **more: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **more)

    def sign_in(self, fan: str = "ida", **changes: str | None) -> Tokens:
        answer = self.exchange(self.code(fan, **changes)).json()
        return Tokens(answer["access_token"], answer.get("refresh_token", ""), answer)

    def api(self, method: str, path: str, access: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {access}"} | more.pop("headers", {})
        return self.session.request(method, f"{self.url}/api/youtube/v3{path}", headers=headers, **more)

    def rate(self, access: str, video: str = VIDEO, rating: str = "like") -> requests.Response:
        return self.api("POST", "/videos/rate", access, params={"id": video, "rating": rating})

    def ratings(self, access: str, *videos: str) -> list[str]:
        params = {"id": ",".join(videos or (VIDEO,))}
        answer = self.api("GET", "/videos/getRating", access, params=params).json()
        return [item["rating"] for item in answer["items"]]

    def new_playlist(self, access: str, title: str = "New music") -> str:
        body = {"snippet": {"title": title}, "status": {"privacyStatus": "private"}}
        return self.api("POST", "/playlists", access, params={"part": "snippet,status"}, json=body).json()["id"]

    def insert(self, access: str, playlist: str, video: str = VIDEO, **snippet: Any) -> requests.Response:
        resource = {"kind": "youtube#video", "videoId": video}
        body = {"snippet": {"playlistId": playlist, "resourceId": resource} | snippet}
        return self.api("POST", "/playlistItems", access, params={"part": "snippet"}, json=body)

    def subscribe(self, access: str, channel: str = CHANNEL) -> requests.Response:
        body = {"snippet": {"resourceId": {"kind": "youtube#channel", "channelId": channel}}}
        return self.api("POST", "/subscriptions", access, params={"part": "snippet"}, json=body)

    def list_of(self, access: str, kind: str, **params: str) -> list[dict[str, Any]]:
        return self.api("GET", f"/{kind}", access, params={"part": "id,snippet"} | params).json()["items"]


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and reason of an error in Google's shape."""
    error = response.json()["error"]
    assert error["code"] == response.status_code
    (one,) = error["errors"]
    assert one["message"]
    assert one["domain"]
    return response.status_code, one["reason"]


def token_error_of(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]
