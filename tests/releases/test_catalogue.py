"""Looking for releases: by the label's own link or by UPC, and patiently."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from kit_client import LIVE_NEVER_YET, LIVE_SINCE
from twin_client import ALBUM, ALBUM_URI, TwinClient

from presave_app.releases import adding, catalogue, gate, link_flip, reading_back, waves
from presave_app.streaming.registry import get_connector

PAST = timedelta(seconds=-1)


def test_a_release_is_found_by_its_upc(app: Flask, twin: TwinClient) -> None:
    open_campaign(PAST, ref=None)
    assert catalogue.look_for_releases("spotify") == 1
    assert read_sql("SELECT ref FROM target") == ALBUM_URI


def test_nothing_is_looked_for_before_the_moment(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(hours=1))
    assert catalogue.look_for_releases("spotify") == 0
    assert twin.calls(path="/albums") == []


def test_a_late_release_is_kept_looking_for(app: Flask, twin: TwinClient) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    campaign_id = open_campaign(timedelta(hours=1))
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, PAST)
    adding.add_due("spotify")
    assert row_of(pre_save_id).state == "armed"
    assert twin.calls(method="PUT", path="/me/library") == []
    twin.album(live_from=LIVE_SINCE)
    run_sql("UPDATE target SET looked_at = now() - interval '1 h'")
    adding.add_due("spotify")
    assert row_of(pre_save_id).state == "done"


def test_a_look_is_not_repeated_at_once(app: Flask, twin: TwinClient) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    open_campaign(PAST)
    catalogue.look_for_releases("spotify")
    catalogue.look_for_releases("spotify")
    assert read_sql("SELECT looks FROM target") == 1


@pytest.mark.parametrize("kind", ["500", "429"])
def test_a_busy_catalogue_finds_nothing(kind: str, app: Flask, twin: TwinClient) -> None:
    twin.fault(kind, method="GET", path=f"/albums/{ALBUM}")
    open_campaign(PAST)
    assert catalogue.look_for_releases("spotify") == 0


def test_another_upc_is_not_taken_for_ours(app: Flask, twin: TwinClient) -> None:
    open_campaign(PAST, ref=None, upc="4006381333931")
    assert catalogue.look_for_releases("spotify") == 0


def test_the_flip_is_surrounded_once(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign(PAST)
    assert link_flip.find_campaigns_to_flip() == [campaign_id]
    assert link_flip.surround_flip(campaign_id)
    assert not link_flip.surround_flip(campaign_id)
    assert link_flip.find_campaigns_to_flip() == []
    assert read_sql("SELECT found_at IS NOT NULL FROM target")


def test_no_flip_before_the_moment(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign(timedelta(hours=1))
    assert link_flip.find_campaigns_to_flip() == []
    assert not link_flip.surround_flip(campaign_id)


def test_lateness_is_told_in_seconds(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    assert waves.oldest_overdue_seconds() is None
    move_release(campaign_id, timedelta(minutes=-5))
    assert waves.oldest_overdue_seconds() is None
    catalogue.look_for_releases("spotify")
    assert waves.oldest_overdue_seconds(campaign_id) in range(299, 310)


def test_a_late_fan_of_an_old_release_is_served(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(days=-40))
    late = pre_save(app, twin, "ida")
    adding.add_due("spotify")
    assert row_of(late).state == "done"


def test_a_shut_gate_uses_up_no_look(app: Flask, twin: TwinClient) -> None:
    open_campaign(PAST)
    gate.shut("spotify", 60, "rate_limited")
    catalogue.look_for_releases("spotify")
    assert read_sql("SELECT looks FROM target") == 0
    assert catalogue.find_services_with_missing_links() == []


def test_a_missing_release_holds_up_no_looks_back(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, PAST)
    adding.add_due("spotify")
    open_campaign(PAST, slug="second", ref="spotify:album:0000000000000000000000")
    pre_save(app, twin, "jonas", "second")
    assert waves.services_with_due_adds() == []
    assert reading_back.read_back_due("spotify") == 1


def test_a_release_the_label_named_goes_after_three_unclear_looks(app: Flask, twin: TwinClient) -> None:
    twin.fault("500", method="GET", path=f"/albums/{ALBUM}", rate=1.0)
    open_campaign(PAST)
    for looks in range(1, 4):
        found = catalogue.look_for_releases("spotify")
        assert found == (looks == 3)
        run_sql("UPDATE target SET looked_at = NULL")


def test_an_unclear_look_by_upc_finds_nothing_ever(app: Flask, twin: TwinClient) -> None:
    twin.fault("500", method="GET", path="/search", rate=1.0)
    open_campaign(PAST, ref=None)
    for _ in range(5):
        assert catalogue.look_for_releases("spotify") == 0
        run_sql("UPDATE target SET looked_at = NULL")


def test_a_link_corrected_during_a_look_is_looked_for_afresh(
    app: Flask, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_campaign(PAST)
    other = "spotify:album:0000000000000000000000"
    spotify = type(get_connector("spotify"))
    find = spotify.find_release

    def find_slowly(connector: Any, **sought: Any) -> Any:
        run_sql("UPDATE target SET ref = :other, found_at = NULL", other=other)
        return find(connector, **sought)

    monkeypatch.setattr(spotify, "find_release", find_slowly)
    assert catalogue.look_for_releases("spotify") == 0
    assert read_sql("SELECT ref FROM target") == other
    assert read_sql("SELECT found_at FROM target") is None
