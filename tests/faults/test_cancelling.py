"""Cancelling while a worker is at it: no call starts afterwards, and of one that had begun the fan is told."""

from __future__ import annotations

from html import unescape
from uuid import UUID

import pytest
from engine import let_leases_run_out, let_waits_pass
from fans import row_of
from flask import Flask
from flask.testing import FlaskClient
from twin_client import ALBUM_URI, TwinClient

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import adding

HAD_BEGUN = "A call to Spotify had already begun when you cancelled"


class Page:
    """Ida's own page, and a press of its button when a worker is at a certain point."""

    def __init__(self, app: Flask, client: FlaskClient, pre_save_id: UUID) -> None:
        self._client = client
        with app.app_context():
            self._path = f"/mine/{mine_secret(PreSaveId(pre_save_id))}"

    def cancel(self) -> None:
        assert self._client.post(f"{self._path}/cancel").status_code == 303

    def text(self) -> str:
        return unescape(self._client.get(self._path).text)

    def cancel_at(self, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def reach(reached: str) -> None:
            if reached == point:
                self.cancel()

        monkeypatch.setattr(adding, "reach", reach)


@pytest.fixture
def page(app: Flask, client: FlaskClient, due: UUID) -> Page:
    return Page(app, client, due)


def test_between_claim_and_start_no_call_is_made(
    page: Page, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.cancel_at("after_claim_commit", monkeypatch)
    assert adding.add_due("spotify") == 1
    assert row_of(due).state == "withdrawn"
    assert twin.calls(method="PUT") == []
    assert HAD_BEGUN not in page.text()


@pytest.mark.parametrize("point", ["after_sent_commit", "before_send", "after_send"])
def test_of_a_call_that_had_begun_the_fan_is_told(
    point: str, page: Page, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.cancel_at(point, monkeypatch)
    adding.add_due("spotify")
    assert row_of(due).state == "withdrawn"
    assert ALBUM_URI in twin.library("ida")
    assert HAD_BEGUN in page.text()
    # Whatever comes later, it is not begun anew.
    let_leases_run_out()
    let_waits_pass()
    assert adding.add_due("spotify") == 0
    assert len(twin.calls(method="PUT")) == 1


def test_of_a_call_whose_answer_was_lost_the_fan_is_told(page: Page, due: UUID, twin: TwinClient) -> None:
    twin.fault("apply_then_close", method="PUT", path="/me/library")
    adding.add_due("spotify")
    page.cancel()
    assert HAD_BEGUN in page.text()


def test_of_a_call_that_was_refused_nothing_is_said(page: Page, due: UUID, twin: TwinClient) -> None:
    twin.fault("429", method="PUT", path="/me/library")
    adding.add_due("spotify")
    page.cancel()
    assert HAD_BEGUN not in page.text()
