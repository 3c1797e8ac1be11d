"""The demo's list of services against what the app and the sandbox themselves say."""

import json
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from local.demo_environment import demo_environment
from local.demo_services import LINKS, SERVICES, TWINS, TwinService
from local.proof import Report, prove, say_reminders

from presave_app.sandbox import TWINS as SANDBOX_TWINS
from presave_app.sandbox.settings import SandboxSettings, settings_from
from presave_app.settings import read_settings
from presave_app.streaming.link_services import LINK_SERVICES
from presave_app.streaming.registry import OPTIONS
from presave_app.streaming.registry import SERVICES as KNOWN

MOST_FANS = 2_000
UNITS_OF_A_FAN = 55


def environment() -> dict[str, str]:
    return demo_environment(
        database_url="postgres://d", redis_url="redis://r", public_url="http://p", sandbox_url="http://s"
    )


def test_every_twin_with_fans_is_shown() -> None:
    made = [create(SandboxSettings()).install(app := Flask(__name__)) or app for create in SANDBOX_TWINS]
    slugs = {slug.removeprefix("sandbox.") for app in made for slug in app.extensions if slug.startswith("sandbox.")}
    lookups = {"itunes", "odesli", "musicbrainz"}
    assert {twin.slug for twin in TWINS} == slugs - lookups


def test_exactly_the_services_with_a_twin_are_on_and_call_nobody_else() -> None:
    services = read_settings(environment(), OPTIONS).services
    assert {name for name, service in services.items() if service.is_on} == {twin.slug for twin in TWINS}
    for twin in TWINS:
        assert all(url.startswith(f"http://s/{twin.slug}/") for url in services[twin.slug].urls.values()), twin.slug


def test_the_sandbox_is_told_the_same_credentials() -> None:
    told = environment()
    known = settings_from(told)
    for options in OPTIONS:
        for name in options.credentials:
            assert told.get(name) in (None, getattr(known, name.lower()))


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.slug)
def test_what_the_label_pastes_is_understood(twin: TwinService) -> None:
    services = read_settings(environment(), OPTIONS).services
    (connector,) = (kind(services[twin.slug]) for options, kind in KNOWN if options.service == twin.slug)
    assert connector.name == twin.name
    assert connector.parse_ref(twin.target)


def test_links_are_links_of_services_that_only_remind() -> None:
    known = {service.service: service for service in LINK_SERVICES}
    for link in LINKS:
        assert known[link.slug].name == link.name
        assert known[link.slug].parse_ref(link.target) == link.target


def test_youtubes_units_last_for_the_largest_crowd() -> None:
    youtube = next(service for service in SERVICES if service.slug == "youtube")
    fans = MOST_FANS * youtube.share / sum(service.share for service in SERVICES)
    units = next(options.units_per_day for options in OPTIONS if options.service == "youtube")
    assert fans * UNITS_OF_A_FAN < cast(int, units)


def test_a_sandbox_that_does_not_answer_proves_nothing() -> None:
    report = Report({"spotify": ["ida", "ben"], "elsewhere": ["zoe"]}, {})
    first, second = prove(report, TWINS, "http://127.0.0.1:1")
    assert str(first) == "Spotify: 0 of 2 libraries have it, missing: ben, ida"
    assert list(second.missing) == ["zoe"]


def test_the_crowds_report_is_read_and_may_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "crowd.json"
    assert Report.read(file) == Report({}, {})
    file.write_text(json.dumps({"pre-saved": {"spotify": ["ida"]}, "reminded": {"boomplay": ["ben"]}, "refused": {}}))
    report = Report.read(file)
    assert (report.pre_saved, report.reminders) == ({"spotify": ["ida"]}, 1)
    assert say_reminders(report, SERVICES) == "In calendars, where nothing can be added: Boomplay 1"
    assert say_reminders(Report({}, {}), SERVICES) == ""
