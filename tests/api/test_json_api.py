"""The JSON API: each address with each kind of token, faults as problem details, and campaigns as their files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from fans import open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import UPC, join_roll_out, make_campaign, make_member
from twin_client import TwinClient

from presave_app.campaigns import live_links
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.teams.models import Role
from presave_app.transaction import transaction

WHOLE: dict[str, Any] = {
    "title": "Night Drive",
    "artist": "Alba Voss",
    "kind": "album",
    "slug": "night-drive",
    "upc": "00602445868162",
    "release": {"at": "2028-02-04T00:00:00", "time_zone": "Europe/Berlin", "clock": "everywhere"},
    "targets": {
        "spotify": "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        "amazon-music": "https://music.amazon.com/albums/B0EXAMPLE1",
    },
    "colours": {"accent": "#ffb84d"},
    "words_before": "Signed copies.",
    "words": {"de": {"before": "Signierte Platten.", "after": "Jetzt auch auf Vinyl."}, "ar": {"before": "نسخ موقعة"}},
    "own_links": [{"name": "Merch", "url": "https://shop.example.com/"}],
}
ONE = "campaigns/night-drive"
# Every address, with the answer to a token that reads and to one that writes.
ADDRESSES = (
    ("GET", "campaigns", None, 200, 200),
    ("GET", ONE, None, 200, 200),
    ("GET", f"{ONE}/counts", None, 200, 200),
    ("POST", "campaigns", {"title": "Solo", "artist": "Alba Voss"}, 403, 201),
    ("PATCH", ONE, {"title": "Night Drive II"}, 403, 200),
    ("POST", f"{ONE}/publish", None, 403, 200),
)


@pytest.fixture
def made(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive", published=False)


def everything() -> str:
    """What a refused call must leave as it is."""
    return str(read_sql("SELECT string_agg(concat_ws('|', title, slug, published_at), ',' ORDER BY id) FROM campaign"))


@pytest.mark.parametrize(("method", "path", "body", "for_reader", "for_writer"), ADDRESSES)
def test_each_address_with_each_token(
    method: str, path: str, body: Any, for_reader: int, for_writer: int, made: int, request: pytest.FixtureRequest
) -> None:
    before = everything()
    for name, status in (("nobody", 401), ("reader", for_reader)):
        answer = request.getfixturevalue(name)(method, path, body)
        assert answer.status_code == status, name
        assert "Set-Cookie" not in answer.headers
        assert everything() == before
    away = request.getfixturevalue("stranger")(method, path, body)
    assert away.status_code == (404 if "/" in path else for_writer)
    if "/" in path:
        assert everything() == before
        assert away.mimetype == "application/problem+json"
    assert request.getfixturevalue("writer")(method, path, body).status_code == for_writer


def test_the_live_url_is_the_first_link_that_is_on(made: int, reader: Any, client: FlaskClient) -> None:
    def path() -> str:
        return urlsplit(reader("GET", ONE).json["live_url"]).path

    first = path()
    with transaction():
        campaign = db.session.get_one(Campaign, made)
        live_links.add_link(campaign, {"live_name": "For Mo", "live_ends": "30"}, clock.now())
    run_sql("UPDATE live_link SET revoked_at = now() WHERE is_first")
    assert client.get(first).status_code == 404
    assert path() != first
    assert client.get(path()).status_code == 200
    run_sql("UPDATE live_link SET days_after = NULL, ends_at = now()")
    assert reader("GET", ONE).json["live_url"] is None


def test_a_roll_out_is_told_by_its_addresses(made: int, team_id: int, reader: Any) -> None:
    assert reader("GET", ONE).json["roll_out"] == []
    other = make_campaign(team_id, title="Second Light", slug="second-light")
    join_roll_out(made, other)
    assert reader("GET", ONE).json["roll_out"] == ["second-light"]
    assert reader("GET", "campaigns/second-light").json["roll_out"] == ["night-drive"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}])
def test_without_a_token_the_way_is_named(headers: dict[str, str], client: FlaskClient, made: int) -> None:
    answer = client.get("/api/v1/campaigns", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Presave"'
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"] == "Unauthorized"


def test_a_revoked_token_is_none(writer: Any, made: int) -> None:
    assert writer("GET", ONE).status_code == 200
    run_sql("UPDATE api_token SET revoked_at = now()")
    assert writer("GET", ONE).status_code == 401


def test_a_signed_in_browser_is_no_program(browser_of: Any, made: int) -> None:
    assert browser_of("alice").get("/api/v1/campaigns").status_code == 401


def test_the_use_of_a_token_is_noted(reader: Any, made: int) -> None:
    assert read_sql("SELECT last_used_at FROM api_token") is None
    reader("GET", "campaigns")
    assert read_sql("SELECT last_used_at IS NOT NULL FROM api_token")


def test_a_campaign_is_made_from_its_file_and_read_back_the_same(writer: Any) -> None:
    answer = writer("POST", "campaigns", WHOLE)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith("/api/v1/campaigns/night-drive")
    shown = writer("GET", ONE).get_json()
    assert shown["campaign"] == WHOLE
    assert (shown["status"], shown["published_at"]) == ("Draft", None)
    assert shown["release_at"] == "2028-02-03T23:00:00Z"
    assert shown["url"] == "http://127.0.0.1:5000/night-drive"


def test_every_fault_is_named_by_its_field_and_nothing_is_made(writer: Any) -> None:
    odd = {**WHOLE, "upc": "12", "slug": "a", "targets": {"spotify": "no"}, "artwork": "/etc/passwd", "colour": 1}
    answer = writer("POST", "campaigns", odd)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    fields = {each["field"] for each in answer.get_json()["errors"]}
    assert fields == {"upc", "slug", "targets.spotify", "artwork", "colour"}
    assert read_sql("SELECT count(*) FROM campaign") == 0


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("{}", "text/plain", 415),
        ("{}", "application/x-www-form-urlencoded", 415),
        (" " * 300_000, "application/json", 413),
    ],
)
def test_what_is_no_campaign_is_a_problem(data: str, kind: str, status: int, writer: Any) -> None:
    headers = {"Authorization": f"Bearer {writer.token}"}
    answer = writer.client.post("/api/v1/campaigns", data=data, content_type=kind, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_change_leaves_what_it_does_not_name(writer: Any) -> None:
    writer("POST", "campaigns", WHOLE)
    changed = {"words_before": "", "own_links": [], "release": {"at": "2028-03-03T00:00"}}
    answer = writer("PATCH", ONE, changed)
    assert answer.status_code == 200, answer.text
    wanted = {key: value for key, value in WHOLE.items() if key not in ("words_before", "own_links")}
    wanted["release"] = {**WHOLE["release"], "at": "2028-03-03T00:00:00"}
    assert answer.get_json()["campaign"] == wanted


def test_a_refused_change_changes_nothing(writer: Any) -> None:
    writer("POST", "campaigns", WHOLE)
    answer = writer("PATCH", ONE, {"title": "Other", "upc": "12", "publish": False})
    assert [each["field"] for each in answer.get_json()["errors"]] == ["upc"]
    assert writer("GET", ONE).get_json()["campaign"] == WHOLE
    assert writer("PATCH", ONE, {"publish": True}).status_code == 422


def test_a_change_on_the_last_day_waits_for_a_second_member(writer: Any, team_id: int) -> None:
    make_member(team_id, "mara@alba.example", Role.EDITOR)
    make_campaign(team_id, slug="last-day", release_in=timedelta(hours=5))
    answer = writer("PATCH", "campaigns/last-day", {"upc": ""})
    assert (answer.status_code, answer.get_json()["proposed"]) == (202, True)
    assert answer.get_json()["campaign"]["upc"] == UPC
    assert read_sql("SELECT field FROM proposal") == "upc"
    assert writer("PATCH", "campaigns/last-day", {"words_before": "Soon"}).status_code == 200


def test_what_takes_nobody_else_is_changed_beside_it(writer: Any, team_id: int) -> None:
    make_member(team_id, "mara@alba.example", Role.EDITOR)
    make_campaign(team_id, slug="last-day", release_in=timedelta(hours=5))
    shops = {"amazon-music": "https://music.amazon.com/albums/B0EXAMPLE1"}
    assert writer("PATCH", "campaigns/last-day", {"targets": shops}).status_code == 200
    others = {
        "amazon-music": "https://music.amazon.com/albums/B0EXAMPLE2",
        "boomplay": "https://www.boomplay.com/albums/1",
    }
    answer = writer("PATCH", "campaigns/last-day", {"title": "Harbour", "upc": "", "targets": others})
    assert (answer.status_code, answer.get_json()["proposed"]) == (202, True)
    changed = answer.get_json()["campaign"]
    assert (changed["title"], changed["upc"]) == ("Harbour", UPC)
    assert changed["targets"]["amazon-music"] == shops["amazon-music"]
    assert changed["targets"]["boomplay"] == others["boomplay"]
    assert read_sql("SELECT string_agg(field, ' ' ORDER BY field) FROM proposal") == "link-amazon-music upc"


def test_fans_wait_for_the_new_moment(app: Flask, twin: TwinClient, writer: Any) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    assert writer("PATCH", ONE, {"release": {"at": "2028-03-03T00:00", "time_zone": "UTC"}}).status_code == 200
    assert str(read_sql("SELECT due_at FROM pre_save")) == "2028-03-03 00:00:00+00:00"


def test_a_campaign_that_is_out_can_be_sent_back_as_it_is(writer: Any, team_id: int) -> None:
    make_campaign(team_id, slug="night-drive", release_in=timedelta(days=-3))
    run_sql("UPDATE campaign SET release_wall = date_trunc('minute', release_wall)")
    run_sql("UPDATE campaign SET release_at = release_wall AT TIME ZONE 'UTC'")
    shown = writer("GET", ONE).get_json()
    assert shown["status"] == "Out now"
    assert writer("PATCH", ONE, {**shown["campaign"], "words_after": "Out now."}).status_code == 200


def test_publishing_names_what_is_missing(writer: Any) -> None:
    writer("POST", "campaigns", {"title": "Night Drive", "artist": "Alba Voss", "slug": "night-drive"})
    answer = writer("POST", f"{ONE}/publish")
    assert answer.status_code == 422
    assert {each["field"] for each in answer.get_json()["errors"]} == {"release", "targets.spotify"}
    assert writer("PATCH", ONE, {key: WHOLE[key] for key in ("release", "upc")}).status_code == 200
    assert writer("POST", f"{ONE}/publish").get_json()["status"] == "Pre-save open"
    assert writer("POST", f"{ONE}/publish").status_code == 200


def test_counts_are_those_of_the_database(app: Flask, twin: TwinClient, reader: Any) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    pre_save(app, twin, "jan")
    run_sql(
        "UPDATE pre_save SET accepted_at = '2026-01-02T23:59Z' WHERE id = (SELECT min(id::text)::uuid FROM pre_save)"
    )
    run_sql("UPDATE pre_save SET accepted_at = '2026-01-03T00:01Z' WHERE accepted_at > '2026-02-01'")
    assert reader("GET", f"{ONE}/counts").get_json() == {
        "slug": "night-drive",
        "total": 2,
        "services": {"spotify": 2},
        "reminders": 0,
        "days": [
            {"day": "2026-01-02", "total": 1, "services": {"spotify": 1}},
            {"day": "2026-01-03", "total": 1, "services": {"spotify": 1}},
        ],
    }


def test_pages_follow_one_another_without_gap_or_repetition(reader: Any, team_id: int) -> None:
    for number in range(5):
        make_campaign(team_id, slug=f"release-{number}", published=False)
    seen, cursor = list[str](), ""
    while cursor is not None:
        page = reader("GET", f"campaigns?limit=2&cursor={cursor}").get_json()
        seen += [each["slug"] for each in page["campaigns"]]
        cursor = page["next"]
    assert seen == [f"release-{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "cursor=%00", "cursor=YmVmb3JlIC0x"])
def test_an_odd_page_is_a_problem(query: str, reader: Any) -> None:
    answer = reader("GET", f"campaigns?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_an_old_address_leads_to_its_campaign(reader: Any, writer: Any, team_id: int) -> None:
    make_campaign(team_id, slug="night-drive")
    writer("PATCH", ONE, {"slug": "night-drive-2"})
    assert reader("GET", ONE).get_json()["slug"] == "night-drive-2"


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("DELETE", ONE), ("GET", "campaigns/%00")])
def test_what_is_not_there_is_a_problem_too(method: str, path: str, writer: Any, made: int) -> None:
    answer = writer(method, path)
    assert answer.status_code in (404, 405)
    assert answer.mimetype == "application/problem+json"


def test_a_program_that_asks_too_often_waits(reader: Any, made: int) -> None:
    answers = [reader("GET", ONE) for _ in range(121)]
    assert [answer.status_code for answer in answers[:120]] == [200] * 120
    assert (answers[120].status_code, answers[120].mimetype) == (429, "application/problem+json")
    assert int(answers[120].headers["Retry-After"]) > 0


def test_the_history_says_that_a_program_made_it(writer: Any, team_id: int) -> None:
    writer("POST", "campaigns", WHOLE)
    row = "SELECT concat_ws('|', by = 'member ' || member_id, act) FROM change"
    assert read_sql(row) == "t|create-program"
