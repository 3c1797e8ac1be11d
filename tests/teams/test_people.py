"""Who is in a team: owners decide it, everybody sees it, and a change counts at once."""

from __future__ import annotations

import threading

import pytest
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_member, make_team, post, sign_in

from presave_app.teams import people
from presave_app.teams.accounts import find_member, find_role
from presave_app.teams.models import Role
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
BOB = "bob@alba.example"


def member_id_of(email: str) -> int:
    member = find_member(email)
    assert member is not None
    return member.id


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_others_see_who_is_there_and_change_nothing(app: Flask, client: FlaskClient, role: Role) -> None:
    team = make_team()
    bob = make_member(team, BOB, role)
    alice = member_id_of(ALICE)
    sign_in(client, BOB)
    page = client.get(f"/team/{team}").text
    assert ALICE in page
    assert "/role" not in page
    for path, data in (
        (f"/team/{team}/people/{bob.member_id}/role", {"role": "owner"}),
        (f"/team/{team}/people/{alice}/role", {"role": "viewer"}),
        (f"/team/{team}/people/{alice}/remove", {}),
    ):
        answer = post(client, path, data)
        assert answer.status_code == 403
        assert "Ask an owner" in answer.text
    assert (find_role(team, alice), find_role(team, bob.member_id)) == (Role.OWNER, role)


def test_a_team_does_not_exist_for_a_stranger(app: Flask, client: FlaskClient) -> None:
    make_team()
    other = make_team("Other Label", "olga@other.example")
    olga = member_id_of("olga@other.example")
    sign_in(client, ALICE)
    assert client.get(f"/team/{other}").status_code == 404
    for path in (f"people/{olga}/role", f"people/{olga}/remove", "leave"):
        assert post(client, f"/team/{other}/{path}", role="viewer").status_code == 404
    assert find_role(other, olga) is Role.OWNER


def test_an_owner_touches_nobody_of_another_team(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    other = make_team("Other Label", "olga@other.example")
    olga = member_id_of("olga@other.example")
    sign_in(client, ALICE)
    for act in ("role", "remove"):
        assert post(client, f"/team/{team}/people/{olga}/{act}", role="viewer").status_code == 404
    assert find_role(other, olga) is Role.OWNER
    assert find_role(team, olga) is None


def test_whoever_is_removed_is_out_at_once_and_everywhere(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    campaign = make_campaign(team)
    bob = make_member(team, BOB)
    theirs = app.test_client()
    sign_in(theirs, BOB)
    assert theirs.get(f"/campaigns/{campaign}").status_code == 200
    sign_in(client, ALICE)
    answer = post(client, f"/team/{team}/people/{bob.member_id}/remove")
    assert answer.headers["Location"].startswith(f"/team/{team}")
    assert "out of the team" in client.get(answer.headers["Location"]).text
    assert theirs.get(f"/campaigns/{campaign}").status_code == 303
    sign_in(theirs, BOB)
    assert theirs.get(f"/campaigns/{campaign}").status_code == 404
    assert "You are in no team" in theirs.get("/team").text


def test_another_role_signs_them_out_and_counts_from_then_on(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    campaign = make_campaign(team)
    bob = make_member(team, BOB)
    theirs = app.test_client()
    sign_in(theirs, BOB)
    sign_in(client, ALICE)
    answer = post(client, f"/team/{team}/people/{bob.member_id}/role", role="viewer", htmx=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="team"')
    assert theirs.get("/campaigns").status_code == 303
    sign_in(theirs, BOB)
    assert post(theirs, f"/campaigns/{campaign}/unpublish").status_code == 403


def test_the_same_role_again_signs_nobody_out(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    bob = make_member(team, BOB)
    theirs = app.test_client()
    sign_in(theirs, BOB)
    sign_in(client, ALICE)
    post(client, f"/team/{team}/people/{bob.member_id}/role", role="editor")
    assert theirs.get("/campaigns").status_code == 200


@pytest.mark.parametrize("htmx", [False, True])
def test_the_last_owner_stays(app: Flask, client: FlaskClient, htmx: bool) -> None:
    team = make_team()
    make_member(team, BOB)
    alice = member_id_of(ALICE)
    sign_in(client, ALICE)
    for path in (f"people/{alice}/role", f"people/{alice}/remove", "leave"):
        answer = post(client, f"/team/{team}/{path}", role="editor", htmx=htmx)
        assert answer.status_code == 422
        assert "somebody else" in answer.text
        assert ("<html" in answer.text) is not htmx
    assert find_role(team, alice) is Role.OWNER


def test_one_of_two_owners_may_step_down_and_leave(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    make_member(team, BOB, Role.OWNER)
    alice = member_id_of(ALICE)
    elsewhere = app.test_client()
    sign_in(elsewhere, ALICE)
    sign_in(client, ALICE)
    before = client.get_cookie("session")
    assert post(client, f"/team/{team}/people/{alice}/role", role="viewer").status_code == 303
    assert client.get_cookie("session") != before
    assert client.get("/campaigns").status_code == 200
    assert elsewhere.get("/campaigns").status_code == 303
    assert post(client, f"/team/{team}/leave").headers["Location"] == "/team?done=left"
    assert "You left the team" in client.get("/team?done=left").text
    assert find_role(team, alice) is None


def test_two_owners_who_step_down_at_once_leave_one(app: Flask) -> None:
    team = make_team()
    make_member(team, BOB, Role.OWNER)
    members = [member_id_of(ALICE), member_id_of(BOB)]
    barrier = threading.Barrier(2)
    refused: list[int] = []

    def step_down(member_id: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    people.change_role(people.owned_team(team, member_id), member_id, Role.VIEWER)
            except people.LastOwner:
                refused.append(member_id)

    threads = [threading.Thread(target=step_down, args=(member_id,)) for member_id in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [person.role for person in people.find_people(team)] == [Role.OWNER, Role.VIEWER]


def test_a_role_that_is_none_is_refused(app: Flask, client: FlaskClient) -> None:
    team = make_team()
    bob = make_member(team, BOB)
    sign_in(client, ALICE)
    assert post(client, f"/team/{team}/people/{bob.member_id}/role", role="god").status_code == 422
    assert find_role(team, bob.member_id) is Role.EDITOR


def test_who_is_in_two_teams_chooses(app: Flask, client: FlaskClient) -> None:
    make_team("Beat Box")
    alba = make_team("Alba Records")
    sign_in(client, ALICE)
    page = client.get("/team").text
    assert page.index("Alba Records") < page.index("Beat Box")
    assert f'href="/team/{alba}"' in page


def test_an_owner_makes_another_team_and_owns_it(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    assert "/team/new" in client.get("/team").text
    assert "New team" in client.get("/team/new").text
    answer = post(client, "/team/new", name=" Alba  Dub ")
    page = client.get(answer.headers["Location"]).text
    assert "you own it" in page
    assert "Alba Dub" in page
    assert "Alba Records" in page


@pytest.mark.parametrize(
    ("name", "fault"),
    [("alba records", "You are in a team of that name already"), ("", "1 to 80"), ("!!!", "a letter or a figure")],
)
def test_a_name_that_can_not_be_is_said_and_kept(app: Flask, client: FlaskClient, name: str, fault: str) -> None:
    make_team()
    sign_in(client, ALICE)
    answer = post(client, "/team/new", name=name)
    assert answer.status_code == 422
    assert fault in answer.text
    assert f'value="{name}"' in answer.text


def test_a_name_in_any_script_makes_a_team(client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    for name in ("東京", "Студия", "ab"):
        assert post(client, "/team/new", name=name).status_code == 303
    assert read_sql("SELECT string_agg(slug, ' ' ORDER BY id) FROM team") == "alba-records team team-2 team-3"
    assert "東京" in client.get("/team").text


def test_a_name_tells_nothing_of_a_strangers_team(client: FlaskClient) -> None:
    make_team()
    make_team("Secret Label", "olga@other.example")
    sign_in(client, ALICE)
    assert post(client, "/team/new", name="Secret Label").status_code == 303
    assert read_sql("SELECT max(slug) FROM team") == "secret-label-2"


def test_who_owns_no_team_makes_none(app: Flask, client: FlaskClient) -> None:
    make_member(make_team(), BOB)
    sign_in(client, BOB)
    assert "/team/new" not in client.get("/team").text
    assert client.get("/team/new").status_code == 403
    assert post(client, "/team/new", name="Bobs Own").status_code == 403
