"""The number: accepted and not withdrawn pre-saves, each campaign's own."""

from __future__ import annotations

import time

from fans import open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import TwinClient

from presave_app.campaigns.addresses import find_by_slug
from presave_app.counts.tally import count_context, forget_counts, tally, totals
from presave_app.presaves.withdrawing import withdraw
from presave_app.transaction import transaction


def number_of(client: FlaskClient, slug: str = "night-drive") -> int:
    forget_counts()
    return client.get(f"/{slug}/count.json").get_json()["total"]


def test_a_new_campaign_counts_nobody(client: FlaskClient) -> None:
    open_campaign()
    answer = client.get("/night-drive/count.json")
    assert answer.get_json() == {"total": 0, "services": {"spotify": 0}, "reminders": 0}


def test_each_fan_counts_once(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    for fan in ("ida", "noor", "ida"):
        pre_save(app, twin, fan)
    answer = client.get("/night-drive/count.json")
    assert answer.get_json() == {"total": 2, "services": {"spotify": 2}, "reminders": 0}


def test_a_withdrawn_pre_save_does_not_count(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    assert number_of(client) == 1
    with transaction():
        withdraw(pre_save_id)
    assert number_of(client) == 0


def test_what_came_of_a_pre_save_changes_no_count(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    for state in ("needs_reauth", "expired"):
        run_sql("UPDATE pre_save SET state = :state WHERE id = :id", state=state, id=pre_save_id)
        assert number_of(client) == 1


def test_campaigns_never_share_a_number(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    one, other = open_campaign(), open_campaign(slug="small-hours")
    pre_save(app, twin, "ida")
    pre_save(app, twin, "noor")
    pre_save(app, twin, "ida", "small-hours")
    assert (number_of(client), number_of(client, "small-hours")) == (2, 1)
    assert totals([one, other, 999]) == {one: 2, other: 1, 999: 0}
    assert (tally(one).total, tally(other).services) == (2, {"spotify": 1})


def test_totals_of_no_campaign_are_none(app: Flask) -> None:
    assert totals([]) == {}


def test_one_fan_is_in_and_two_are(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    campaign = find_by_slug("night-drive")
    assert campaign is not None
    assert "Be the first" in client.get("/night-drive/count").text
    pre_save(app, twin, "ida")
    assert count_context(campaign)["count"].words == "fan is in"
    pre_save(app, twin, "noor")
    assert count_context(campaign)["count"].words == "fans are in"


def test_a_pre_save_shows_within_half_a_second(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    open_campaign(slug="small-hours")
    paths = ("/night-drive/count.json", "/small-hours/count.json")
    assert [client.get(path).get_json()["total"] for path in paths] == [0, 0]
    pre_save(app, twin, "ida")
    time.sleep(0.5)
    assert [client.get(path).get_json()["total"] for path in paths] == [1, 0]
