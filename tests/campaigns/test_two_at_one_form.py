"""Two people at an artist or an imprint: nobody overwrites what they have not seen, and nothing typed is lost."""

from __future__ import annotations

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fans import read_sql
from flask.testing import FlaskClient
from makers import csrf_of, make_team, post

SPOTIFY = "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"
ADDRESS = "Lindenweg 3\n10437 Berlin"


@pytest.fixture
def artist(ed: FlaskClient) -> str:
    """The address of an artist."""
    kept = {"name": "Alba Voss", "artist-spotify": SPOTIFY, "clock": "local", "accent": "#7a3cff"}
    assert post(ed, "/artists", kept).status_code == 303
    return f"/artists/{read_sql('SELECT id FROM artist')}"


@pytest.fixture
def imprint(ed: FlaskClient, team_id: int) -> str:
    """The address of the form of an imprint."""
    kept = {"company": "Alba GmbH", "address": ADDRESS, "email": "privacy@alba.example"}
    assert post(ed, f"/imprint/{team_id}", kept).status_code == 303
    return f"/imprint/{team_id}"


def form_of(page: str, action: str) -> dict[str, str]:
    """What a browser sends of the form when nothing is typed."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        sent[re.findall(r'name="([^"]*)"', tag)[0]] = html.unescape(re.findall(r'value="([^"]*)"', tag)[0])
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = "".join(re.findall(r'<option value="([^"]*)" selected', options))
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(words).replace("\n", "\r\n")
    sent.pop("csrf_token")
    return sent


def of_artist(client: FlaskClient, artist: str) -> dict[str, str]:
    return form_of(client.get(artist).text, artist)


def of_imprint(client: FlaskClient, imprint: str) -> dict[str, str]:
    return form_of(client.get("/imprint").text, imprint)


def test_the_second_at_an_artist_sees_both_versions(ed: FlaskClient, alice: FlaskClient, artist: str) -> None:
    mine = of_artist(ed, artist)
    assert post(alice, artist, of_artist(alice, artist) | {"name": "Alba", "clock": "everywhere"}).status_code == 303
    answer = post(ed, artist, mine | {"name": "Voss", "clock": ""})
    assert answer.status_code == 422
    assert "Somebody else changed this: it is “Alba” by now." in answer.text
    assert "it is “One moment everywhere” by now." in answer.text
    assert answer.text.count("Somebody else changed this") == 2
    assert read_sql("SELECT name FROM artist") == "Alba"
    again = form_of(answer.text, artist)
    assert (again["name"], again["clock"]) == ("Voss", "")
    assert post(ed, artist, again).status_code == 303
    assert read_sql("SELECT name || coalesce(clock, '') FROM artist") == "Voss"


def test_what_only_the_other_changed_in_an_artist_stays(ed: FlaskClient, alice: FlaskClient, artist: str) -> None:
    mine = of_artist(ed, artist)
    post(alice, artist, of_artist(alice, artist) | {"artist-spotify": "", "time_zone": "Europe/Berlin"})
    assert post(ed, artist, mine | {"name": "Voss"}).status_code == 303
    stored = of_artist(ed, artist)
    assert (stored["name"], stored["artist-spotify"], stored["time_zone"]) == ("Voss", "", "Europe/Berlin")


def test_a_refused_artist_shows_what_the_other_changed(ed: FlaskClient, alice: FlaskClient, artist: str) -> None:
    mine = of_artist(ed, artist)
    post(alice, artist, of_artist(alice, artist) | {"accent": "#112233"})
    answer = post(ed, artist, mine | {"time_zone": "Mars"})
    assert answer.status_code == 422
    assert "Somebody else" not in answer.text
    again = form_of(answer.text, artist)
    assert (again["accent"], again["time_zone"]) == ("#112233", "Mars")
    assert post(ed, artist, again | {"time_zone": ""}).status_code == 303
    assert read_sql("SELECT accent FROM artist") == "#112233"


def test_the_second_at_an_imprint_sees_both_versions(ed: FlaskClient, alice: FlaskClient, imprint: str) -> None:
    mine = of_imprint(ed, imprint)
    post(alice, imprint, of_imprint(alice, imprint) | {"company": "Alba Ltd", "address": "", "law": "Malta"})
    answer = post(ed, imprint, mine | {"company": "Voss GmbH", "address": "Elsewhere 1", "officer": "Jo"})
    assert answer.status_code == 422
    assert "Somebody else changed this: it is “Alba Ltd” by now. Save again" in answer.text
    assert "it is empty by now." in answer.text
    assert answer.text.count("Somebody else changed this") == 2
    assert read_sql("SELECT company || law || officer FROM imprint") == "Alba LtdMalta"
    again = form_of(answer.text, imprint)
    assert (again["company"], again["law"], again["officer"]) == ("Voss GmbH", "Malta", "Jo")
    post(alice, imprint, of_imprint(alice, imprint) | {"company": "Alba Inc", "address": "One\n\nTwo"})
    third = post(ed, imprint, again)
    assert "it is “Alba Inc” by now." in third.text
    assert "it is “One / Two” by now." in third.text
    assert post(ed, imprint, form_of(third.text, imprint)).status_code == 303
    assert read_sql("SELECT concat_ws(',', company, law, officer) FROM imprint") == "Voss GmbH,Malta,Jo"


def test_what_only_the_other_changed_in_an_imprint_stays(ed: FlaskClient, alice: FlaskClient, imprint: str) -> None:
    mine = of_imprint(ed, imprint)
    post(alice, imprint, of_imprint(alice, imprint) | {"address": "Elsewhere 1\nBerlin"})
    assert post(ed, imprint, mine | {"law": "Malta"}).status_code == 303
    assert read_sql("SELECT address || law FROM imprint") == "Elsewhere 1\nBerlinMalta"


def test_the_same_words_from_both_are_no_collision(ed: FlaskClient, alice: FlaskClient, imprint: str) -> None:
    mine = of_imprint(ed, imprint)
    post(alice, imprint, of_imprint(alice, imprint) | {"company": "Alba Ltd"})
    assert post(ed, imprint, mine | {"company": " Alba Ltd "}).status_code == 303


def test_another_teams_form_is_left_alone(alice: FlaskClient, ed: FlaskClient, imprint: str) -> None:
    other = f"/imprint/{make_team('Alba Dub', 'alice@alba.example')}"
    mine = of_imprint(alice, imprint)
    post(ed, imprint, of_imprint(ed, imprint) | {"company": "Alba Ltd"})
    answer = post(alice, imprint, mine | {"company": "Voss GmbH"})
    assert answer.text.count("Somebody else changed this") == 1
    assert form_of(answer.text, other)["company"] == ""


def test_of_two_at_the_very_same_moment_one_is_asked(ed: FlaskClient, alice: FlaskClient, team_id: int) -> None:
    """Where nothing is kept yet there is no row to wait for."""
    path, start = f"/imprint/{team_id}", threading.Barrier(2)

    def send(client: FlaskClient, company: str) -> int:
        sent = of_imprint(client, path) | {"company": company, "csrf_token": csrf_of(client)}
        start.wait(timeout=30)
        return client.post(path, data=sent).status_code

    with ThreadPoolExecutor(2) as both:
        answers = [both.submit(send, ed, "Voss GmbH"), both.submit(send, alice, "Alba Ltd")]
        statuses = [answer.result() for answer in answers]
    assert sorted(statuses) == [303, 422]
    assert read_sql("SELECT company FROM imprint") == ("Voss GmbH" if statuses[0] == 303 else "Alba Ltd")
