"""What is ticked besides, where one tap covers several releases: it belongs to its own page."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from engine import beside, until_somebody_waits
from fans import answer_at_spotify, go_to_spotify, move_release, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from taps import id_of
from twin_client import TwinClient

from presave_app.presaves import mending
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import GrantId, PreSaveId


@pytest.fixture
def artist_is_known(first: int) -> None:
    run_sql(
        "INSERT INTO label_page (campaign_id, service, artist_ref) "
        "SELECT id, 'spotify', 'spotify:artist:0TnOYISbd1XYRBk9myaseg' FROM campaign"
    )


def kinds_of(pre_save_id: UUID) -> list[str]:
    return read_sql("SELECT array_agg(kind ORDER BY kind) FROM action WHERE pre_save_id = :id", id=pre_save_id)


def wording_of(slug: str) -> str:
    return read_sql(
        "SELECT c.wording FROM pre_save p JOIN consent c ON c.id = p.consent_id WHERE p.campaign_id = :id",
        id=id_of(slug),
    )


@pytest.mark.usefixtures("artist_is_known")
def test_what_was_ticked_there_before_stays_and_stands_in_the_record(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    there = pre_save(app, twin, "ida", slug="second-light", extra="follow_artist")
    before = wording_of("second-light")
    for _ in range(2):
        pre_save(app, twin, "ida", also=str(id_of("second-light")))
        assert kinds_of(there) == ["add_to_library", "follow_artist"]
        assert row_of(there).state == "armed"
        assert wording_of("second-light") == f"{wording_of('night-drive')}\n\n{before}"
    assert "Right away we follow Alba Voss on Spotify." in client.get(f"/mine/{mine_secret(PreSaveId(there))}").text


@pytest.mark.usefixtures("artist_is_known")
def test_what_was_ticked_there_and_cancelled_does_not_come_back(app: Flask, twin: TwinClient, first: int) -> None:
    there = pre_save(app, twin, "ida", slug="second-light", extra="follow_artist")
    app.test_client().post(f"/mine/{mine_secret(PreSaveId(there))}/cancel")
    pre_save(app, twin, "ida", also=str(id_of("second-light")))
    assert kinds_of(there) == ["add_to_library"]
    assert wording_of("second-light") == wording_of("night-drive")


@pytest.mark.usefixtures("artist_is_known")
def test_what_is_ticked_stands_in_the_record_of_its_own_page_alone(app: Flask, twin: TwinClient, first: int) -> None:
    pre_save(app, twin, "ida", also=str(id_of("second-light")), extra="follow_artist")
    assert "Right away we follow Alba Voss on Spotify." in wording_of("night-drive")
    assert "follow" not in wording_of("second-light")
    asked = "SELECT jsonb_array_length(actions) FROM consent WHERE campaign_id = :id"
    assert (read_sql(asked, id=first), read_sql(asked, id=id_of("second-light"))) == (2, 1)


@pytest.mark.usefixtures("artist_is_known")
@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_tick_is_kept_whatever_became_of_the_add(app: Flask, twin: TwinClient, first: int, state: str) -> None:
    there = pre_save(app, twin, "ida", slug="second-light", extra="follow_artist")
    client, second = app.test_client(), id_of("second-light")
    back = answer_at_spotify(twin, go_to_spotify(client, also=str(second)), "ida")
    move_release(second, timedelta(seconds=-1))
    for each in ("claimed", state):
        run_sql(
            "UPDATE pre_save SET state = CAST(:state AS text), reason = 'http_418',"
            " lease_until = CASE WHEN CAST(:state AS text) = 'claimed' THEN now() + interval '90 s' END WHERE id = :id",
            state=each,
            id=there,
        )
    assert client.get(back).status_code == 303
    assert kinds_of(there) == ["add_to_library", "follow_artist"]


@pytest.mark.usefixtures("artist_is_known")
def test_a_tap_elsewhere_sees_the_ticks_of_another_tab(
    app: Flask, twin: TwinClient, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins while the other one is written and not committed, and waits for the account's permission."""
    one, other, written = app.test_client(), app.test_client(), threading.Event()
    own = answer_at_spotify(twin, go_to_spotify(one, "second-light", extra="follow_artist"), "ida")
    elsewhere = answer_at_spotify(twin, go_to_spotify(other, also=str(id_of("second-light"))), "ida")
    arm_again = mending.arm_again

    def dawdle(session: Session, grant_id: GrantId) -> None:
        if not written.is_set():
            written.set()
            until_somebody_waits(session)
        arm_again(session, grant_id)

    monkeypatch.setattr(mending, "arm_again", dawdle)
    with beside(app, lambda: one.get(own)):
        assert written.wait(30)
        assert other.get(elsewhere).status_code == 303
    there = read_sql("SELECT id FROM pre_save WHERE campaign_id = :id", id=id_of("second-light"))
    assert kinds_of(there) == ["add_to_library", "follow_artist"]
    assert "Right away we follow Alba Voss on Spotify." in wording_of("second-light")
