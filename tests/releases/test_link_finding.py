"""Finding links: who is asked when, what is taken by itself, what is only suggested, and what is never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, read_sql, run_sql
from flask import Flask
from makers import UPC
from scripted_service import ScriptedService, scripted_service

from jobs.links import look_up
from presave_app.campaigns import suggestions, targets
from presave_app.campaigns.models import Campaign
from presave_app.releases import link_finding
from presave_app.streaming.lookups.sources import OPTIONS, init_lookups
from presave_app.transaction import transaction

SOURCES = ("deezer-lookup", "itunes", "odesli", "musicbrainz")
AMAZON = "https://music.amazon.com/albums/B0EXAMPLE1"
SHOP = "https://alba.bandcamp.com/album/night-drive"
MISSES = {
    "deezer-lookup": {"error": {"code": 800}},
    "itunes": {"results": []},
    "odesli": {"linksByPlatform": {}},
    "musicbrainz": {"releases": []},
}
ALBUM = {"title": "Night Drive", "upc": UPC, "link": AMAZON, "artist": {"name": "Alba Voss"}}


class World(dict[str, ScriptedService]):
    """The catalogues. Each says that it has nothing until a test has it say something else."""

    def miss(self, *sources: str) -> None:
        for source in sources or SOURCES:
            for _ in range(1 if source == "odesli" else 3):
                self[source].answers(200, MISSES[source])

    def asked(self) -> dict[str, int]:
        counts = {source: len(service.asked) for source, service in self.items() if service.asked}
        for service in self.values():
            service.asked.clear()
        return counts


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    real, settings = app.extensions["presave_lookups"], app.extensions["presave_settings"]
    with (
        scripted_service() as first,
        scripted_service() as second,
        scripted_service() as third,
        scripted_service() as fourth,
    ):
        made = World(zip(SOURCES, (first, second, third, fourth), strict=True))
        urls = {option.service: dict.fromkeys(option.urls, made[option.service].url) for option in OPTIONS}
        services = {name: replace(settings.services[name], urls=found) for name, found in urls.items()}
        init_lookups(app, replace(settings, services={**settings.services, **services}))
        yield made
        for lookup in app.extensions["presave_lookups"].values():
            lookup.close()
        app.extensions["presave_lookups"] = real


def odesli_names(world: World, link: str = AMAZON) -> None:
    entity = {"x": {"title": "Night Drive", "artistName": "Alba Voss"}}
    body = {"linksByPlatform": {"a": {"url": link, "entityUniqueId": "x"}}, "entitiesByUniqueId": entity}
    world["odesli"].answers(200, body)


def targets_now() -> str | None:
    return read_sql("SELECT string_agg(service || ' ' || ref, ', ' ORDER BY id) FROM target WHERE service <> 'spotify'")


def suggested_now() -> str | None:
    return read_sql("SELECT string_agg(service || ' ' || state, ', ' ORDER BY id) FROM link_suggestion")


def let_pass(hours: int) -> None:
    run_sql(
        "UPDATE link_look SET looked_at = looked_at - make_interval(hours => :h),"
        " next_at = next_at - make_interval(hours => :h)",
        h=hours,
    )


def change(campaign_id: int, act: object, *given: object) -> None:
    with transaction() as session:
        act(session.get_one(Campaign, campaign_id), *given)  # type: ignore[operator]


def test_a_published_campaign_is_asked_about_once(app: Flask, world: World) -> None:
    campaign_id = open_campaign(timedelta(days=7))
    assert link_finding.find_campaigns() == [campaign_id]
    world.miss()
    assert look_up(campaign_id) == 0
    assert world.asked() == {"deezer-lookup": 3, "itunes": 3, "odesli": 1, "musicbrainz": 3}
    assert link_finding.find_campaigns() == []
    let_pass(24)
    assert link_finding.find_campaigns() == []
    assert look_up(campaign_id) == 0
    assert world.asked() == {}


def test_from_the_moment_on_it_is_asked_every_hour_for_two_days(app: Flask, world: World) -> None:
    campaign_id = open_campaign(timedelta(days=7))
    world.miss()
    look_up(campaign_id)
    let_pass(24)
    move_release(campaign_id, timedelta(seconds=-1))
    assert link_finding.find_campaigns() == [campaign_id]
    world.miss()
    look_up(campaign_id)
    assert link_finding.find_campaigns() == []
    let_pass(1)
    assert link_finding.find_campaigns() == [campaign_id]
    move_release(campaign_id, timedelta(hours=-47, minutes=-30))
    world.miss()
    look_up(campaign_id)
    assert read_sql("SELECT count(next_at) FROM link_look") == 0
    move_release(campaign_id, timedelta(hours=-49))
    assert link_finding.find_campaigns() == []
    assert look_up(campaign_id) == 0


def test_drafts_and_old_releases_are_not_asked_about(app: Flask, world: World) -> None:
    campaign_id = open_campaign(timedelta(days=-3))
    assert link_finding.find_campaigns() == []
    move_release(campaign_id, timedelta(days=3))
    run_sql("UPDATE campaign SET published_at = NULL")
    assert link_finding.find_campaigns() == []
    assert look_up(campaign_id) == 0
    assert world.asked() == {}


def test_the_very_upc_with_a_fitting_title_is_taken_by_itself(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world["deezer-lookup"].answers(200, ALBUM)
    world.miss("itunes", "odesli", "musicbrainz")
    assert look_up(campaign_id) == 1
    assert targets_now() == f"amazon-music {AMAZON}"
    assert suggested_now() == "amazon-music accepted"
    assert read_sql("SELECT is_hit AND next_at IS NULL FROM link_look WHERE source = 'deezer-lookup'")


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"title": "Another Album"}, "amazon-music suggested"),
        ({"artist": {"name": "Somebody Else"}}, "amazon-music suggested"),
        ({"upc": "4006381333931"}, "amazon-music suggested"),
        ({"upc": "4006381333931", "title": "Another Album"}, None),
    ],
)
def test_what_is_less_sure_is_for_a_person_to_decide(
    app: Flask, world: World, changed: dict[str, object], outcome: str | None
) -> None:
    campaign_id = open_campaign()
    world["deezer-lookup"].answers(200, {**ALBUM, **changed})
    world.miss("itunes", "odesli", "musicbrainz")
    look_up(campaign_id)
    assert targets_now() is None
    assert suggested_now() == outcome


def test_the_label_is_never_overwritten(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    change(campaign_id, targets.keep_ref, "amazon-music", "https://music.amazon.de/albums/B0LABELSOWN")
    world["deezer-lookup"].answers(200, ALBUM)
    world.miss("itunes", "musicbrainz")
    odesli_names(world)
    assert look_up(campaign_id) == 0
    assert targets_now() == "amazon-music https://music.amazon.de/albums/B0LABELSOWN"
    assert suggested_now() is None


def test_odesli_is_asked_by_a_known_link_and_only_suggests(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world.miss("deezer-lookup", "itunes", "musicbrainz")
    odesli_names(world)
    assert look_up(campaign_id) == 1
    assert suggested_now() == "amazon-music suggested"
    assert targets_now() is None
    assert world["odesli"].asked[0].query["url"] == "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ"


def test_without_a_link_odesli_has_nothing_to_be_asked(app: Flask, world: World) -> None:
    campaign_id = open_campaign(ref=None)
    world.miss()
    look_up(campaign_id)
    assert "odesli" not in world.asked()
    assert link_finding.find_campaigns() == []


def test_musicbrainz_only_suggests_and_is_asked_on_at_a_slower_pace(app: Flask, world: World) -> None:
    campaign_id = open_campaign(timedelta(seconds=-1))
    world.miss("deezer-lookup", "itunes", "odesli")
    world["musicbrainz"].answers(200, {"releases": [{"id": "m", "title": "Night Drive", "barcode": UPC}]})
    relations = [{"type": "purchase for download", "url": {"resource": SHOP}}]
    world["musicbrainz"].answers(200, {"relations": relations})
    assert look_up(campaign_id) == 1
    assert suggested_now() == "alba.bandcamp.com suggested"
    waits = "SELECT round(extract(epoch FROM next_at - now()) / 3600) FROM link_look WHERE source = :source"
    assert read_sql(waits, source="musicbrainz") == 12
    assert read_sql(waits, source="odesli") == 1


def test_a_fault_is_no_miss_and_pauses_only_its_own_catalogue(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world["itunes"].answers(403)
    world.miss("deezer-lookup", "odesli", "musicbrainz")
    look_up(campaign_id)
    assert read_sql("SELECT open_at > now() + interval '50 s' FROM service_gate WHERE service = 'itunes'")
    let_pass(1)
    assert link_finding.find_campaigns() == []
    assert read_sql("SELECT count(*) FROM alarm") == 0
    run_sql("UPDATE service_gate SET open_at = now()")
    assert link_finding.find_campaigns() == [campaign_id]
    world.miss("itunes")
    world.asked()
    look_up(campaign_id)
    assert world.asked() == {"itunes": 3}


def test_two_workers_ask_once(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world.miss()
    look_up(campaign_id)
    first = world.asked()
    look_up(campaign_id)
    assert first
    assert world.asked() == {}


def test_an_upc_that_changed_during_the_look_takes_nothing_in(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = open_campaign()
    world["deezer-lookup"].answers(200, ALBUM)
    world.miss("itunes", "odesli", "musicbrainz")
    take_in = link_finding._take_in  # pyright: ignore[reportPrivateUsage]

    def late(*given: object) -> int:
        run_sql("UPDATE campaign SET upc = '4006381333931'")
        return take_in(*given)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(link_finding, "_take_in", late)
    assert look_up(campaign_id) == 0
    assert targets_now() is None


def test_another_upc_is_looked_for_afresh(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world.miss("deezer-lookup", "itunes", "musicbrainz")
    odesli_names(world)
    look_up(campaign_id)
    change(campaign_id, targets.set_upc, "4006381333931")
    assert link_finding.find_campaigns() == [campaign_id]
    assert suggested_now() is None


def test_what_was_taken_away_or_dismissed_does_not_come_back(app: Flask, world: World) -> None:
    campaign_id = open_campaign()
    world["deezer-lookup"].answers(200, ALBUM)
    world.miss("itunes", "odesli", "musicbrainz")
    look_up(campaign_id)
    change(campaign_id, suggestions.remove_link, read_sql("SELECT id FROM target WHERE service = 'amazon-music'"))
    run_sql("DELETE FROM link_look")
    world["deezer-lookup"].answers(200, ALBUM)
    world.miss("itunes", "musicbrainz")
    odesli_names(world)
    assert look_up(campaign_id) == 0
    assert targets_now() is None
    assert suggested_now() == "amazon-music dismissed"


def test_a_service_that_is_on_gets_its_name_when_it_has_none(app: Flask, world: World) -> None:
    campaign_id = open_campaign(ref=None)
    link = "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ"
    world["deezer-lookup"].answers(200, {**ALBUM, "link": link})
    world.miss("itunes", "odesli", "musicbrainz")
    assert look_up(campaign_id) == 1
    assert read_sql("SELECT ref FROM target") == "spotify:album:2up3OPMp9Tb4dAKM2erWXQ"
    assert read_sql("SELECT found_at FROM target") is None
