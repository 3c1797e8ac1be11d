"""What every twin has by the kit, looked at in SoundCloud's: pages with buttons, and a control API that explains."""

from typing import Any

import pytest
import requests
from kit_client import LIVE_NEVER_YET
from soundcloud_client import ALBUM, CLIENT_ID, TRACK, SoundCloudClient, error_of


def page(soundcloud: SoundCloudClient, path: str = "soundcloud/") -> str:
    response = soundcloud.session.get(f"{soundcloud.root}/{path}")
    assert response.status_code == 200
    return response.text


def press(soundcloud: SoundCloudClient, path: str, **fields: Any) -> requests.Response:
    return soundcloud.session.post(f"{soundcloud.url}/{path}", data=fields, allow_redirects=False)


def test_the_first_page_has_a_card(soundcloud: SoundCloudClient) -> None:
    soundcloud.code()
    assert 'href="/soundcloud/fans/ida"' in page(soundcloud, "")


def test_the_overview_shows_releases_and_calls(soundcloud: SoundCloudClient) -> None:
    soundcloud.like(soundcloud.sign_in().access)
    text = page(soundcloud)
    assert ALBUM in text
    assert f"POST /likes/playlists/{ALBUM}" in text
    assert "upc 00602445868162" in text


def test_an_empty_twin_says_what_to_do(soundcloud: SoundCloudClient) -> None:
    soundcloud.control("POST", "reset")
    text = page(soundcloud)
    assert "PUT /soundcloud/control/releases/ID" in text
    assert "No calls yet" in text


def test_a_fan_s_page_shows_what_the_fan_has(soundcloud: SoundCloudClient) -> None:
    access = soundcloud.sign_in().access
    soundcloud.like(access)
    soundcloud.api("PUT", "/me/followings/soundcloud:users:3", access)
    text = page(soundcloud, "soundcloud/fans/ida")
    assert "Night Drive, Alba Voss" in text
    assert "soundcloud:users:3" in text
    assert soundcloud.session.get(f"{soundcloud.url}/fans/nobody").status_code == 404


def test_removing_access_revokes_the_app(soundcloud: SoundCloudClient) -> None:
    access = soundcloud.sign_in().access
    assert press(soundcloud, "fans/ida/revoke", client_id=CLIENT_ID).status_code == 303
    assert error_of(soundcloud.like(access))[0] == 401
    assert "No app has access" in page(soundcloud, "soundcloud/fans/ida")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [("accept_bearer", "on", True), ("lost_grant", "401", "401"), ("numbers_work", "off", False)],
)
def test_a_switch_is_flipped_on_the_page(soundcloud: SoundCloudClient, name: str, value: str, kept: object) -> None:
    assert press(soundcloud, "switches", name=name, value=value).status_code == 303
    assert soundcloud.control("GET", "state")["switches"][name] == kept
    assert press(soundcloud, "switches", name=name, value="maybe").status_code == 400


def test_a_release_comes_out_on_the_page(soundcloud: SoundCloudClient) -> None:
    soundcloud.release(ALBUM, live_from=LIVE_NEVER_YET)
    assert "Release now" in page(soundcloud)
    assert press(soundcloud, f"releases/{ALBUM}/release").status_code == 303
    assert soundcloud.like(soundcloud.sign_in().access).status_code == 200
    assert press(soundcloud, "releases/soundcloud:tracks:99/release").status_code == 404


def test_a_fault_is_ordered_on_the_page(soundcloud: SoundCloudClient) -> None:
    access = soundcloud.sign_in().access
    press(soundcloud, "faults", kind="429", times="2")
    assert "0 of 2 done" in page(soundcloud)
    assert soundcloud.like(access).status_code == 429
    press(soundcloud, "faults/clear")
    assert soundcloud.like(access).status_code == 200
    assert press(soundcloud, "faults", kind="429", times="many").status_code == 400


def test_a_browser_can_become_another_fan(soundcloud: SoundCloudClient) -> None:
    soundcloud.code()
    assert "This browser is the fan" in page(soundcloud)
    press(soundcloud, "sign-out")
    assert "This browser is the fan" not in page(soundcloud)


def test_another_site_cannot_press_the_buttons(soundcloud: SoundCloudClient) -> None:
    url = f"{soundcloud.url}/faults/clear"
    assert soundcloud.session.post(url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_fan_without_a_name_is_asked_again(soundcloud: SoundCloudClient) -> None:
    answer = soundcloud.decide("allow", "no name")
    assert (answer.status_code, "A fan&#39;s name has" in answer.text) == (422, True)
    assert soundcloud.decide("perhaps").status_code == 400


def test_a_hop_is_good_once(soundcloud: SoundCloudClient) -> None:
    hop = f"{soundcloud.root}{soundcloud.decide('allow').headers['Location']}"
    assert soundcloud.session.get(hop, allow_redirects=False).status_code == 302
    assert soundcloud.session.get(hop, allow_redirects=False).status_code == 404
    assert all("/continue/" not in call["path"] for call in soundcloud.calls())


def test_what_is_not_patched_stays(soundcloud: SoundCloudClient) -> None:
    kept = soundcloud.control("PATCH", f"releases/{TRACK}", {"title": "Dawn"})
    assert (kept["title"], kept["isrc"], kept["is_live"]) == ("Dawn", "DEA012600001", True)
    fresh = soundcloud.control("PUT", f"releases/{TRACK}", {"title": "Dawn", "live_from": None})
    assert (fresh["isrc"], fresh["is_live"]) == ("", False)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "releases/no-urn", {}, 400),
        ("PUT", f"releases/{TRACK}", {"live_from": "2026-12-04T00:00:00"}, 400),
        ("PUT", f"releases/{TRACK}", {"name": "x"}, 400),
        ("PUT", f"releases/{TRACK}", {"tracks": "x"}, 400),
        ("PUT", f"releases/{TRACK}", {"access": "hidden"}, 400),
        ("PATCH", "releases/soundcloud:tracks:99", {}, 404),
        ("PATCH", "switches", {"calls": -1}, 400),
        ("PATCH", "switches", {"calls": True}, 400),
        ("PATCH", "switches", {"accept_bearer": 1}, 400),
        ("PATCH", "switches", {"lost_grant": "402"}, 400),
        ("PATCH", "switches", {"mode": "x"}, 400),
        ("PUT", "fans/no name", {}, 400),
        ("PUT", "fans/ida", {"name": "ben"}, 400),
        ("GET", "fans/nobody", None, 404),
        ("POST", "fans/nobody/revoke", None, 404),
        ("POST", "sign-ins", {"names": ["ida"], "client_id": "nobody"}, 404),
        ("GET", "libraries", None, 400),
        ("GET", "calls?status=x", None, 400),
        ("POST", "faults", {"kind": "418"}, 400),
        ("POST", "clock", {"shift_seconds": "x"}, 400),
    ],
)
def test_a_mistake_is_explained(
    soundcloud: SoundCloudClient, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    assert soundcloud.control(method, path, body, status=status)["error"]


def test_a_second_app_cannot_use_the_first_one_s_code(soundcloud: SoundCloudClient) -> None:
    soundcloud.control("PUT", "apps/other", {"secret": "s", "name": "Other", "redirect_uris": []})
    code = soundcloud.code()
    stolen = soundcloud.exchange(code, client_id="other", client_secret="s")
    assert error_of(stolen) == (400, "invalid_grant")
    assert soundcloud.exchange(code).status_code == 200


def test_reset_leaves_nothing(soundcloud: SoundCloudClient) -> None:
    access = soundcloud.sign_in().access
    soundcloud.switch(accept_bearer=True)
    soundcloud.fault("500")
    soundcloud.shift(days=3)
    state = soundcloud.control("POST", "reset")
    empty = ("releases", "fans", "grants", "calls", "faults", "shift_seconds")
    assert not any(state[name] for name in empty)
    assert state["switches"]["accept_bearer"] is False
    assert error_of(soundcloud.like(access))[0] == 401


@pytest.mark.parametrize("kind", ["html_200", "garbage_200", "empty_200", "503_html"])
def test_an_answer_may_be_no_json(soundcloud: SoundCloudClient, kind: str) -> None:
    access = soundcloud.sign_in().access
    soundcloud.fault(kind)
    answer = soundcloud.like(access)
    assert answer.status_code == (503 if kind == "503_html" else 200)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert soundcloud.library() == {}


def test_every_call_may_be_slow(soundcloud: SoundCloudClient) -> None:
    access = soundcloud.sign_in().access
    soundcloud.switch(latency_seconds=0.5)
    with pytest.raises(requests.ReadTimeout):
        soundcloud.like(access, timeout=0.1)
