"""The pages a person looks at, and their buttons."""

from typing import Any

import pytest
import requests
from kit_client import LIVE_NEVER_YET
from twin_client import ALBUM, ALBUM_URI, CLIENT_ID, TwinClient, oauth_error


def press(twin: TwinClient, path: str, **fields: Any) -> requests.Response:
    return twin.session.post(f"{twin.url}/{path}", data=fields, allow_redirects=False)


def page(twin: TwinClient, path: str = "spotify/") -> str:
    response = twin.session.get(f"{twin.root}/{path}")
    assert response.status_code == 200
    return response.text


def app_state(twin: TwinClient) -> dict[str, Any]:
    return twin.control("GET", "state")["apps"][0]


def test_the_first_page_lists_services_and_fans(twin: TwinClient) -> None:
    assert "No fans yet" in page(twin, "")
    twin.code()
    assert 'href="/spotify/fans/ida"' in page(twin, "")


def test_an_empty_sandbox_says_what_to_do(twin: TwinClient) -> None:
    twin.control("POST", "reset")
    assert "No albums yet" in page(twin)
    assert "No calls yet" in page(twin)


def test_the_overview_counts_libraries(twin: TwinClient, access: str) -> None:
    twin.save(access)
    text = page(twin)
    assert ALBUM_URI in text
    assert "In libraries" in text
    assert "PUT /me/library" in text


def test_the_overview_finds_a_fan(twin: TwinClient) -> None:
    twin.control("PUT", "fans/ida-07", {})
    twin.control("PUT", "fans/ben-02", {})
    text = page(twin, "spotify/?fan=IDA")
    assert "/spotify/fans/ida-07" in text
    assert "/spotify/fans/ben-02" not in text
    assert "No fan is called" in page(twin, "spotify/?fan=nobody")


def test_a_fan_s_page_shows_the_library(twin: TwinClient, access: str) -> None:
    twin.save(access)
    text = page(twin, "spotify/fans/ida")
    assert "Night Drive, Alba Voss" in text
    assert "Remove access" in text
    assert twin.session.get(f"{twin.url}/fans/nobody").status_code == 404


def test_removing_access_revokes_the_app(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    assert press(twin, "fans/ida/revoke", client_id=CLIENT_ID).status_code == 303
    assert oauth_error(twin.refresh(tokens.refresh))[2] == "Refresh token revoked"
    assert "No app has access" in page(twin, "spotify/fans/ida")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("mode", "development", "development"), ("owner_premium", "off", False), ("rotate", "on", True)],
)
def test_a_switch_is_flipped_on_the_page(twin: TwinClient, name: str, value: str, expected: object) -> None:
    press(twin, "switches", client_id=CLIENT_ID, name=name, value=value)
    assert app_state(twin)[name] == expected


def test_a_wrong_switch_on_the_page_is_refused(twin: TwinClient) -> None:
    assert press(twin, "switches", client_id=CLIENT_ID, name="mode", value="beta").status_code == 400
    assert press(twin, "switches", client_id="nobody", name="mode", value="extended").status_code == 404


def test_an_album_is_released_on_the_page(twin: TwinClient, access: str) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    assert "Release now" in page(twin)
    press(twin, f"albums/{ALBUM}/release")
    assert twin.save(access).status_code == 200
    assert press(twin, f"albums/{'0' * 22}/release").status_code == 404


def test_a_fault_is_ordered_on_the_page(twin: TwinClient, access: str) -> None:
    press(twin, "faults", kind="429", times="2")
    assert "0 of 2 done" in page(twin)
    assert twin.save(access).status_code == 429
    press(twin, "faults/clear")
    assert twin.save(access).status_code == 200
    assert press(twin, "faults", kind="429", times="many").status_code == 400


def test_a_browser_can_become_another_fan(twin: TwinClient) -> None:
    twin.code()
    assert "This browser is the fan" in page(twin)
    press(twin, "sign-out")
    assert "This browser is the fan" not in page(twin)
    assert twin.session.get(twin.consent_url()).status_code == 200


def test_another_site_cannot_press_the_buttons(twin: TwinClient) -> None:
    url = f"{twin.url}/faults/clear"
    assert twin.session.post(url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
