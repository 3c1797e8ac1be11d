"""The control API: setting the scene and looking at what happened."""

import threading

import pytest
import requests
from twin_client import ALBUM, ALBUM_URI, CALLBACK, CLIENT_ID, TwinClient


def test_a_fresh_start_has_one_extended_app(twin: TwinClient) -> None:
    state = twin.control("POST", "reset")
    (app,) = state["apps"]
    assert (app["client_id"], app["redirect_uris"], app["mode"]) == (CLIENT_ID, [CALLBACK], "extended")
    assert (state["albums"], state["fans"], state["calls"], state["shift_seconds"]) == ([], 0, 0, 0)


def test_no_secret_or_token_is_shown(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    shown = "".join(
        twin.session.get(f"{twin.url}/{path}").text
        for path in ("control/state", "control/calls", "control/fans/ida", "", "fans/ida")
    )
    for secret in ("a-secret", tokens.access, tokens.refresh):
        assert secret not in shown


def test_an_app_keeps_what_is_not_sent(twin: TwinClient) -> None:
    app = twin.control("PUT", f"apps/{CLIENT_ID}", {"name": "Alba Records", "rotate": True})
    assert (app["name"], app["redirect_uris"], app["rotate"]) == ("Alba Records", [CALLBACK], True)
    assert "Alba Records asks" in twin.session.get(twin.consent_url()).text


@pytest.mark.parametrize(
    "change",
    [{"mode": "beta"}, {"rotate": 1}, {"calls": -1}, {"calls": "ten"}, {"nonsense": 1}, {"latency_seconds": None}],
)
def test_a_wrong_switch_is_explained(twin: TwinClient, change: dict[str, object]) -> None:
    error = twin.control("PATCH", "switches", change, status=400)["error"]
    assert next(iter(change)) in error


def test_switches_of_an_unknown_app_are_404(twin: TwinClient) -> None:
    twin.control("PATCH", "switches", {"client_id": "nobody", "rotate": True}, status=404)


def test_a_fan_shows_library_and_grants(twin: TwinClient, access: str) -> None:
    twin.save(access)
    fan = twin.control("GET", "fans/ida")
    (item,), (grant,) = fan["library"], fan["grants"]
    assert (item["uri"], item["times_applied"]) == (ALBUM_URI, 1)
    assert item["added_at"].endswith("Z")
    assert grant["scopes"] == ["user-library-modify", "user-library-read"]
    assert grant["authorized_at"] < grant["ends_at"]


def test_a_crowd_signs_in_at_once(twin: TwinClient) -> None:
    ida, ben = twin.control("POST", "sign-ins", {"names": ["ida", "ben"]})["sign_ins"]
    assert twin.save(ida["access_token"]).status_code == 200
    assert twin.refresh(ben["refresh_token"]).status_code == 200
    assert ida["account_id"] == twin.control("GET", "fans/ida")["account_id"]
    assert (list(twin.library("ida")), list(twin.library("ben"))) == ([ALBUM_URI], [])


def test_a_crowd_without_scopes_may_save_nothing(twin: TwinClient) -> None:
    (ida,) = twin.control("POST", "sign-ins", {"names": ["ida"], "scopes": []})["sign_ins"]
    assert twin.save(ida["access_token"]).status_code == 403
    twin.control("POST", "sign-ins", {"names": ["Not A Name!"]}, status=400)


def test_unknown_fans_and_albums_are_404(twin: TwinClient) -> None:
    twin.control("GET", "fans/nobody", status=404)
    twin.control("POST", "fans/nobody/revoke", status=404)
    twin.control("PATCH", f"albums/{'0' * 22}", {}, status=404)


def test_libraries_name_the_fans_who_hold_an_item(twin: TwinClient) -> None:
    for fan in ("ida", "ben"):
        twin.save(twin.sign_in(fan, show_dialog="true").access)
    twin.save(twin.sign_in("ben", show_dialog="true").access)
    assert twin.control("GET", f"libraries?uri={ALBUM_URI}") == {
        "uri": ALBUM_URI,
        "total": 2,
        "fans": ["ida", "ben"],
        "repeated": {"ben": 2},
    }
    twin.control("GET", "libraries", status=400)


def test_the_journal_tells_who_called_what(twin: TwinClient, access: str) -> None:
    twin.save(access)
    (call,) = twin.calls(host="api")
    assert (call["method"], call["path"], call["fan"], call["status"]) == ("PUT", "/me/library", "ida", 200)
    assert (call["uris"], call["client_id"]) == ([ALBUM_URI], CLIENT_ID)


def test_the_journal_is_filtered(twin: TwinClient, access: str) -> None:
    twin.save(access)
    mark = twin.calls(method="PUT")[0]
    twin.api("GET", "/me", access)
    twin.api("GET", "/me", "garbage")
    assert len(twin.calls(uri=ALBUM_URI)) == 1
    assert len(twin.calls(path="/me", fan="ida")) == 1
    assert len(twin.calls(status=401)) == 1
    assert len(twin.calls(after=mark["number"])) == 2
    assert len(twin.calls(since=mark["at"], host="api")) == 3
    assert twin.control("GET", "calls?limit=0")["calls"] == []
    assert twin.calls(limit=1)[0]["status"] == 401


def test_a_time_without_a_zone_is_refused(twin: TwinClient) -> None:
    assert "time zone" in twin.control("GET", "calls?since=2026-12-04T00:00:00", status=400)["error"]
    body = {"live_from": "2026-12-04T00:00:00"}
    assert "time zone" in twin.control("PUT", f"albums/{ALBUM}", body, status=400)["error"]


@pytest.mark.parametrize(
    ("album_id", "body"),
    [
        ("short", {}),
        (ALBUM, {"live_from": 5}),
        (ALBUM, {"tracks": ["one"]}),
        (ALBUM, {"tracks": [{"id": "short"}]}),
        (ALBUM, {"artist_id": "short"}),
        (ALBUM, {"album_type": "mixtape"}),
        (ALBUM, {"takedown": "yes"}),
        (ALBUM, {"isrcs": "DEA012600001"}),
    ],
)
def test_a_wrong_album_is_explained(twin: TwinClient, album_id: str, body: dict[str, object]) -> None:
    assert twin.control("PUT", f"albums/{album_id}", body, status=400)["error"]


def test_an_album_may_be_given_with_whole_tracks(twin: TwinClient) -> None:
    track = {"id": "3" * 22, "name": "Intro", "isrc": "DEA012600009"}
    album = twin.control("PUT", f"albums/{ALBUM}", {"tracks": [track], "artist_id": "4" * 22})
    assert (album["tracks"], album["artist_id"]) == ([track], "4" * 22)


def test_patching_an_album_keeps_the_rest(twin: TwinClient) -> None:
    album = twin.control("PATCH", f"albums/{ALBUM}", {"live_from": "2099-01-01T00:00:00+01:00"})
    assert album["name"] == "Night Drive"
    assert album["live_from"] == {"*": "2098-12-31T23:00:00.000000Z"}
    assert (album["is_live"], album["release_date"]) == (False, "2098-12-31")


def test_only_json_is_read(twin: TwinClient) -> None:
    response = twin.session.post(f"{twin.url}/control/clock", data='{"shift_seconds": 5}')
    assert response.status_code == 400
    assert "application/json" in response.json()["error"]


def test_shifts_add_up(twin: TwinClient) -> None:
    twin.control("POST", "clock", {"shift_seconds": 60})
    assert twin.control("POST", "clock", {"shift_seconds": -10})["shift_seconds"] == 50


def test_many_fans_at_once_lose_nothing(twin: TwinClient) -> None:
    tokens = [twin.sign_in(f"fan-{number}", show_dialog="true").access for number in range(16)]

    def save(access: str) -> None:
        with requests.Session() as session:
            session.trust_env = False
            client = TwinClient(twin.root, session)
            assert all(client.save(access).status_code == 200 for _ in range(5))

    threads = [threading.Thread(target=save, args=(access,)) for access in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert twin.control("GET", f"libraries?uri={ALBUM_URI}")["total"] == 16
    assert all(twin.library(f"fan-{number}")[ALBUM_URI]["times_applied"] == 5 for number in range(16))
    assert len(twin.calls(method="PUT")) == 80
