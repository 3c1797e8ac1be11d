"""Slugs: what may be one, and which one is made from words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presave_app.lib.slugs import MOST_LENGTH, is_slug, numbered, slug_of


@pytest.mark.parametrize("text", ["abc", "night-drive", "a1-b2", "x" * 64])
def test_small_letters_digits_and_dashes_are_a_slug(text: str) -> None:
    assert is_slug(text)


@pytest.mark.parametrize("text", ["", "ab", "-abc", "abc-", "Abc", "a b c", "ä-b-c", "abc\n", "x" * 65, "a_b_c"])
def test_anything_else_is_none(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (("Alba Voss", "Night Drive"), "alba-voss-night-drive"),
        (("Sigur Rós", "Ágætis byrjun"), "sigur-ros-agaetis-byrjun"),
        (("Die Ärzte", "Größenwahn"), "die-arzte-grossenwahn"),
        (("Simon & Garfunkel", "Bookends!"), "simon-and-garfunkel-bookends"),
        (("مسافر", "東京"), ""),
    ],
)
def test_words_become_a_slug(words: tuple[str, ...], slug: str) -> None:
    assert slug_of(*words) == slug


def test_a_long_slug_ends_with_a_whole_word() -> None:
    assert slug_of("one two three four five six seven eight nine ten eleven twelve thirteen") == (
        "one-two-three-four-five-six-seven-eight-nine-ten-eleven-twelve"
    )


@given(st.text(max_size=200), st.integers(2, 10_000))
def test_what_is_made_is_short_enough(text: str, number: int) -> None:
    slug = slug_of(text)
    assert len(slug) <= MOST_LENGTH
    assert len(slug) < 3 or (is_slug(slug) and is_slug(numbered(slug, number)))
