"""A fan's own data as a file: all that is kept, to nobody but who has the secret, and never a token."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from fans import read_sql, row_of, run_sql
from flask.testing import FlaskClient
from twin_client import TwinClient

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import PreSaveId
from presave_app.privacy import own_data
from presave_app.releases import adding, reading_back


@pytest.fixture
def path(due: UUID) -> str:
    return f"/mine/{mine_secret(PreSaveId(due))}"


def data_of(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(f"{path}/data.json")
    assert answer.status_code == 200
    return json.loads(answer.text)


def test_it_is_a_private_file(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}/data.json")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer.content_type == "application/json; charset=utf-8"
    assert client.get("/mine/somebody/data.json").status_code == 404


def test_it_says_all_that_is_kept(client: FlaskClient, path: str, due: UUID) -> None:
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET read_back_at = now()")
    reading_back.read_back_due("spotify")
    run_sql("UPDATE pre_save SET source = 'poster', time_zone = 'Asia/Tokyo'")
    data = data_of(client, path)
    assert data["format"] == "presave-own-data/1"
    assert data["release"]["title"] == "Night Drive"
    assert data["release"]["label"] == "Alba Records"
    kept = data["pre_save"]
    assert (kept["state"], kept["source"], kept["time_zone"]) == ("done", "poster", "Asia/Tokyo")
    assert kept["account_pseudonym"] == row_of(due).account_key
    assert [move["to"] for move in kept["moves"]] == ["armed", "claimed", "done"]
    assert kept["verified_at"].endswith("Z")
    assert kept["actions"][0]["kind"] == "add_to_library"
    assert data["consent"]["wording"] == read_sql("SELECT wording FROM consent")
    assert data["consent"]["language"] == "en"
    assert data["consent"]["scopes"] == ["user-library-modify", "user-library-read"]
    assert data["permission"]["is_kept"] is True
    assert data["notice"] is None


def test_no_token_is_among_it(client: FlaskClient, path: str, twin: TwinClient) -> None:
    text = client.get(f"{path}/data.json").text
    assert "sealed" not in text
    assert "token" not in text
    sealed = read_sql("SELECT encode(access_token_sealed, 'hex') FROM fan_grant")
    assert sealed
    assert sealed not in text


def test_after_a_disconnection_it_says_so(client: FlaskClient, path: str) -> None:
    client.post(f"{path}/disconnect")
    data = data_of(client, path)
    assert data["permission"]["is_kept"] is False
    assert data["permission"]["erased_at"] is not None
    assert data["consent"]["withdrawn_at"] is not None
    page = client.get(path).text
    assert "We erased your Spotify permission." in page


def test_every_column_that_is_kept_is_told_or_left_out_knowingly() -> None:
    """A column that is added some day has to be told to its fan, or named here with the others."""
    inner = {"id", "campaign_id", "consent_id", "grant_id", "claim_no", "lease_until", "next_at", "tries", "refusals"}
    inner |= {"read_back_at", "read_backs", "mine_hash", "is_test_fan", "service", "account_key"}
    columns = {column.name for column in PreSave.__table__.columns}
    assert columns - inner == set(own_data._PRE_SAVE)  # pyright: ignore[reportPrivateUsage]


def test_the_page_offers_it(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert f'href="{path}/data.json"' in page
    assert f'action="{path}/erase"' in page
