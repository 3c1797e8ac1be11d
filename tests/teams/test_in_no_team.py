"""Who is in no team reads the same on every page, and how to get into one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from makers import make_member, make_team, post, sign_in

BOB = "bob@alba.example"


@pytest.mark.parametrize("path", ["/campaigns", "/artists", "/team", "/imprint", "/data"])
def test_every_page_says_it_and_the_way_in(client: FlaskClient, path: str) -> None:
    team = make_team()
    make_member(team, BOB)
    sign_in(client, BOB)
    post(client, f"/team/{team}/leave")
    page = client.get(path)
    assert page.status_code == 200
    assert "You are in no team" in page.text
    assert f"to invite <strong>{BOB}</strong>" in page.text
    assert "an editor of your team" not in page.text
