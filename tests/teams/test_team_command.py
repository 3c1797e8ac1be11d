"""`flask teams create`: a team, its owner, and the way in."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import make_member, make_team, sign_in
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.teams.models import Role

ALICE = "alice@alba.example"
BOB = "bob@alba.example"


def test_it_prints_one_line_of_json(app: Flask, client: FlaskClient) -> None:
    done = app.test_cli_runner().invoke(
        args=["teams", "create", "Alba Records", "--owner", "Alice@Alba.example", "--json"]
    )
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    made = json.loads(done.stdout)
    assert made["team"] == "alba-records"
    assert made["sign_in_url"].startswith("http://127.0.0.1:5000/welcome/")
    path = made["sign_in_url"].removeprefix("http://127.0.0.1:5000")
    assert "alice@alba.example" in client.get(path).text


def test_it_tells_a_person_what_comes_next(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["teams", "create", "Alba Records", "--owner", "a@alba.example"])
    assert "/welcome/" in done.stdout
    assert "within three days" in done.stdout


def test_a_name_that_is_taken_is_refused(app: Flask) -> None:
    make_team("Alba Records")
    done = app.test_cli_runner().invoke(args=["teams", "create", "ALBA records", "--owner", "b@b.example", "--json"])
    assert done.exit_code == 1
    assert "a team named alba-records already" in done.stderr
    assert done.stdout == ""
    assert _count("member") == 1


def test_an_owner_may_have_two_teams(app: Flask) -> None:
    make_team("Alba Records", "alice@alba.example")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["teams", "create", "Alba Dub", "--owner", "ALICE@alba.example", "--json"])
    assert done.exit_code == 0
    assert (_count("member"), _count("membership"), _count("team")) == (1, 2, 2)


@pytest.mark.parametrize(
    ("name", "owner"), [("!!!", "a@a.example"), ("", "a@a.example"), ("x" * 90, "a@a.example"), ("Alba", "nobody")]
)
def test_what_cannot_be_used_is_said_in_words(app: Flask, name: str, owner: str) -> None:
    done = app.test_cli_runner().invoke(args=["teams", "create", name, "--owner", owner])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert _count("team") == 0


def test_an_invitation_gives_a_role_and_a_way_in(app: Flask, client: FlaskClient) -> None:
    make_team("Alba Records")
    runner = app.test_cli_runner()
    args = ["teams", "invite", "bob@alba.example", "--team", "alba-records", "--json", "--role"]
    made = json.loads(runner.invoke(args=[*args, "viewer"]).stdout)
    assert made["role"] == "viewer"
    path = made["sign_in_url"].removeprefix("http://127.0.0.1:5000")
    assert "bob@alba.example" in client.get(path).text
    runner.invoke(args=[*args, "editor"])
    assert _roles() == ["owner", "editor"]


def test_a_new_sign_in_link_leaves_the_role_as_it_is(app: Flask, client: FlaskClient) -> None:
    team_id = make_team()
    make_member(team_id, BOB, Role.VIEWER)
    sign_in(client, ALICE)
    for email, role in ((ALICE, "owner"), (f" {BOB.upper()}", "viewer"), ("carol@alba.example", "editor")):
        done = app.test_cli_runner().invoke(args=["teams", "invite", email, "--team", "alba-records", "--json"])
        assert json.loads(done.stdout)["role"] == role
    assert _roles() == ["owner", "viewer", "editor"]
    assert client.get("/campaigns").status_code == 200
    lines = db.session.execute(text("SELECT after->>'email' FROM change WHERE act IN ('put-in', 'role')"))
    assert lines.scalars().all() == ["carol@alba.example"]


def test_another_role_signs_out_as_it_does_on_the_page(app: Flask, client: FlaskClient) -> None:
    make_member(make_team(), BOB)
    sign_in(client, BOB)
    args = ["teams", "invite", BOB, "--team", "alba-records", "--role", "viewer"]
    assert app.test_cli_runner().invoke(args=args).exit_code == 0
    assert client.get("/campaigns").status_code == 303
    told = db.session.execute(text("SELECT after FROM change WHERE act = 'role'")).scalar_one()
    assert told == {"email": BOB, "was": "editor", "role": "viewer"}


def test_the_last_owner_stays_one(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    args = ["teams", "invite", ALICE, "--team", "alba-records", "--role", "editor"]
    done = app.test_cli_runner().invoke(args=args)
    assert done.exit_code == 1
    assert done.stderr == "Error: A team needs an owner. Make somebody else one first.\n"
    assert _roles() == ["owner"]
    assert (_count("sign_in_link"), _count("change")) == (0, 0)
    assert client.get("/campaigns").status_code == 200


@pytest.mark.parametrize(("email", "team"), [("bob@alba.example", "nobody"), ("bob", "alba-records")])
def test_an_invitation_that_cannot_be_is_refused(app: Flask, email: str, team: str) -> None:
    make_team("Alba Records")
    done = app.test_cli_runner().invoke(args=["teams", "invite", email, "--team", team])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")


def _roles() -> list[str]:
    """What each of the team may do, in the order in which they came."""
    db.session.rollback()
    return list(db.session.execute(text("SELECT role FROM membership ORDER BY member_id")).scalars())


def _count(table: str) -> int:
    return db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
