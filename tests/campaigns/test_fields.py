"""What each field takes and refuses, in the words that stand beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from presave_app.campaigns import fields
from presave_app.campaigns.fields import FieldError
from presave_app.streaming.registry import get_connector

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_title_is_one_clean_line() -> None:
    assert fields.parse_title("  Night\n Drive\u202e ") == "Night Drive"


@pytest.mark.parametrize(
    ("typed", "words"), [("", "needs a title"), ("\u200b", "needs a title"), ("x" * 201, "At most 200")]
)
def test_a_title_that_cannot_be_used(typed: str, words: str) -> None:
    _refuses(words, fields.parse_title, typed)


def test_a_kind_is_one_of_three() -> None:
    assert [fields.parse_kind(kind) for kind in ("album", "EP", " single ")] == ["album", "ep", "single"]
    _refuses("album, EP or single", fields.parse_kind, "mixtape")


@pytest.mark.parametrize("slug", ["ab", "-ab", "ab-", "a b", "ä-b-c", "a/b", "../../etc", "x" * 65, ""])
def test_a_slug_of_wrong_letters_is_refused(slug: str) -> None:
    _refuses("small letters, digits and dashes", fields.parse_slug, slug)


def test_a_slug_is_taken_in_any_case() -> None:
    assert fields.parse_slug(" Night-Drive ") == "night-drive"


def test_an_upc_may_be_left_out_or_written_with_gaps() -> None:
    assert fields.parse_release_upc(" ") is None
    assert fields.parse_release_upc("0 0602445 868162") == "00602445868162"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("00602445868163", "would be 2"), ("123", "12 to 14 digits"), ("abc", "12 to 14 digits"), ("٣" * 12, "12 to 14")],
)
def test_an_upc_that_cannot_be(typed: str, words: str) -> None:
    _refuses(words, fields.parse_release_upc, typed)


def test_a_release_is_a_wall_clock_in_a_zone() -> None:
    moment = fields.parse_release("2026-12-04", "00:00", "Europe/Berlin", NOW)
    assert moment is not None
    assert moment.at == datetime(2026, 12, 3, 23, 0, tzinfo=UTC)
    assert moment.wall == datetime(2026, 12, 4)  # noqa: DTZ001
    assert fields.parse_release("", "00:00", "UTC", NOW) is None


def test_a_release_without_a_time_is_at_midnight() -> None:
    moment = fields.parse_release("2026-12-04", "", "UTC", NOW)
    assert moment is not None
    assert moment.at == datetime(2026, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize("hour", ["9:00", "09:00:00", "9:00 AM", "9 am"])
def test_a_time_may_be_written_as_tables_write_it(hour: str) -> None:
    moment = fields.parse_release("2026-12-04", hour, "UTC", NOW)
    assert moment is not None
    assert moment.at == datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hour", "zone", "words"),
    [
        ("2026-11-22", "11:59", "UTC", "in the past"),
        ("2026-11-22", "12:00", "UTC", "in the past"),
        ("2032-01-01", "00:00", "UTC", "more than five years"),
        ("2026-02-30", "00:00", "UTC", "not a date"),
        ("04.12.2026", "00:00", "UTC", "Write it like 2026-12-04"),
        ("2026-12-04", "25:00", "UTC", "not a time of day"),
        ("2026-12-04", "00:00+02:00", "UTC", "without an offset"),
        ("2026-12-04", "00:00", "Mars/Olympus", "no time zone we know"),
        ("2026-12-04", "00:00", "", "Say in which time zone"),
        ("2027-03-28", "02:30", "Europe/Berlin", "does not exist on that day"),
        ("0001-01-01", "00:00", "Asia/Tokyo", "Check the year"),
    ],
)
def test_a_release_that_cannot_be(day: str, hour: str, zone: str, words: str) -> None:
    _refuses(words, fields.parse_release, day, hour, zone, NOW)


def test_a_time_that_comes_twice_is_the_first_of_them() -> None:
    moment = fields.parse_release("2027-10-31", "02:30", "Europe/Berlin", NOW)
    assert moment is not None
    assert moment.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["europe/berlin", "Berlin", " BERLIN ", "Europe/Berlin"])
def test_a_zone_is_found_by_its_city(typed: str) -> None:
    assert fields.parse_zone(typed) == "Europe/Berlin"


def test_a_city_that_two_zones_bear_is_not_guessed() -> None:
    _refuses("no time zone we know", fields.parse_zone, "louisville")


def test_the_clock_is_one_of_two() -> None:
    assert [fields.parse_clock(clock) for clock in ("everywhere", "local")] == ["everywhere", "local"]
    _refuses("one moment for all, or “local”", fields.parse_clock, "sundial")


@pytest.mark.parametrize(
    "pasted",
    [
        "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ?si=123",
        " https://open.spotify.com/intl-de/album/2up3OPMp9Tb4dAKM2erWXQ ",
    ],
)
def test_a_target_is_a_link_or_a_uri(app: Flask, pasted: str) -> None:
    assert fields.parse_target(get_connector("spotify"), pasted) == "spotify:album:2up3OPMp9Tb4dAKM2erWXQ"
    assert fields.parse_target(get_connector("spotify"), " ") is None


@pytest.mark.parametrize("pasted", ["nonsense", "https://evil.example/album/2up3OPMp9Tb4dAKM2erWXQ", "x" * 9000])
def test_a_target_that_is_none_shows_an_example(app: Flask, pasted: str) -> None:
    _refuses("Paste a link like https://open.spotify.com/album/", fields.parse_target, get_connector("spotify"), pasted)


def test_a_permission_lasts_from_a_certain_day(app: Flask) -> None:
    release = NOW + timedelta(days=200)
    assert fields.latest_safe_start(release, get_connector("spotify")) == NOW + timedelta(days=19)


def _refuses(words: str, parse: object, *typed: object) -> None:
    assert callable(parse)
    with pytest.raises(FieldError) as refusal:
        parse(*typed)
    assert words in str(refusal.value)
