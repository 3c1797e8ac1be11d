"""In which country a time zone lies, by the tables that come with the installed zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


def zones_of(countries: Iterable[str]) -> tuple[str, ...]:
    """The zones of countries (ISO 3166-1 alpha-2), under every name a browser may give, old ones too, in order."""
    known = _zones_by_country()
    return tuple(sorted({zone for country in countries for zone in known.get(country, ())}))


def country_of(zone: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) in which a zone lies; None for one of no single country, as UTC."""
    return _country_by_zone().get(zone)


@cache
def _country_by_zone() -> dict[str, str]:
    return {zone: country for country, zones in _zones_by_country().items() for zone in zones}


@cache
def _zones_by_country() -> dict[str, set[str]]:
    """`zone.tab` has one country for each name, where `zone1970.tab` puts Accra and Abidjan together.

    An old name, as Asia/Calcutta, stands in neither. It lies in the country of the zone that it leads to, unless
    several countries share that zone: Iceland leads to Abidjan.
    """
    country_of = {row[2]: row[0] for row in _rows("zone.tab", "\t")}
    shared_by = {row[2]: row[0].split(",") for row in _rows("zone1970.tab", "\t")}
    for row in _rows("tzdata.zi", " "):
        if row[0] == "L" and len(shared_by.get(row[1], ())) == 1:
            country_of.setdefault(row[2], shared_by[row[1]][0])
    found: dict[str, set[str]] = defaultdict(set)
    for zone, country in country_of.items():
        found[country].add(zone)
    return dict(found)


def _rows(name: str, between: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split(between) for line in text.splitlines() if line and not line.startswith("#")]
