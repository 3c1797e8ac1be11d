"""Every documented error of every service, played by its twin over HTTP, and what its connector makes of it."""

from __future__ import annotations

from importlib import import_module

import pytest
from documented_errors import DOCUMENTED, Told
from flask import Response
from scenes import SERVICES, Scene

from presave_app.sandbox.kit.fault_kinds import FaultKinds
from presave_app.streaming.connector import Extra, Outcome, Tokens
from presave_app.streaming.errors import RetryLater

ROWS = [(service, kind) for service, rows in DOCUMENTED.items() for kind in rows]
EVERY_TWIN_PLAYS = set(FaultKinds(server_error=lambda status: Response(status=status), answers={}, limits={}).names)


def played_by(service: str) -> set[str]:
    """The faults of a twin's own."""
    kinds = import_module(f"presave_app.sandbox.{service.replace('-', '_')}.fault_kinds").FAULT_KINDS
    return set(kinds.names) - EVERY_TWIN_PLAYS


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_documented_error_is_left_out(service: str) -> None:
    assert set(DOCUMENTED[service]) == played_by(service)


@pytest.mark.parametrize(("scene", "kind"), ROWS, indirect=["scene"], ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_a_documented_error_is_understood(scene: Scene, kind: str) -> None:
    told = DOCUMENTED[scene.connector.service][kind]
    tokens = scene.sign_in().tokens
    scene.fault(kind, scene.call_of(told.deed))
    if told.error is None:
        assert scene.do(told.deed, tokens) in (Outcome.ADDED, Outcome.ALREADY_THERE)
    else:
        _expect_error(scene, told, tokens)
    assert scene.twin.control("GET", "faults")["faults"][0]["hits"] == 1


def _expect_error(scene: Scene, told: Told, tokens: Tokens) -> None:
    assert told.error is not None
    with pytest.raises(told.error) as raised:
        scene.do(told.deed, tokens)
    assert raised.value.reason == told.reason
    if isinstance(raised.value, RetryLater):
        assert (raised.value.pause_seconds is not None) == told.pauses
    assert not scene.held_by() or told.deed != "add"


@pytest.mark.parametrize("scene", ["apple-music"], indirect=True)
def test_what_was_ignored_in_silence_is_not_there(scene: Scene) -> None:
    token = scene.sign_in().tokens.access_token
    scene.fault("202_ignored", scene.service.save)
    scene.connector.add(token, scene.ref)
    assert not scene.connector.contains(token, scene.ref)


def test_every_extra_is_done_once_and_again(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    for extra in scene.connector.extras:
        assert scene.do(extra, tokens) in (Outcome.ADDED, Outcome.ALREADY_THERE)
        assert scene.do(extra, tokens) in (Outcome.ADDED, Outcome.ALREADY_THERE)
    assert set(scene.service.extras) == set(scene.connector.extras)
    if Extra.FOLLOW_ARTIST in scene.connector.extras:
        assert len(scene.twin.following()) == 1
