"""A team as files: what is in the archive, what never is, and who may have it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from uuid import UUID

import pytest
from fans import open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, post
from twin_client import TwinClient

from presave_app.reminders.addresses import seal
from presave_app.transaction import transaction

FILES = {"README.txt", "artists.json", "campaigns.json", "consents.csv", "counts.csv", "reminders.csv"}


def archive_of(browser: FlaskClient, team_id: int) -> zipfile.ZipFile:
    answer = post(browser, f"/data/{team_id}/export")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/zip"
    body = answer.data
    answer.close()
    return zipfile.ZipFile(io.BytesIO(body))


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def remind(way_id: UUID, address: str, *, confirmed: bool) -> None:
    """A reminder by mail, as the form and the confirmation leave it."""
    with transaction():
        sealed = seal(way_id, address)
    run_sql(
        "INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason) "
        "SELECT :id, id, 'spotify', CAST(:id AS text), release_at, 'seats_used' FROM campaign LIMIT 1",
        id=way_id,
    )
    run_sql(
        "INSERT INTO reminder_way (id, reminder_id, kind, state, confirmed_at, address_sealed, key_id) VALUES "
        "(:id, :id, 'email', :state, CASE WHEN :confirmed THEN now() END, :address_sealed, :key_id)",
        id=way_id,
        state="armed" if confirmed else "unconfirmed",
        confirmed=confirmed,
        address_sealed=sealed["address_sealed"],
        key_id=sealed["key_id"],
    )


def test_the_archive_holds_every_file_and_tells_of_itself(alice: FlaskClient, team_id: int) -> None:
    archive = archive_of(alice, team_id)
    assert set(archive.namelist()) == FILES
    readme = archive.read("README.txt").decode()
    assert "Alba Records: everything that is kept here" in readme
    assert "Fans' consents are never taken in as permissions." in readme
    assert json.loads(archive.read("campaigns.json"))["campaigns"] == []


def test_a_campaign_stands_in_the_form_of_its_file(alice: FlaskClient, team_id: int) -> None:
    made = make_campaign(team_id, slug="night-drive", artwork=make_picture())
    post(
        alice,
        f"/campaigns/{made}",
        accent="#ffb84d",
        words_before="Signed copies.",
        link_url_1="https://shop.example.com/",
    )
    post(alice, f"/campaigns/{made}/link", link="https://music.amazon.com/albums/B0EXAMPLE1")
    archive = archive_of(alice, team_id)
    whole = json.loads(archive.read("campaigns.json"))
    (entry,) = whole["campaigns"]
    assert whole["format"] == "presave-team/1"
    assert entry["status"] == "Pre-save open"
    campaign = entry["campaign"]
    assert campaign["release"]["time_zone"] == "UTC"
    assert campaign["targets"] == {
        "spotify": "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        "amazon-music": "https://music.amazon.com/albums/B0EXAMPLE1",
    }
    assert campaign["colours"] == {"accent": "#ffb84d"}
    assert campaign["words_before"] == "Signed copies."
    assert campaign["own_links"] == [{"name": "shop.example.com", "url": "https://shop.example.com/"}]
    assert archive.read(campaign["artwork"]).startswith(b"\xff\xd8")


def test_a_consent_is_there_word_for_word_and_no_token_is(
    app: Flask, twin: TwinClient, alice: FlaskClient, team_id: int
) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    archive = archive_of(alice, team_id)
    (row,) = rows_of(archive, "consents.csv")
    assert (row["campaign"], row["service"], row["state"]) == ("night-drive", "spotify", "armed")
    assert row["agreed_to"] == read_sql("SELECT wording FROM consent")
    assert row["account"] == read_sql("SELECT account_key FROM pre_save")
    assert "user-library-modify" in row["permissions"]
    (count,) = rows_of(archive, "counts.csv")
    assert (count["campaign"], count["service"], count["pre_saves"]) == ("night-drive", "spotify", "1")
    everything = b"".join(archive.read(name) for name in archive.namelist())
    sealed = (
        read_sql(f"SELECT encode({column}_token_sealed, 'hex') FROM fan_grant") for column in ("access", "refresh")
    )
    for token in sealed:
        assert bytes.fromhex(token) not in everything
        assert token.encode() not in everything
    assert read_sql("SELECT mine_hash FROM pre_save").encode() not in everything


def test_only_a_confirmed_address_is_there(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, slug="night-drive")
    remind(UUID(int=1), "sure@fan.example", confirmed=True)
    remind(UUID(int=2), "unsure@fan.example", confirmed=False)
    archive = archive_of(alice, team_id)
    addresses = [row["address"] for row in rows_of(archive, "reminders.csv")]
    assert sorted(addresses) == ["", "sure@fan.example"]


def test_a_cell_is_never_a_formula(app: Flask, twin: TwinClient, alice: FlaskClient, team_id: int) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    run_sql("UPDATE pre_save SET source = '=HYPERLINK(1)'")
    (row,) = rows_of(archive_of(alice, team_id), "consents.csv")
    assert row["source"] == "'=HYPERLINK(1)"


def test_nothing_of_another_team_is_there(alice: FlaskClient, charlie: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, slug="night-drive")
    other = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    remind(UUID(int=1), "sure@fan.example", confirmed=True)
    archive = archive_of(charlie, other)
    assert json.loads(archive.read("campaigns.json"))["campaigns"] == []
    assert all(rows_of(archive, name) == [] for name in FILES if name.endswith(".csv"))


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("ed", 403), ("bob", 403), ("charlie", 404)])
def test_who_may_have_it(name: str, status: int, team_id: int, request: pytest.FixtureRequest) -> None:
    browser: FlaskClient = request.getfixturevalue(name)
    answer = post(browser, f"/data/{team_id}/export")
    answer.close()
    assert answer.status_code == status
    page = browser.get(f"/data/{team_id}")
    assert page.status_code == (404 if name == "charlie" else 200)
    assert ("Download the archive" in page.text) == (name == "alice")


def test_the_page_is_in_the_account_menu(bob: FlaskClient, client: FlaskClient, team_id: int) -> None:
    assert 'href="/data"' in bob.get("/campaigns").text
    assert bob.get("/data").headers["Location"] == f"/data/{team_id}"
    assert bob.get(f"/data/{team_id}/export").headers["Location"] == f"/data/{team_id}"
    assert client.post(f"/data/{team_id}/export").status_code == 401
