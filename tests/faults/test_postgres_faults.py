"""PostgreSQL crashes, cuts connections, loses the answer to a commit, or takes no writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from engine import claim_one, settle_one
from fans import answer_at_spotify, go_to_spotify, move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from installation import wait_until
from local.servers import Server
from sqlalchemy import text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session
from twin_client import TwinClient

from faults.conftest import bound_app
from faults.crowd import adds, due_fans, holders, names, once_each, states
from faults.proxy import Wire, wire_to
from presave_app.extensions import db
from presave_app.fanpage import connecting, views
from presave_app.presaves import claims
from presave_app.presaves.claims import Verdict
from presave_app.presaves.states import State
from presave_app.releases.adding import add_due
from presave_app.transaction import retried


@pytest.fixture
def app(own_app: Flask) -> Flask:
    return own_app


def crash_once_after(postgres: Server, act: Callable[..., Any]) -> Callable[..., Any]:
    """The first time that this statement has run, and before it is committed, the server crashes and comes back."""
    has_crashed = False

    def crashing(*args: Any, **more: Any) -> Any:
        nonlocal has_crashed
        result = act(*args, **more)
        if not has_crashed:
            has_crashed = True
            postgres.crash()
            postgres.start_again()
        return result

    return crashing


def test_a_crash_in_a_claim_leaves_it_unclaimed(
    app: Flask, twin: TwinClient, own_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_fans(app, twin, 3)
    monkeypatch.setattr(claims, "claim_due", crash_once_after(own_postgres, claims.claim_due))
    with pytest.raises(OperationalError):
        add_due("spotify")
    assert read_sql("SELECT max(claim_no) FROM pre_save") == 0
    assert twin.calls(method="PUT") == []
    add_due("spotify")
    assert adds(twin) == once_each(names(3))


def test_a_crash_while_outcomes_are_written_repeats_no_call(
    app: Flask, twin: TwinClient, own_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_fans(app, twin, 3)
    monkeypatch.setattr(claims, "settle", crash_once_after(own_postgres, claims.settle))
    add_due("spotify")
    assert states() == {"done": 3}
    assert adds(twin) == once_each(names(3))
    assert read_sql("SELECT count(*) FROM event WHERE to_state = 'done'") == 3


@contextmanager
def connections_dying(url: str, every: float) -> Iterator[list[int]]:
    """All connections to the database are ended again and again; yields how many each time."""
    over, ended = threading.Event(), list[int]()

    def kill() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(every):
                hit = connection.execute("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
                ended.append(len(hit.fetchall()))

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield ended
    finally:
        over.set()
        thread.join()


def drain_until_done(number: int) -> None:
    """Ring as the clock does; what a broken drain holds is freed as if its lease had run out."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        with suppress(OperationalError):
            add_due("spotify")
        if retried(count_done) == number:
            return
        retried(end_leases)
    raise AssertionError("the release does not get done")


def count_done(session: Session) -> int:
    return session.execute(text("SELECT count(*) FROM pre_save WHERE state = 'done'")).scalar_one()


def end_leases(session: Session) -> None:
    session.execute(text("UPDATE pre_save SET lease_until = now() - interval '1 s' WHERE state = 'claimed'"))


def test_no_call_is_repeated_because_connections_die(
    app: Flask, twin: TwinClient, own_url: str, environ: dict[str, str]
) -> None:
    due_fans(app, twin, 20)
    twin.switch(latency_seconds=0.1)
    slowly = environ | {"DATABASE_URL": own_url, "SPOTIFY_CALLS_PER_SECOND": "20"}
    with connections_dying(own_url, every=0.03) as ended, bound_app(slowly):
        drain_until_done(20)
    assert sum(ended) > 5, "the connections were meant to be cut in the middle of it"
    assert adds(twin) == once_each(names(20))
    assert holders(twin) == names(20)


@pytest.fixture
def wire(own_url: str) -> Iterator[Wire]:
    folder = parse_qs(urlsplit(own_url).query)["host"][0]
    with wire_to(f"{folder}/.s.PGSQL.5432") as opened:
        yield opened


@pytest.fixture
def wired_app(wire: Wire, own_url: str, environ: dict[str, str]) -> Iterator[Flask]:
    """The app at the end of the wire."""
    database = urlsplit(own_url).path
    with bound_app(environ | {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{wire.port}{database}"}) as app:
        yield app


def losing_the_answer(wire: Wire, act: Callable[..., Any]) -> Callable[..., Any]:
    """The commit that follows the first of these acts is carried out, and nobody hears of it."""
    has_lost = False

    def losing(*args: Any, **more: Any) -> Any:
        nonlocal has_lost
        if not has_lost:
            has_lost = True
            wire.lose_answer_to_commit()
        return act(*args, **more)

    return losing


def test_a_fan_who_heard_nothing_comes_again_to_the_same_row(
    wired_app: Flask, wire: Wire, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_campaign()
    client = wired_app.test_client()
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    monkeypatch.setattr(connecting, "collect", losing_the_answer(wire, connecting.collect))
    answer = client.get(back)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "may not have been saved" in answer.text
    assert wire.cuts == 1
    kept = read_sql("SELECT id FROM pre_save")
    assert kept is not None, "the commit was meant to be carried out"
    assert pre_save(wired_app, twin, "ida") == kept
    assert states() == {"armed": 1}


@pytest.mark.parametrize("statement", ["claim_due", "begin_calls", "settle"])
def test_a_lost_answer_to_a_commit_of_the_engine_repeats_no_call(
    statement: str, wired_app: Flask, wire: Wire, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_fans(wired_app, twin, 3)
    monkeypatch.setattr(claims, statement, losing_the_answer(wire, getattr(claims, statement)))
    drain_until_done(3)
    assert wire.cuts == 1
    assert adds(twin) == once_each(names(3))
    assert read_sql("SELECT count(*) FROM event WHERE to_state = 'done'") == 3


def test_an_outcome_written_twice_changes_nothing(app: Flask, twin: TwinClient) -> None:
    (pre_save_id,) = due_fans(app, twin, 1).values()
    claim = claim_one()
    verdict = Verdict(State.ARMED, "http_500", wait_seconds=60, counts_as_try=True)
    assert settle_one(claim, verdict) == 1
    before = row_of(pre_save_id)
    assert settle_one(claim, verdict) == 0
    assert row_of(pre_save_id) == before


@pytest.fixture
def set_read_only(own_postgres: Server) -> Iterator[Callable[[bool], None]]:
    """Every write fails, for everybody and at once, as when the disk is full or this is a standby."""

    def change(is_on: bool) -> None:
        with psycopg.connect(own_postgres.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if is_on else 'off'}")
            connection.execute("SELECT pg_reload_conf()")
        wait_until(lambda: is_read_only(own_postgres.url) == is_on, 10, every=0.02)

    yield change
    change(False)


def is_read_only(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


def test_a_database_without_writes_promises_nothing(
    app: Flask, twin: TwinClient, set_read_only: Callable[[bool], None]
) -> None:
    campaign_id = open_campaign()
    first = pre_save(app, twin, "ida")
    client = app.test_client()
    back = answer_at_spotify(twin, go_to_spotify(client), "bob")
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    db.engine.dispose()

    set_read_only(True)
    for answer in (client.post("/night-drive/connect/spotify"), client.get(back)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "You're in" not in unescape(answer.text)
    assert client.get("/night-drive").status_code == 200
    with pytest.raises(InternalError):
        add_due("spotify")

    set_read_only(False)
    assert states() == {"armed": 1}
    assert twin.calls(method="PUT") == []
    pre_save(app, twin, "bob")
    add_due("spotify")
    assert row_of(first).state == "done"
    assert adds(twin) == once_each(["bob", "ida"])


def test_a_fault_of_our_own_statements_is_no_away_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        db.session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'ours' USING ERRCODE = 'internal_error'; END $$"))

    monkeypatch.setattr(views, "find_by_slug", fail)
    answer = app.test_client().get("/night-drive")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
