"""The demo's own list of services and its crowd, on a whole installation: one fan on each, through the release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fans import move_release, read_sql
from installation import Installation, wait_until
from local.demo_campaign import SLUG, campaign_content
from local.demo_environment import demo_environment
from local.demo_services import LINKS, SERVICES, TWINS
from local.demo_twins import holders, tell_the_twins
from local.proof import Report, prove
from serving import serving

from presave_app.sandbox import create_sandbox
from presave_app.sandbox.crowd.arrivals import plan_arrivals
from presave_app.sandbox.crowd.crowd import Crowd
from presave_app.sandbox.server import create_server
from presave_app.sandbox.settings import settings_from


@pytest.fixture
def sandbox_url(installation: Installation, postgres_url: str, redis_url: str) -> Iterator[str]:
    """A sandbox that knows the installation as the demo's does; the installation gets the demo's settings."""
    server = create_server(create_sandbox(), "127.0.0.1", 0)
    url = f"http://localhost:{server.server_port}"
    installation.environ |= demo_environment(
        database_url=postgres_url, redis_url=redis_url, public_url=installation.url, sandbox_url=url
    )
    server.app = create_sandbox(settings_from(installation.environ))
    with serving(server):
        yield url


@pytest.mark.usefixtures("app")
def test_one_fan_on_each_service_of_the_demo(installation: Installation, sandbox_url: str, tmp_path: Path) -> None:
    release_at = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    tell_the_twins(TWINS, sandbox_url, release_at)
    page = _open_campaign(installation, release_at, tmp_path)

    tally = Crowd(page, plan_arrivals(len(SERVICES), 0, 0, 7, {service.slug: 1 for service in SERVICES})).run()
    assert tally.errors == []
    told = json.loads(json.dumps(tally.as_json()))
    report = Report(told["pre-saved"], told["reminded"])
    assert {slug: len(fans) for slug, fans in report.pre_saved.items()} == {twin.slug: 1 for twin in TWINS}
    assert {slug: len(fans) for slug, fans in report.reminded.items()} == {link.slug: 1 for link in LINKS}
    assert not any(holders(twin, sandbox_url) for twin in TWINS)

    tell_the_twins(TWINS, sandbox_url, datetime.now(UTC))
    installation.start_worker()
    installation.start_clock()
    move_release(read_sql("SELECT id FROM campaign"), timedelta(seconds=1))
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == len(TWINS), 90)
    assert [proof.missing for proof in prove(report, TWINS, sandbox_url)] == [[]] * len(TWINS)


def _open_campaign(installation: Installation, release_at: datetime, folder: Path) -> str:
    """The address of the fan page of the demo's campaign."""
    installation.start_web()
    installation.flask("teams", "create", "Alba Records", "--owner", "eva@alba.example", "--json")
    file = folder / "campaign.json"
    file.write_text(json.dumps(campaign_content(SLUG, release_at)))
    made = json.loads(installation.flask("campaigns", "create", str(file), "--team", "alba-records", "--json"))
    return made["url"]
