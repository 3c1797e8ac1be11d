"""Names are somebody's text and addresses are somebody's secret: nothing of them runs or leaks."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from fans import open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import TwinClient

from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.tokens import hash_secret
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></head><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "--></style><base href=//evil.example>",
)
ALLOWED = {"script": {"src", "defer"}, "svg": {"class", "aria-hidden", "focusable", "viewbox"}, "base": set()}

ADDRESSES = ("href", "src", "action", "formaction", "hx-get")


class Tags(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def faults_of(html: str) -> list[str]:
    tags = Tags()
    tags.feed(html)
    return [
        f"{tag} {name}"
        for tag, attributes in tags.found
        for name, value in attributes.items()
        if name.startswith("on")
        or name == "style"
        or (name in ADDRESSES and (value or "").strip().lower().startswith("javascript:"))
        or (tag in ALLOWED and name not in ALLOWED[tag])
    ]


@pytest.mark.parametrize("text", NASTY)
def test_names_are_text_on_every_page(app: Flask, client: FlaskClient, twin: TwinClient, text: str) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    live = live_path(db.session.get_one(Campaign, campaign_id))
    live_hash = hash_secret(live.removeprefix("/live/"))
    run_sql("UPDATE campaign SET title = :text, artist = :text, live_hash = :live", text=text, live=live_hash)
    for path in ("/night-drive", live, f"/mine/{mine_secret(PreSaveId(pre_save_id))}"):
        page = client.get(path)
        assert page.status_code == 200
        assert text in unescape(page.text)
        assert faults_of(page.text) == []


def test_unknown_secrets_are_answered_alike(client: FlaskClient) -> None:
    pages = {client.get(f"/mine/{secret}").text for secret in ("x", "A" * 32, "%00", "' OR 1=1 --", "x" * 2000)}
    assert len(pages) == 1
    for verb in ("cancel", "disconnect"):
        assert client.post(f"/mine/unknown/{verb}").status_code == 404
    assert client.get("/mine/unknown/state").status_code == 404


def test_forms_from_elsewhere_are_refused(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    open_campaign()
    secret = mine_secret(PreSaveId(pre_save(app, twin, "ida")))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(f"/mine/{secret}/cancel", headers=headers).status_code == 403
    assert client.get(f"/mine/{secret}/cancel").status_code == 405
