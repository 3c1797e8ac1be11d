"""The room's forms: by role, with and without htmx, nothing typed lost; and receipts that name nobody."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from crowds import put_crowd
from fans import open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_member, make_team, post, sign_in
from twin_client import TwinClient

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import receipts
from presave_app.teams.models import Role

ROOM = "/campaigns/1/release"
READS = ("", "/room", "/test-fans", "/receipts.csv")
ACTS = ("/hold", "/resume", "/retry", "/confirm-guard", "/dismiss-guard", "/let-crowd-go", "/test-fans")
WRITES = (*ACTS, "/test-fans/forget")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def people(app: Flask) -> Callable[[str], FlaskClient]:
    """Alice owns the release, Ed edits, Bob only looks, Charlie is of another label."""
    open_campaign(timedelta(days=7))
    make_member(1, "ed@alba.example", Role.EDITOR)
    make_member(1, "bob@alba.example", Role.VIEWER)
    make_team("Other Label", "charlie@other.example")

    def browser_of(email: str) -> FlaskClient:
        browser = app.test_client()
        sign_in(browser, email)
        return browser

    return browser_of


@pytest.fixture
def ed(people: Callable[[str], FlaskClient]) -> FlaskClient:
    return people("ed@alba.example")


@pytest.fixture
def bob(people: Callable[[str], FlaskClient]) -> FlaskClient:
    return people("bob@alba.example")


@pytest.fixture
def charlie(people: Callable[[str], FlaskClient]) -> FlaskClient:
    return people("charlie@other.example")


@pytest.fixture
def fan(app: Flask, twin: TwinClient, people: Callable[[str], FlaskClient]) -> UUID:
    return pre_save(app, twin, "ida")


def page_of(fan: UUID) -> str:
    return f"http://127.0.0.1:5000/mine/{mine_secret(PreSaveId(fan))}"


@pytest.mark.parametrize("path", READS)
def test_the_team_looks_and_a_stranger_does_not(bob: FlaskClient, charlie: FlaskClient, path: str) -> None:
    with bob.get(ROOM + path, headers=HTMX) as answer:
        assert answer.status_code == 200
    assert charlie.get(ROOM + path, headers=HTMX).status_code == 404


@pytest.mark.parametrize("path", WRITES)
def test_only_editors_act(bob: FlaskClient, charlie: FlaskClient, path: str) -> None:
    assert post(bob, ROOM + path, page="x").status_code == 403
    assert post(charlie, ROOM + path, page="x").status_code == 404
    assert read_sql("SELECT held_at FROM campaign") is None


@pytest.mark.parametrize("path", WRITES)
def test_a_form_without_its_token_is_refused(ed: FlaskClient, path: str) -> None:
    assert ed.post(ROOM + path).status_code == 400


def test_a_viewer_gets_nothing_to_press(bob: FlaskClient, fan: UUID) -> None:
    put_crowd(1, 2, "failed", "forbidden")
    run_sql("UPDATE pre_save SET is_test_fan = true WHERE id = :id", id=fan)
    run_sql("UPDATE target SET canary = 'refused'")
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'spotify', 'forbidden')")
    page = bob.get(ROOM).text
    assert page.count("<form") == 1, "signing out"
    assert "Steering it takes the role of an editor" in page


def test_the_campaigns_page_leads_to_the_room(ed: FlaskClient) -> None:
    assert f'href="{ROOM}"' in ed.get("/campaigns/1").text


def test_hold_and_resume_work_with_and_without_htmx(ed: FlaskClient, fan: UUID) -> None:
    for htmx in (False, True):
        held = post(ed, f"{ROOM}/hold", htmx=htmx)
        assert read_sql("SELECT held_at FROM campaign") is not None
        words = held.text if htmx else ed.get(held.headers["Location"]).text
        assert "On hold: 1 fan waits" in words
        assert held.status_code == (200 if htmx else 303)
        resumed = post(ed, f"{ROOM}/resume", htmx=htmx)
        assert read_sql("SELECT held_at FROM campaign") is None
        assert "Hold: 1 fan waits until you resume" in (resumed.text if htmx else ed.get(ROOM).text)


@pytest.mark.parametrize("htmx", [False, True])
def test_one_reason_is_tried_again(ed: FlaskClient, htmx: bool) -> None:
    put_crowd(1, 2, "failed", "forbidden")
    put_crowd(1, 3, "failed", "http_400")
    answer = post(ed, f"{ROOM}/retry", service="spotify", reason="forbidden", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'armed'") == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_a_guard_is_decided_by_name(ed: FlaskClient, htmx: bool) -> None:
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'spotify', 'forbidden')")
    answer = post(ed, f"{ROOM}/confirm-guard", service="spotify", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert read_sql("SELECT confirmed_by FROM mass_guard") == "ed@alba.example"
    post(ed, f"{ROOM}/dismiss-guard", service="spotify", htmx=htmx)
    assert read_sql("SELECT count(*) FROM mass_guard") == 0


@pytest.mark.parametrize("htmx", [False, True])
def test_the_crowd_is_let_go(ed: FlaskClient, htmx: bool) -> None:
    put_crowd(1, 7, "armed", "consented", due_in="1 hour")
    run_sql("UPDATE target SET canary = 'refused'")
    assert "Let the crowd go: 7 fans" in ed.get(ROOM).text
    answer = post(ed, f"{ROOM}/let-crowd-go", service="spotify", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert read_sql("SELECT canary FROM target") == "passed"
    assert "Let the crowd go" not in ed.get(ROOM).text


@pytest.mark.parametrize("service", ["", "nowhere", "spotify\x00"])
def test_a_service_that_is_none_changes_nothing(ed: FlaskClient, service: str) -> None:
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'nothing', 'forbidden')")
    for path in ("/confirm-guard", "/dismiss-guard", "/let-crowd-go", "/retry"):
        assert post(ed, ROOM + path, service=service).status_code == 303
    assert read_sql("SELECT count(*) FROM mass_guard WHERE confirmed_at IS NULL") == 1


def test_a_test_fan_is_named_and_removed_with_htmx(ed: FlaskClient, fan: UUID) -> None:
    named = post(ed, f"{ROOM}/test-fans", page=page_of(fan), htmx=True)
    assert named.status_code == 200
    assert "room-changed" in named.headers["HX-Trigger"]
    assert "/mine/" + mine_secret(PreSaveId(fan)) not in named.text
    number = receipts.receipt_number(fan)
    listed = ed.get(f"{ROOM}/test-fans", headers=HTMX).text
    assert f"{number} on Spotify" in listed
    assert "The test fans go first." in listed
    gone = post(ed, f"{ROOM}/test-fans/forget", number=number, htmx=True)
    assert "No test fan yet" in gone.text
    assert not row_of(fan).is_test_fan


def test_a_test_fan_is_named_and_removed_without_htmx(ed: FlaskClient, fan: UUID) -> None:
    named = post(ed, f"{ROOM}/test-fans", page=page_of(fan))
    assert (named.status_code, named.headers["Location"]) == (303, f"{ROOM}#test-fans")
    assert receipts.receipt_number(fan) in ed.get(ROOM).text
    for number in ("", "R-0000-0000-0000", receipts.receipt_number(fan)):
        assert post(ed, f"{ROOM}/test-fans/forget", number=number).status_code == 303
    assert not row_of(fan).is_test_fan


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_fans_page_stays_in_the_field(ed: FlaskClient, htmx: bool) -> None:
    answer = post(ed, f"{ROOM}/test-fans", page='my "fan"', htmx=htmx)
    assert answer.status_code == 422
    assert 'value="my &#34;fan&#34;"' in answer.text
    assert "Paste the address of the fan&#39;s own page." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "HX-Trigger" not in answer.headers


def test_the_form_stands_outside_of_what_is_polled(ed: FlaskClient, fan: UUID) -> None:
    for part in ("room", "test-fans"):
        assert 'name="page"' not in ed.get(f"{ROOM}/{part}", headers=HTMX).text


@pytest.mark.parametrize("path", ACTS)
def test_a_forms_address_opened_again_leads_to_the_room(ed: FlaskClient, path: str) -> None:
    answer = ed.get(ROOM + path)
    assert (answer.status_code, answer.headers["Location"]) == (303, ROOM)


def test_a_receipt_tells_each_pre_save(ed: FlaskClient, fan: UUID) -> None:
    put_crowd(1, 2, "failed", "forbidden")
    run_sql("UPDATE action SET sent_count = 2 WHERE pre_save_id = :id", id=fan)
    answer = ed.get(f"{ROOM}/receipts.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert 'filename="receipts-night-drive.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 3
    own = next(row for row in rows if row["receipt"] == receipts.receipt_number(fan))
    assert (own["service"], own["state"], own["reason"]) == ("spotify", "armed", "consented")
    assert own["accepted_at"].endswith("Z")
    assert (own["verified_at"], own["possible_duplicate"]) == ("", "yes")
    assert [row["reason_in_words"] for row in rows if row != own] == ["The service does not allow this."] * 2
    assert {row["possible_duplicate"] for row in rows if row != own} == {"no"}


def test_a_receipt_names_nobody(ed: FlaskClient, fan: UUID) -> None:
    told = ed.get(f"{ROOM}/receipts.csv").text
    row = row_of(fan)
    for secret in (
        fan,
        row.account_key,
        row.grant_id,
        row.consent_id,
        row.mine_hash,
        mine_secret(PreSaveId(fan)),
        "ida",
    ):
        assert str(secret) not in told
        assert str(secret).replace("-", "").upper()[:12] not in told.replace("-", "")


def test_a_receipt_runs_no_formula(ed: FlaskClient) -> None:
    for reason in ('=HYPERLINK("http://evil.example")', "+1", "-1", "@sum", "\t=1"):
        put_crowd(1, 1, "failed", reason)
    rows = list(csv.reader(io.StringIO(ed.get(f"{ROOM}/receipts.csv").text)))
    assert len(rows) == 6
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_a_receipt_comes_in_blocks(app: Flask, people: Callable[[str], FlaskClient]) -> None:
    put_crowd(1, 2500, "armed", "consented")
    blocks = list(receipts.receipt_lines(1))
    assert [block.count("\n") for block in blocks] == [1, 1000, 1000, 500]
