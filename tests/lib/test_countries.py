"""Time zones and the countries they lie in."""

from __future__ import annotations

import pytest

from presave_app.lib.countries import zones_of
from presave_app.lib.moments import find_zone


@pytest.mark.parametrize(
    ("country", "zones"),
    [
        ("IN", ("Asia/Calcutta", "Asia/Kolkata")),
        # Clocks agree with those of another country, and still it is a country of its own.
        ("GH", ("Africa/Accra",)),
        # The old names Iceland and Africa/Timbuktu lead there as well.
        ("CI", ("Africa/Abidjan",)),
        ("FR", ("Europe/Paris",)),
        ("EG", ("Africa/Cairo", "Egypt")),
        ("XX", ()),
    ],
)
def test_the_zones_of_a_country(country: str, zones: tuple[str, ...]) -> None:
    assert zones_of([country]) == zones


def test_zones_of_several_countries_are_in_order_and_named_once() -> None:
    zones = zones_of(["IN", "BR", "IN"])
    assert zones == tuple(sorted(set(zones)))
    assert {"America/Sao_Paulo", "America/Manaus", "Brazil/East", "Asia/Kolkata"} <= set(zones)


def test_every_name_is_one_that_a_browser_may_give() -> None:
    assert [zone for zone in zones_of(["IN", "BR", "FR", "NG", "EG", "US"]) if find_zone(zone) is None] == []
