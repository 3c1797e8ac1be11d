"""What a team changes shows at once where it was saved, and within a moment in every other process."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from fans import open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from front_asking import Said
from makers import csrf_of, make_picture, sign_in
from twin_client import TwinClient

from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.models import Campaign
from presave_app.front.standing import find_standing, forget_standings
from presave_app.transaction import transaction

Ask = Callable[..., Said]


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def stamp() -> str | None:
    forget_standings()
    found = find_standing("night-drive")
    return found.stamp if found else None


def test_a_saved_form_shows_at_once(client: FlaskClient, campaign_id: int) -> None:
    sign_in(client, "alice@alba.example")
    token = csrf_of(client)
    for title in ("Night Train", "Night Bus"):
        client.get("/night-drive")
        form = {"csrf_token": token, "title": title}
        assert client.post(f"/campaigns/{campaign_id}/title", data=form).status_code in (200, 303)
        assert title in client.get("/night-drive").text


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE campaign SET title = 'Other'",
        "UPDATE campaign SET release_at = release_at + interval '1 day'",
        "UPDATE campaign SET clock = 'local'",
        "UPDATE campaign SET words_before = 'Signed copies'",
        """UPDATE campaign SET own_links = '[{"name": "Merch", "url": "https://shop.example/"}]'""",
        """UPDATE campaign SET own_colours = '{"ground": "#101820", "stylesheet": "0.css"}'""",
        "UPDATE target SET ref = NULL",
        "UPDATE target SET found_at = now()",
        "INSERT INTO target (campaign_id, service, ref) SELECT id, 'deezer', '1' FROM campaign",
        "DELETE FROM target",
        "INSERT INTO link_card (campaign_id, facts) SELECT id, 'x' FROM campaign",
        "INSERT INTO label_page (campaign_id, service, countdown_url) SELECT id, 'spotify', 'https://x' FROM campaign",
        "UPDATE team SET name = 'Other Records'",
        "UPDATE campaign SET published_at = NULL",
        "UPDATE campaign SET slug = 'other-drive'",
    ],
)
def test_every_change_gives_another_stamp(change: str, through: Ask, behind: Ask) -> None:
    before = stamp()
    assert before == stamp()
    through("/night-drive")
    run_sql(change)
    assert stamp() != before
    assert through("/night-drive").unpacked() == behind("/night-drive").unpacked()


def test_a_pre_save_makes_no_page_anew(app: Flask, twin: TwinClient) -> None:
    before = stamp()
    pre_save(app, twin, "ida")
    assert stamp() == before


def test_new_artwork_shows_at_once(client: FlaskClient, campaign_id: int) -> None:
    assert "<img" not in client.get("/night-drive").text
    pressed = press(make_picture())
    with transaction() as session:
        give_artwork(session.get_one(Campaign, campaign_id), pressed)
    assert "<img" in client.get("/night-drive").text


def test_a_page_taken_down_is_gone_at_once(client: FlaskClient) -> None:
    assert client.get("/night-drive").status_code == 200
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get("/night-drive").status_code == 410


def test_what_is_rolled_back_shows_nowhere(client: FlaskClient, campaign_id: int) -> None:
    def fail() -> None:
        with transaction() as session:
            session.get_one(Campaign, campaign_id).title = "Never"
            session.flush()
            client.get("/night-drive")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "Never" not in client.get("/night-drive").text


def test_another_process_needs_to_tell_nobody(client: FlaskClient, postgres_url: str) -> None:
    assert "Night Drive" in client.get("/night-drive").text
    address = postgres_url.replace("postgresql+psycopg://", "postgresql://").replace("postgres://", "postgresql://")
    with psycopg.connect(address) as elsewhere:
        elsewhere.execute("UPDATE campaign SET title = 'Told by nobody'")
    time.sleep(0.55)
    assert "Told by nobody" in client.get("/night-drive").text


def test_the_number_on_the_page_is_at_most_three_seconds_old(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    client.get("/night-drive")
    pre_save(app, twin, "ida")
    time.sleep(3.05)
    assert "seen=1" in client.get("/night-drive").text
    assert read_sql("SELECT count(*) FROM pre_save") == 1
