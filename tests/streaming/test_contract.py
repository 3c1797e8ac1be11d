"""The contract of all connectors, each over HTTP against its twin: what is promised of one holds for every one."""

from __future__ import annotations

import pytest
from kit_client import LIVE_NEVER_YET
from scenes import SERVICES, Scene

from presave_app.streaming import http
from presave_app.streaming.connector import Outcome
from presave_app.streaming.errors import (
    AccessExpired,
    NeedsReauth,
    NotYetAvailable,
    RetryLater,
    ServiceError,
    SignInRefused,
)

# Answers that say nothing of what happened, whatever the service.
ODD = ["500", "502", "503_html", "empty_200", "html_200", "garbage_200", "close", "apply_then_close", "apply_then_502"]


def test_a_sign_in_gives_a_permission(scene: Scene) -> None:
    signed_in = scene.sign_in()
    assert signed_in.tokens.access_token
    assert set(scene.connector.scopes) <= set(signed_in.tokens.scopes or scene.connector.scopes)
    assert signed_in.tokens.refresh_token or signed_in.tokens.expires_in_seconds > 86_400


def test_an_account_keeps_its_name(scene: Scene) -> None:
    assert scene.sign_in().account_id == scene.sign_in().account_id
    if not scene.connector.signs_in_on_page:
        assert scene.sign_in("ida").account_id != scene.sign_in("bo").account_id


def test_a_no_is_a_no(scene: Scene) -> None:
    with pytest.raises(SignInRefused):
        scene.refuse()


def test_what_is_added_is_there(scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    assert not scene.connector.contains(token, scene.ref)
    assert scene.connector.add(token, scene.ref) in (Outcome.ADDED, Outcome.ALREADY_THERE)
    assert scene.held_by()
    assert scene.connector.contains(token, scene.ref)


def test_adding_twice_adds_once(scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.connector.add(token, scene.ref)
    assert scene.connector.add(token, scene.ref) in (Outcome.ADDED, Outcome.ALREADY_THERE)
    assert list(scene.twin.library()) == [scene.service.held]


def test_one_fan_has_nothing_to_do_with_another(scene: Scene) -> None:
    ida, bo = (scene.sign_in(fan).tokens.access_token for fan in ("ida", "bo"))
    scene.connector.add(ida, scene.ref)
    assert not scene.connector.contains(bo, scene.ref)


@pytest.mark.parametrize("scene", [name for name in sorted(SERVICES) if SERVICES[name].kind.can_remove], indirect=True)
def test_what_can_be_removed_is_gone(scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.connector.add(token, scene.ref)
    scene.connector.remove(token, scene.ref)
    assert not scene.connector.contains(token, scene.ref)


@pytest.mark.parametrize("scene", ["soundcloud", "spotify", "tidal", "youtube"], indirect=True)
def test_a_renewed_permission_works(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    assert tokens.refresh_token is not None
    scene.connector.add(scene.connector.refresh(tokens.refresh_token).access_token, scene.ref)
    assert scene.held_by()


def test_a_release_that_is_not_out_is_not_added(scene: Scene) -> None:
    scene.twin.release(scene.service.held, **{**scene.service.release, "live_from": LIVE_NEVER_YET})
    token = scene.sign_in().tokens.access_token
    try:
        scene.connector.add(token, scene.ref)
    except NotYetAvailable:
        pass
    else:
        # A service may take it in silence: then only the library tells.
        assert not scene.connector.add_is_proof
    assert not scene.held_by()


def test_a_permission_that_was_taken_back_is_told(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    scene.twin.control("POST", "fans/ida/revoke", {})
    if not scene.service.outlives_its_permission:
        with pytest.raises((NeedsReauth, AccessExpired)):
            scene.connector.add(tokens.access_token, scene.ref)
        assert not scene.held_by()
    if tokens.refresh_token is not None:
        with pytest.raises(NeedsReauth):
            scene.connector.refresh(tokens.refresh_token)


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_answer_to_an_add_is_no_success(kind: str, scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.fault(kind, scene.service.save)
    if kind == "empty_200" and scene.service.says_nothing_of_success:
        scene.connector.add(token, scene.ref)
        assert not scene.connector.contains(token, scene.ref)
    else:
        with pytest.raises(RetryLater):
            scene.connector.add(token, scene.ref)


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_answer_to_a_look_is_no_proof(kind: str, scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.connector.add(token, scene.ref)
    scene.fault(kind, scene.service.look)
    with pytest.raises(ServiceError):
        scene.connector.contains(token, scene.ref)


def test_an_answer_that_comes_too_late_is_no_success(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    token = scene.sign_in().tokens.access_token
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    scene.fault("delay", scene.service.save, seconds=1.0)
    with pytest.raises(RetryLater):
        scene.connector.add(token, scene.ref)


def test_a_limit_pauses_everybody(scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.fault(scene.service.limit, scene.service.save)
    with pytest.raises(RetryLater) as raised:
        scene.connector.add(token, scene.ref)
    assert raised.value.pause_seconds is not None
