"""Paths that came in from outside lead nowhere but to our own host."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presave_app.lib.own_paths import find_own_path


@pytest.mark.parametrize("path", ["/", "/campaigns", "/campaigns/1?x=2#y"])
def test_an_own_path_is_taken(path: str) -> None:
    assert find_own_path(path) == path


@pytest.mark.parametrize(
    "path", [None, "", "//evil", "/\\evil", "\\evil", "https:evil", "https://evil", "campaigns", "/\t/evil", "/\n/evil"]
)
def test_anything_else_is_not(path: str | None) -> None:
    assert find_own_path(path) is None


@given(st.text(alphabet="/\\:.@?#ehtpsvil \t\n\x00"))
def test_no_text_leads_to_another_host(text: str) -> None:
    path = find_own_path(text)
    assert path is None or urlsplit(urljoin("https://own.example/sign-in", path)).netloc == "own.example"
