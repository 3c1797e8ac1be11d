"""What is asked: one spelling of everything that matters, and nothing else."""

from __future__ import annotations

import pytest

from presave_app.front.question import Question, reader

read = reader(frozenset({"sign-in", "healthz"}))


@pytest.mark.parametrize(
    ("path", "query", "plain"),
    [
        ("/night-drive", "", ""),
        ("/night-drive", "fbclid=1&utm_source=2", ""),
        ("/night-drive", "src=tiktok", "src=tiktok"),
        ("/night-drive", "a=b&src=tik%74ok&src=other", "src=tiktok"),
        ("/night-drive", "src=a%20b", ""),
        ("/night-drive", "without=15.2.15", "without=2.15"),
        ("/night-drive", "without=x", ""),
        ("/night-drive/count", "face=pre-save&seen=12&x=y", "seen=12&face=pre-save"),
        ("/night-drive/count", "seen=12&face=<b>", "seen=12"),
        ("/night-drive/count.json", "seen=12", ""),
    ],
)
def test_one_spelling_for_one_answer(path: str, query: str, plain: str) -> None:
    assert read(path, query) == Question(path, plain, "night-drive")


@pytest.mark.parametrize(
    "path", ["/art/0123456789abcdef0123456789abcdef.webp", "/static/js/fan.js", "/static/favicon.svg"]
)
def test_files_belong_to_no_campaign(path: str) -> None:
    assert read(path, "v=0123") == Question(path, "", None)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/sign-in", ""),
        ("/healthz", ""),
        ("/sign-in/count", "seen=1"),
        ("/Night-Drive", ""),
        ("/night-drive/", ""),
        ("/night-drive/mine", ""),
        ("/no", ""),
        ("/-night", ""),
        ("/night-drive", "src=" + "x" * 600),
        ("/night-drive", "src=\xe9"),
        ("/night-drive/count", ""),
        ("/night-drive/count", "seen=x"),
        ("/night-drive/count", "seen=-1"),
        ("/night-drive/count", "seen=99999999999999999999"),
        ("/static/../wsgi.py", ""),
        ("/static/.env", ""),
        ("/art/x.webp", ""),
        ("/mine/secret", ""),
    ],
)
def test_the_rest_is_flasks(path: str, query: str) -> None:
    assert read(path, query) is None
