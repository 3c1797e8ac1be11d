"""Whether two catalogues speak of the same release."""

from __future__ import annotations

import pytest

from presave_app.lib.sameness import same_artist, same_title


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Night Drive", "NIGHT  DRIVE"),
        ("Night Drive", "Night Drive - Single"),
        ("Night Drive", "Night Drive (feat. Mo & the Rest)"),
        ("Night Drive", "Night Drive [ft. Mo] - EP"),
        ("Señorita", "Senorita"),
        ("Don't Go!", "Don\u2019t go"),
        ("夜のドライブ", "夜のドライブ"),
        ("???", "???"),
        ("Salt & Light", "Salt and Light"),
    ],
)
def test_the_same_title_is_written_differently(one: str, other: str) -> None:
    assert same_title(one, other)
    assert same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Night Drive", "Night Driver"),
        ("Night Drive", "Night Drive (Live)"),
        ("Night Drive", "Night Drive II"),
        ("", ""),
        ("Night Drive", ""),
        ("???", "!!!"),
    ],
)
def test_another_title_is_another(one: str, other: str) -> None:
    assert not same_title(one, other)


def test_an_artist_may_be_named_with_others() -> None:
    assert same_artist("Alba Voss", "ALBA VOSS")
    assert same_artist("Alba Voss", "Alba Voss & Mo")
    assert same_artist("Beyoncé feat. Mo", "Beyonce")
    assert same_artist("Alba Voss, Mo", "Alba Voss x Ida")
    assert same_artist("Salt & Light", "Salt and Light")
    assert not same_artist("Alba Voss", "Alba Vossler")
    assert not same_artist("Alba", "Alba Voss")
    assert not same_artist("Alba Voss", "Various Artists")
    assert not same_artist("", "Alba Voss")
