"""Text of several lines: each made safe, empty ones kept single."""

from __future__ import annotations

import pytest

from presave_app.lib.text import clean_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("one", "one"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("\n\n one  \n\n\n\n two\u202e \n\n", "one\n\ntwo"),
    ],
)
def test_lines_are_cleaned(typed: str, kept: str) -> None:
    assert clean_lines(typed) == kept
