"""The history of a team: what owners did to it, in words, for owners alone."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, csrf_of, make_campaign, make_member, make_team, post, sign_in
from phones import turn_on

from presave_app.teams.models import Role

ALICE = "alice@alba.example"
BOB = "bob@alba.example"
CAROL = "carol@alba.example"


@pytest.fixture
def team(app: Flask, client: FlaskClient) -> int:
    """A team whose owner is signed in."""
    made = make_team()
    sign_in(client, ALICE)
    return made


def lines_of(client: FlaskClient, team: int) -> list[str]:
    """The lines of the page as they are read, newest first."""
    page = client.get(f"/team/{team}/history")
    assert page.status_code == 200
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in re.findall(r"<p>(<bdi class.*?)</p>", page.text)]


def test_an_invitation_is_told_from_its_making_to_its_end(app: Flask, client: FlaskClient, team: int) -> None:
    shown = post(client, f"/team/{team}/invitations", email=f" {CAROL.upper()}", role="viewer").text
    joined = app.test_client().post(re.findall(r"(/join/[\w-]+)", shown)[0], data={"password": "a train to Lisbon"})
    assert joined.status_code == 303
    post(client, f"/team/{team}/invitations", email=BOB, role="editor")
    last = read_sql("SELECT max(id) FROM invitation")
    for _ in range(2):
        post(client, f"/team/{team}/invitations/{last}/withdraw")
    assert lines_of(client, team) == [
        f"You withdrew the invitation of {BOB}",
        f"You invited {BOB} as editor",
        f"{CAROL} came into the team",
        f"You invited {CAROL} as viewer",
    ]


def test_who_came_in_by_the_command_line_is_told(app: Flask, client: FlaskClient, team: int) -> None:
    args = ["teams", "invite", BOB, "--team", "alba-records", "--role", "viewer"]
    assert app.test_cli_runner().invoke(args=args).exit_code == 0
    assert lines_of(client, team) == [f"The command line put {BOB} into the team as viewer"]


def test_roles_and_goings_are_told_once(app: Flask, client: FlaskClient, team: int) -> None:
    bob, carol = make_member(team, BOB), make_member(team, CAROL)
    for _ in range(2):
        post(client, f"/team/{team}/people/{bob.member_id}/role", role="viewer")
    post(client, f"/team/{team}/people/{bob.member_id}/remove")
    other = app.test_client()
    sign_in(other, carol.email, PASSWORD)
    post(other, f"/team/{team}/leave")
    assert lines_of(client, team) == [
        f"{CAROL} left the team",
        f"You took {BOB} out of the team",
        f"You changed the role of {BOB} from editor to viewer",
    ]


def test_what_was_refused_is_not_told(client: FlaskClient, team: int) -> None:
    alice = read_sql("SELECT id FROM member")
    assert post(client, f"/team/{team}/people/{alice}/role", role="viewer").status_code == 422
    assert post(client, f"/team/{team}/leave").status_code == 422
    assert post(client, f"/team/{team}/invitations", email=ALICE, role="viewer").status_code == 422
    assert post(client, f"/data/{team}/tokens", name="", scope="read").status_code == 422
    assert read_sql("SELECT count(*) FROM change") == 0
    assert "Begin by inviting somebody." in client.get(f"/team/{team}/history").text


def test_programs_and_the_switch_of_the_last_day_are_told(client: FlaskClient, team: int) -> None:
    post(client, f"/data/{team}/tokens", name="Week sheet", scope="write")
    post(client, f"/data/{team}/tokens/{read_sql('SELECT id FROM api_token')}/revoke")
    hook = {"csrf_token": csrf_of(client), "url": "https://hooks.label.example/s3cret", "events": "campaign.out"}
    assert client.post(f"/data/{team}/webhooks", data=hook).status_code == 303
    post(client, f"/data/{team}/webhooks/{read_sql('SELECT id FROM webhook')}/remove")
    post(client, f"/teams/{team}/second-member", is_on="0")
    assert lines_of(client, team) == [
        "You let changes of the last day take one member",
        "You removed the webhook to hooks.label.example",
        "You made a webhook to hooks.label.example",
        "You revoked the token “Week sheet”",
        "You made the token “Week sheet” for a program that reads and writes",
    ]
    assert (
        read_sql("SELECT count(*) FROM change WHERE after::text LIKE '%s3cret%' OR after::text LIKE '%presave_%'") == 0
    )


def test_what_the_team_keeps_is_told_once(client: FlaskClient, team: int) -> None:
    for company in ("Alba GmbH", "Alba GmbH"):
        post(client, f"/imprint/{team}", company=company)
    for name, zone in (("Alba Voss", ""), ("Alba Voss", "Europe/Berlin"), ("Alba", "Europe/Berlin")):
        known = read_sql("SELECT id FROM artist")
        for _ in range(2):
            post(client, f"/artists/{known}" if known else "/artists", name=name, time_zone=zone)
    for _ in range(2):
        post(client, f"/artists/{known}/remove")
    assert lines_of(client, team) == [
        "You removed the artist Alba",
        "You renamed the artist Alba Voss to Alba",
        "You changed the artist Alba Voss",
        "You added the artist Alba Voss",
        "You changed the imprint",
    ]


def test_an_artist_kept_from_a_campaign_is_told_of(client: FlaskClient, team: int) -> None:
    campaign_id = make_campaign(team)
    for _ in range(2):
        post(client, f"/campaigns/{campaign_id}/keep-artist")
    assert lines_of(client, team) == ["You added the artist Alba Voss"]


def test_a_new_team_begins_its_history(app: Flask, client: FlaskClient, team: int) -> None:
    post(client, "/team/new", name="Alba Dub")
    assert lines_of(client, read_sql("SELECT max(id) FROM team")) == ["You made this team"]
    args = ["teams", "create", "Alba Jazz", "--owner", ALICE]
    assert app.test_cli_runner().invoke(args=args).exit_code == 0
    assert lines_of(client, read_sql("SELECT max(id) FROM team")) == ["The command line made this team"]


def test_each_team_is_told_of_a_second_step_that_was_turned_off(app: Flask, client: FlaskClient, team: int) -> None:
    other = make_team("Alba Dub", ALICE)
    turn_on(client)
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=["teams", "forget-second-step", ALICE.upper()]).exit_code == 0
    sign_in(client, ALICE)
    for each in (team, other):
        assert lines_of(client, each) == [f"The command line turned off the second step of {ALICE}"]


def test_a_long_history_has_pages_and_no_line_of_a_campaign(client: FlaskClient, team: int) -> None:
    make_campaign(team, slug="night-drive")
    post(client, "/campaigns", title="Solo", artist="Alba Voss", kind="single")
    for number in range(41):
        post(client, f"/teams/{team}/second-member", is_on=str(number % 2))
    first = client.get(f"/team/{team}/history").text
    assert first.count("history-line") == 40
    older = re.findall(r"history\?before=(\d+)", first)[0]
    assert client.get(f"/team/{team}/history?before={older}").text.count("history-line") == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_an_owner_reads_it(app: Flask, client: FlaskClient, team: int, role: Role) -> None:
    make_member(team, BOB, role)
    assert f'href="/team/{team}/history"' in client.get(f"/team/{team}").text
    other = app.test_client()
    sign_in(other, BOB)
    assert f'href="/team/{team}/history"' not in other.get(f"/team/{team}").text
    assert other.get(f"/team/{team}/history").status_code == 403


def test_it_does_not_exist_for_a_stranger(client: FlaskClient, team: int) -> None:
    other = make_team("Other Label", "olga@other.example")
    assert client.get(f"/team/{other}/history").status_code == 404
