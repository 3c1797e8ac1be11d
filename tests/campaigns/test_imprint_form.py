"""What a label says of itself for its fans: who may write it, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from makers import make_campaign, post
from sqlalchemy import text

from presave_app.extensions import db

TYPED = {
    "company": "Alba Records GmbH",
    "address": "Lindenweg 3\r\n10437 Berlin",
    "email": "Privacy@alba.example",
    "officer": "Jo Adler",
    "law": "Germany",
    "paragraph": "We are a small label.\r\n\r\n\r\n<b>Really</b> small.",
}


def saved() -> list[str]:
    db.session.rollback()
    return [" / ".join(row) for row in db.session.execute(text("SELECT company, address, email FROM imprint"))]


def test_an_editor_writes_it_and_fans_read_it(ed: FlaskClient, client: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, slug="night-drive")
    assert "Not complete" in ed.get("/imprint").text
    answer = post(ed, f"/imprint/{team_id}", TYPED)
    assert answer.status_code == 303
    page = ed.get(answer.headers["Location"]).text
    assert "Saved. Fans see it within a minute." in page
    assert "Not complete" not in page
    assert saved() == ["Alba Records GmbH / Lindenweg 3\n10437 Berlin / privacy@alba.example"]
    public = client.get("/night-drive/privacy").text
    for words in ("Alba Records GmbH", "10437 Berlin", "mailto:privacy@alba.example", "Jo Adler"):
        assert words in public
    assert "&lt;b&gt;Really&lt;/b&gt; small." in public
    assert "Applicable law: Germany" in client.get("/night-drive/terms").text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(ed: FlaskClient, team_id: int) -> None:
    wrong = TYPED | {"email": "nobody", "law": "x" * 81}
    answer = post(ed, f"/imprint/{team_id}", wrong)
    assert answer.status_code == 422
    assert "That is not an e-mail address." in answer.text
    assert "At most 80 characters; these are 81." in answer.text
    for typed in ("nobody", "x" * 81, "Alba Records GmbH", "We are a small label."):
        assert typed in answer.text
    assert answer.text.count("aria-invalid") == 2
    assert saved() == []


def test_saying_nothing_is_allowed_and_told(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    assert post(ed, f"/imprint/{team_id}", {}).status_code == 303
    assert "Not complete" in ed.get("/imprint").text
    assert "see yet who answers for their data: Alba Records." in ed.get("/campaigns").text
    post(ed, f"/imprint/{team_id}", TYPED)
    assert "who answers for their data" not in ed.get("/campaigns").text


def test_a_viewer_only_looks(bob: FlaskClient, team_id: int) -> None:
    page = bob.get("/imprint").text
    fields = re.findall(r"<(?:input|textarea)[^>]*id=\"input-[^>]*>", page)
    assert fields
    assert [tag for tag in fields if "disabled" not in tag] == []
    assert post(bob, f"/imprint/{team_id}", TYPED).status_code == 403
    assert saved() == []


def test_a_strangers_team_does_not_exist(charlie: FlaskClient, team_id: int) -> None:
    assert "Alba Records" not in charlie.get("/imprint").text
    assert post(charlie, f"/imprint/{team_id}", TYPED).status_code == 404
    assert post(charlie, "/imprint/999", TYPED).status_code == 404
    assert saved() == []
