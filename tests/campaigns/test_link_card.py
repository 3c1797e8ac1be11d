"""Link cards: one for each face, ready before anybody asks, under an address that changes with what it shows."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_picture
from PIL import Image

from jobs import link_cards
from presave_app.campaigns import artwork, colours, link_card, picture_process
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.models import Campaign
from presave_app.transaction import transaction

MOST_BYTES = 300_000


@pytest.fixture
def campaign_id(app: Flask) -> int:
    """A published campaign with artwork, whose cards are made."""
    open_campaign(slug="another-one")
    made = make_campaign(1, slug="night-drive", artwork=make_picture(900))
    make_all()
    return made


def make_all() -> None:
    while found := link_card.find_campaigns_without_cards():
        for campaign_id in found:
            link_cards.make(campaign_id)


def tags_of(client: FlaskClient, slug: str = "night-drive") -> dict[str, str]:
    """The page's Open Graph and Twitter tags."""
    page = client.get(f"/{slug}").text
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', page))


def path_of(client: FlaskClient) -> str:
    return tags_of(client)["og:image"].removeprefix("http://127.0.0.1:5000")


def card_of(client: FlaskClient, path: str) -> Image.Image:
    return Image.open(io.BytesIO(client.get(path).data)).convert("RGB")


def test_the_page_names_its_card_with_size_and_words(client: FlaskClient, campaign_id: int) -> None:
    tags = tags_of(client)
    assert (tags["og:image:width"], tags["og:image:height"], tags["og:image:type"]) == ("1200", "630", "image/jpeg")
    assert re.fullmatch(r"Night Drive by Alba Voss\. Out \w+day, \d+ \w+( \d{4})?\.", tags["og:image:alt"])
    assert tags["twitter:card"] == "summary_large_image"
    answer = client.get(path_of(client))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(answer.data) < MOST_BYTES
    assert card_of(client, path_of(client)).size == (1200, 630)


def test_the_cover_is_on_the_left_and_words_in_its_colours_on_the_right(client: FlaskClient, campaign_id: int) -> None:
    card = card_of(client, path_of(client))
    red, green, blue = card.getpixel((300, 300))  # type: ignore[misc]
    assert (red > 150, green < 80, blue < 100) == (True, True, True)
    words = card.crop((660, 0, 1200, 630)).convert("L")
    shades = words.histogram()
    assert sum(shades[200:]) > 500
    assert 0.01 < sum(shades[128:]) / (540 * 630) < 0.5
    assert sum(shades[:60]) / (540 * 630) > 0.5


def test_at_the_flip_there_is_another_card_at_once(client: FlaskClient, campaign_id: int) -> None:
    before = path_of(client)
    move_release(campaign_id, timedelta(seconds=-1))
    after = tags_of(client)
    assert before not in after["og:image"]
    assert after["og:image:alt"] == "Night Drive by Alba Voss. Out now."
    assert after["og:image:width"] == "1200"
    assert client.get(before).data != client.get(path_of(client)).data


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Night Drive II'",
        "artist = 'Alba Voss & Ivo'",
        "release_wall = release_wall + interval '1 day', release_at = release_at + interval '1 day'",
        "artwork_id = NULL",
    ],
)
def test_what_changes_changes_the_address(client: FlaskClient, campaign_id: int, change: str) -> None:
    before = path_of(client)
    run_sql(f"UPDATE campaign SET {change} WHERE id = :id", id=campaign_id)
    assert before not in tags_of(client).get("og:image", "")
    make_all()
    assert path_of(client) != before
    assert client.get(before).status_code == 200


def test_another_artwork_changes_the_address(client: FlaskClient, campaign_id: int) -> None:
    before = path_of(client)
    pressed = press(make_picture(900, (20, 60, 200)))
    with transaction() as session:
        artwork.give_artwork(session.get_one(Campaign, campaign_id), pressed)
    make_all()
    assert path_of(client) != before


def test_chosen_colours_are_those_of_the_card(client: FlaskClient, campaign_id: int) -> None:
    before = path_of(client)
    with transaction() as session:
        colours.choose_colours(session.get_one(Campaign, campaign_id), "#ffff00", "#ffffff")
    assert before not in tags_of(client).get("og:image", "")
    make_all()
    assert path_of(client) != before
    card = card_of(client, path_of(client))
    assert min(card.getpixel((1190, 10))) > 250  # type: ignore[arg-type]
    assert sum(card.crop((660, 0, 1200, 630)).convert("L").histogram()[:80]) > 500


def test_without_artwork_the_record_has_the_chosen_colours(client: FlaskClient, campaign_id: int) -> None:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.artwork_id = None
        colours.choose_colours(campaign, "#1db954", "#fff8e7")
    make_all()
    red, green, blue = card_of(client, path_of(client)).getpixel((20, 20))  # type: ignore[misc]
    assert green > red
    assert green > blue


def test_what_it_does_not_show_changes_nothing(client: FlaskClient, campaign_id: int) -> None:
    before = path_of(client)
    run_sql("UPDATE campaign SET upc = NULL, kind = 'single', slug = 'night-ride' WHERE id = :id", id=campaign_id)
    assert link_card.find_campaigns_without_cards() == []
    assert tags_of(client, "night-ride")["og:image"].endswith(before)


def test_the_year_is_said_where_it_is_not_this_one(client: FlaskClient, campaign_id: int) -> None:
    assert not re.search(r"\d{4}\.$", tags_of(client)["og:image:alt"]) or read_sql(
        "SELECT extract(year FROM release_wall) <> extract(year FROM now()) FROM campaign WHERE id = :id",
        id=campaign_id,
    )
    move_release(campaign_id, timedelta(days=800))
    make_all()
    assert re.search(r" \d{4}\.$", tags_of(client)["og:image:alt"])


def test_until_its_card_is_made_a_page_shows_its_artwork(client: FlaskClient, app: Flask) -> None:
    open_campaign()
    make_campaign(1, slug="night-ride", artwork=make_picture())
    assert "og:image" not in tags_of(client)
    assert tags_of(client, "night-ride")["og:image"].endswith(".jpg")
    assert "og:image:width" not in tags_of(client, "night-ride")
    make_all()
    assert tags_of(client)["og:image:width"] == "1200"
    assert tags_of(client, "night-ride")["og:image:width"] == "1200"


def test_drafts_have_no_card(app: Flask) -> None:
    made = open_campaign()
    run_sql("UPDATE campaign SET published_at = NULL")
    assert link_card.find_campaigns_without_cards() == []
    assert link_cards.make(made) == 0


@pytest.mark.parametrize("title", ["夜のドライブ", "ليلة القيادة", "Love 👩‍👩‍👧‍👦 ❤️", "བོད་ཡིག", "W" * 200, '"><script>'])
def test_any_title_makes_a_card(client: FlaskClient, app: Flask, title: str) -> None:
    open_campaign()
    run_sql("UPDATE campaign SET title = :title", title=title)
    make_all()
    assert card_of(client, path_of(client)).size == (1200, 630)
    assert len(client.get(path_of(client)).data) < MOST_BYTES


def test_making_them_twice_makes_them_once(app: Flask) -> None:
    made = open_campaign()
    assert link_cards.make(made) == 2
    assert link_cards.make(made) == 0
    assert read_sql("SELECT count(*) FROM link_card") == 2


def test_one_that_can_not_be_made_waits_for_its_next_turn(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_campaign()
    with monkeypatch.context() as broken:
        broken.setattr(picture_process, "_SECONDS", 0.001)
        assert link_cards.make(made) == 0
    assert link_card.find_campaigns_without_cards() == []
    assert client.get("/night-drive").status_code == 200
    run_sql("UPDATE link_card SET made_at = now() - interval '11 minutes'")
    make_all()
    assert tags_of(client)["og:image:width"] == "1200"


def test_old_cards_are_forgotten_and_current_ones_kept(client: FlaskClient, campaign_id: int) -> None:
    before = path_of(client)
    run_sql("UPDATE campaign SET title = 'Night Drive II' WHERE id = :id", id=campaign_id)
    make_all()
    run_sql("UPDATE link_card SET made_at = now() - interval '181 days'")
    link_card.forget_old()
    assert client.get(before).status_code == 404
    assert client.get(path_of(client)).status_code == 200


def test_the_clock_asks_for_few_at_a_time(app: Flask) -> None:
    open_campaign()
    for number in range(22):
        make_campaign(1, slug=f"night-drive-{number}")
    assert len(link_card.find_campaigns_without_cards()) == 20
