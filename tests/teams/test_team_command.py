"""`flask teams create`: a team, its owner, and the way in."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import make_team
from sqlalchemy import text

from presave_app.extensions import db


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
    roles = db.session.execute(text("SELECT role FROM membership ORDER BY member_id")).scalars().all()
    assert roles == ["owner", "editor"]


@pytest.mark.parametrize(("email", "team"), [("bob@alba.example", "nobody"), ("bob", "alba-records")])
def test_an_invitation_that_cannot_be_is_refused(app: Flask, email: str, team: str) -> None:
    make_team("Alba Records")
    done = app.test_cli_runner().invoke(args=["teams", "invite", email, "--team", team])
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")


def _count(table: str) -> int:
    return db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
