"""A service that fails, limits, refuses or does not show the release, for seconds or for days: nobody is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from engine import let_a_minute_pass, let_waits_pass
from fans import read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import ALBUM_URI, CLIENT_ID, TwinClient

from presave_app.extensions import current_settings
from presave_app.presaves import grants
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import adding, breaker, catalogue, gate, reading_back, refreshing, sweeping
from presave_app.releases.alarms import look_around
from presave_app.streaming import http
from presave_app.streaming.connector import Tokens
from presave_app.streaming.http import Answer
from presave_app.streaming.spotify import Spotify
from presave_app.transaction import transaction

PUT = {"method": "PUT", "path": "/me/library"}
DAY = 86_400
Crowd = Callable[[int], list[UUID]]


def states() -> str:
    return read_sql("SELECT string_agg(DISTINCT state, ' ') FROM pre_save")


def open_alarms() -> list[str]:
    look_around()
    return list(read_sql("SELECT coalesce(array_agg(kind ORDER BY kind), '{}') FROM alarm WHERE closed_at IS NULL"))


def try_everything() -> None:
    """All that the engine would call a service for."""
    let_pre_saves_be_due()
    adding.add_due("spotify")
    catalogue.look_for_releases("spotify")
    refreshing.warm_up("spotify", 1)
    reading_back.read_back_due("spotify")


def let_pre_saves_be_due() -> None:
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")


class TestHoursOfOutage:
    ROUNDS = 40

    @pytest.fixture
    def waits(self, crowd: Crowd, twin: TwinClient) -> list[float]:
        """Fans of an outage: how long the one who is asked for again and again is put off each time, in seconds."""
        first = crowd(6)[0]
        run_sql("UPDATE target SET found_at = now()")
        twin.fault("500", **PUT, rate=1.0)
        adding.add_due("spotify")
        waits: list[float] = []
        for _ in range(self.ROUNDS):
            run_sql(
                "UPDATE pre_save SET next_at = CASE WHEN id = :id THEN due_at ELSE now() + interval '9 min' END",
                id=first,
            )
            run_sql("UPDATE service_gate SET probe_at = now()")
            adding.add_due("spotify")
            waits.append(
                read_sql("SELECT extract(epoch FROM next_at - now())::float FROM pre_save WHERE id = :id", id=first)
            )
        return waits

    def test_waits_grow_to_ten_minutes_and_tries_have_no_end(self, waits: list[float]) -> None:
        assert states() == "armed"
        assert read_sql("SELECT max(tries) FROM pre_save") >= self.ROUNDS + 1
        assert read_sql("SELECT breaker_at IS NOT NULL FROM service_gate")
        assert waits[0] <= 4
        assert max(waits[:3]) <= 16
        assert 60 < max(waits) <= 600

    def test_after_it_everybody_is_done_at_once(self, waits: list[float], twin: TwinClient) -> None:
        twin.control("DELETE", "faults")
        run_sql("UPDATE pre_save SET next_at = due_at WHERE tries = (SELECT max(tries) FROM pre_save)")
        run_sql("UPDATE service_gate SET probe_at = now()")
        # The probe, and what its success sets free.
        for _ in range(2):
            adding.add_due("spotify")
        assert states() == "done"
        assert not read_sql("SELECT breaker_at IS NOT NULL FROM service_gate")


@pytest.mark.parametrize(
    ("kind", "reason", "puts"),
    [
        ("apply_then_close", "already_there", 1),
        ("apply_then_502", "already_there", 1),
        ("apply_then_delay", "already_there", 1),
        ("close", "added", 2),
    ],
)
def test_a_lost_answer_is_verified_before_a_repetition(
    kind: str, reason: str, puts: int, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)
    twin.fault(kind, **PUT, seconds=1)
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries, read_sql("SELECT state FROM action")) == ("armed", 1, "sent")
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).reason == reason
    assert twin.library("ida")[ALBUM_URI]["times_applied"] == 1
    assert len(twin.calls(method="PUT")) == puts
    assert len(twin.calls(path="/me/library/contains")) == 1


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        ({"retry_after": 1}, 1),
        ({"retry_after": 3600}, 3600),
        ({"retry_after": DAY}, DAY),
        ({"retry_after": 9_999_999_999}, DAY),
        ({"retry_after": 90, "retry_after_form": "date"}, 90),
        ({"retry_after": -90, "retry_after_form": "date"}, 1),
        ({"retry_after": -5}, 5),
        ({"retry_after_form": "none"}, 5),
        ({"retry_after_form": "garbage"}, 5),
    ],
)
def test_during_a_pause_nobody_calls_and_no_try_counts(
    answer: dict[str, Any], pause: float, crowd: Crowd, twin: TwinClient
) -> None:
    crowd(3)
    run_sql("UPDATE target SET found_at = now()")
    twin.fault("429", **PUT, rate=1.0, **answer)
    adding.add_due("spotify")
    assert gate.shut_seconds("spotify") == pytest.approx(pause, abs=2)
    # However long this machine takes: the pause itself is over only when its data says so.
    run_sql("UPDATE service_gate SET open_at = open_at + interval '1 minute'")
    # One of them would need a new access token first.
    run_sql(
        "UPDATE fan_grant SET access_expires_at = now() WHERE id = (SELECT min(grant_id::text)::uuid FROM pre_save)"
    )
    before = len(twin.calls())
    try_everything()
    assert len(twin.calls()) == before
    assert states() == "armed"
    assert read_sql("SELECT sum(tries) + sum(refusals) FROM pre_save") == 0
    twin.control("DELETE", "faults")
    let_waits_pass()
    adding.add_due("spotify")
    assert states() == "done"


@pytest.mark.parametrize("header", ["0", "-1", "-86400", "1.5", "1e9", "\u0663", "soon", "", "9" * 400])
def test_no_retry_after_is_taken_for_no_pause_or_more_than_a_day(header: str) -> None:
    assert 1 <= Answer(429, {"Retry-After": header}, "").retry_after_seconds() <= DAY


@pytest.fixture
def other_service(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A second service, which happens to work exactly as the first."""

    class Other(Spotify):
        service = "other"
        name = "Other"

    settings = current_settings()
    services = {**settings.services, "other": settings.services["spotify"]}
    connectors = app.extensions["presave_connectors"]
    made = Other(settings.services["spotify"])
    monkeypatch.setitem(app.extensions, "presave_settings", replace(settings, services=services))
    monkeypatch.setitem(app.extensions, "presave_connectors", {**connectors, "other": made})
    yield "other"
    made.close()


def move_to_service(service: str, pre_save_id: UUID, fan: str, twin: TwinClient) -> None:
    """Let a fan have pre-saved on another service."""
    row = row_of(pre_save_id)
    signed_in = twin.sign_in(fan)
    run_sql("INSERT INTO target (campaign_id, service, ref) SELECT campaign_id, :s, ref FROM target", s=service)
    run_sql("UPDATE pre_save SET service = :s WHERE id = :id", s=service, id=pre_save_id)
    run_sql("UPDATE fan_grant SET service = :s WHERE id = :id", s=service, id=row.grant_id)
    with transaction() as session:
        tokens = Tokens(signed_in.access, signed_in.refresh, 3600, ())
        grants.store(session, row.grant_id, service, tokens, signed_in.refresh)


def test_while_one_service_pauses_another_goes_on(crowd: Crowd, twin: TwinClient, other_service: str) -> None:
    here, there = crowd(2)
    move_to_service(other_service, there, "fan-01", twin)
    twin.fault("429", **PUT, retry_after=3600)
    adding.add_due("spotify")
    adding.add_due(other_service)
    assert row_of(here).state == "armed"
    assert row_of(there).state == "done"
    assert gate.shut_seconds("spotify") > 3500
    assert gate.shut_seconds(other_service) == 0.0


def test_a_used_up_quota_is_a_long_pause_and_an_alarm(due: UUID, twin: TwinClient) -> None:
    twin.fault("429_quota", **PUT, retry_after=DAY)
    adding.add_due("spotify")
    assert gate.shut_seconds("spotify") > DAY - 10
    assert open_alarms() == ["quota"]
    before = len(twin.calls())
    for _ in range(5):
        try_everything()
    assert len(twin.calls()) == before
    row = row_of(due)
    assert (row.state, row.reason, row.tries) == ("armed", "quota_exceeded", 0)
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_one_permission_taken_back_is_one_fans_matter(crowd: Crowd, twin: TwinClient) -> None:
    gone, *others = crowd(3)
    twin.control("POST", "fans/fan-00/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    adding.add_due("spotify")
    assert (row_of(gone).state, row_of(gone).reason) == ("armed", "refused_once")
    assert {row_of(other).state for other in others} == {"done"}
    # A second look before a minute has passed confirms nothing.
    let_waits_pass()
    run_sql("UPDATE fan_grant SET refresh_until = NULL")
    adding.add_due("spotify")
    assert row_of(gone).state == "armed"
    let_a_minute_pass()
    adding.add_due("spotify")
    assert (row_of(gone).state, row_of(gone).reason) == ("needs_reauth", "grant_revoked")
    assert read_sql("SELECT breaker_at IS NULL FROM service_gate")
    assert not read_sql("SELECT count(*) FROM mass_guard")


def test_a_wrong_client_secret_is_nobodys_end(
    app: Flask, crowd: Crowd, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(12)
    run_sql("UPDATE target SET found_at = now()")
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    settings = current_settings().services["spotify"]
    wrong = Spotify(replace(settings, credentials={"SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": "wrong"}))
    with monkeypatch.context() as patch:
        patch.setattr("presave_app.releases.drain._CAREFUL_THREADS", 1)
        patch.setitem(app.extensions, "presave_connectors", {"spotify": wrong})
        for _ in range(3):
            let_pre_saves_be_due()
            run_sql("UPDATE fan_grant SET refresh_until = NULL")
            adding.add_due("spotify")
    wrong.close()
    assert breaker.STRIKES_THAT_OPEN // breaker.refused_app("").weight == 5
    assert len(twin.calls(grant_type="refresh_token")) == 5
    assert read_sql("SELECT breaker_reason FROM service_gate") == "invalid_client"
    assert states() == "armed"
    assert read_sql("SELECT sum(tries) + sum(refusals) FROM pre_save") == 0
    assert open_alarms() == ["breaker"]
    for _ in range(2):
        let_waits_pass()
        run_sql("UPDATE fan_grant SET refresh_until = NULL")
        adding.add_due("spotify")
    assert states() == "done"
    assert open_alarms() == []


def test_a_permission_past_its_end_is_told_to_its_fan(client: FlaskClient, due: UUID, twin: TwinClient) -> None:
    run_sql("UPDATE fan_grant SET hard_expires_at = now() - interval '1 s'")
    assert sweeping.need_reauth_of_old_grants() == 1
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "grant_expired")
    page = client.get(f"/mine/{mine_secret(PreSaveId(due))}").text
    assert "Spotify needs your permission again" in page
    assert "The permission was too old: the service ended it." in page
    assert read_sql("SELECT refresh_token_sealed IS NULL FROM fan_grant")
    assert adding.add_due("spotify") == 0
    assert twin.calls(method="PUT") == []


def test_a_missing_release_is_looked_for_for_two_weeks(
    app: Flask, client: FlaskClient, campaign_id: int, due: UUID, twin: TwinClient
) -> None:
    # The label gave no link, and no album has its UPC.
    run_sql("UPDATE target SET ref = NULL")
    run_sql("UPDATE campaign SET upc = '4006381333931'")
    adding.add_due("spotify")
    assert "On its way" in client.get("/night-drive").text
    for looks, wait in enumerate((2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 600, 600), start=1):
        run_sql("UPDATE target SET looked_at = now() - make_interval(secs => :wait)", wait=wait - 1)
        catalogue.look_for_releases("spotify")
        assert read_sql("SELECT looks FROM target") == looks
        run_sql("UPDATE target SET looked_at = now() - make_interval(secs => :wait)", wait=wait)
        catalogue.look_for_releases("spotify")
        assert read_sql("SELECT looks FROM target") == looks + 1
    assert twin.calls(method="PUT") == []
    run_sql("UPDATE campaign SET release_at = now() - interval '13 days 23 hours'")
    run_sql("UPDATE pre_save SET due_at = now() - interval '13 days 23 hours'")
    assert sweeping.expire_overdue() == 0
    run_sql("UPDATE pre_save SET due_at = now() - interval '14 days 1 minute'")
    assert sweeping.expire_overdue() == 1
    row = row_of(due)
    assert (row.state, row.reason) == ("expired", "never_in_catalogue")


def test_a_hit_with_another_upc_is_never_added(
    campaign_id: int, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql("UPDATE target SET ref = NULL")
    run_sql("UPDATE campaign SET upc = '4006381333931'")
    call = http.ServiceHTTP.call

    def search_loosely(self: http.ServiceHTTP, method: str, url: str, **more: Any) -> Answer:
        if url.endswith("/search"):
            more["query"] = {**more["query"], "q": "Night"}
        return call(self, method, url, **more)

    monkeypatch.setattr(http.ServiceHTTP, "call", search_loosely)
    adding.add_due("spotify")
    # The album was found and asked for its UPC; it is another one's.
    assert twin.calls(path="/search")
    assert [each["path"] for each in twin.calls() if each["path"].startswith("/albums/")]
    assert read_sql("SELECT found_at IS NULL AND ref IS NULL FROM target")
    assert twin.calls(method="PUT") == []
    assert row_of(due).state == "armed"


def test_poison_is_parked_and_holds_up_nobody(crowd: Crowd, twin: TwinClient) -> None:
    poison, *others = crowd(3)
    twin.fault("403_forbidden", **PUT, fan="fan-00", rate=1.0)
    run_sql("UPDATE pre_save SET next_at = next_at - interval '1 minute' WHERE id = :id", id=poison)
    for _ in range(3):
        let_waits_pass()
        adding.add_due("spotify")
        assert {row_of(other).state for other in others} == {"done"}
    assert row_of(poison).state == "failed"
    before = len(twin.calls())
    let_waits_pass()
    adding.add_due("spotify")
    assert len(twin.calls()) == before
