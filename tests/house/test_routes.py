"""Every address has an access mark, a reserved first word, and a job for every bell that is rung."""

from __future__ import annotations

import importlib
import re

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import check

from jobs.schedule import SCHEDULE
from presave_app import queue
from presave_app.access import Access, mark_of
from presave_app.campaigns.addresses import reserved_words

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def test_every_route_has_an_access_mark(app: Flask) -> None:
    unmarked = [
        rule.endpoint for rule in app.url_map.iter_rules() if mark_of(app.view_functions[rule.endpoint]) is None
    ]
    assert unmarked == []


def test_no_unsafe_route_is_merely_public(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if UNSAFE & (rule.methods or set()):
            assert mark_of(app.view_functions[rule.endpoint]) in (Access.FAN_FORM, Access.MEMBER, Access.API), rule.rule


def test_an_unmarked_view_is_answered_to_nobody(app: Flask) -> None:
    view = app.view_functions["health.healthz"]
    app.view_functions["health.healthz"] = lambda: "open"
    try:
        assert app.test_client().get("/healthz").status_code == 403
    finally:
        app.view_functions["health.healthz"] = view


def test_every_first_word_is_reserved(app: Flask) -> None:
    words = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    fixed = {word for word in words if word and "<" not in word}
    assert fixed <= reserved_words()


def test_every_job_name_resolves() -> None:
    for name in queue.ALL_JOBS:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_every_job_is_on_the_schedule() -> None:
    assert {line.job for line in SCHEDULE} == set(queue.ALL_JOBS)


def test_a_member_page_sends_strangers_to_the_sign_in(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        if mark_of(app.view_functions[rule.endpoint]) is Access.MEMBER and "GET" in (rule.methods or set()):
            one_word = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            address = re.sub(r"<[^>]+>", "x", re.sub(r"<int[^>]*>", "1", one_word))
            answer = client.get(address)
            assert answer.status_code == 303, rule.rule
            assert answer.headers["Location"].startswith("/sign-in")


def test_the_schema_is_what_the_models_say(app: Flask) -> None:
    check()
