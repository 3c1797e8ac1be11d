"""Typed text: one line, composed, without characters that hide or turn it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presave_app.lib.text import clean_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Night \n Drive\t", "Night Drive"),
        ("e\u0301", "é"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("a\x00b", "a b"),
        ("مسافر", "مسافر"),
        ("👩\u200d🎤", "👩\u200d🎤"),
        ("\ufeffTitle\u200b", "Title"),
    ],
)
def test_a_line_is_kept_clean(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_line(text)
    assert clean_line(once) == once
    assert "\x00" not in once
