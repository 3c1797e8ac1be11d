"""Every face of the pages that fans see: its name, and how it comes about. Each function returns the path to open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import requests
import user_agents as ua
from fans import SLUG, answer_at_spotify, come_back, go_to_spotify, move_release, open_campaign, pre_save, run_sql
from flask import Flask
from local.demo_campaign import COVER
from makers import join_roll_out, make_campaign
from scenes import make_scene
from switching import turned_on
from twin_client import TwinClient

from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.transaction import transaction

FOREIGN_TITLE = "ليلة الطريق الطويل إلى البحر 夜のドライブ"
PAGE = f"/{SLUG}"
SECOND_URI, THIRD_URI = "spotify:album:4aawyAB9vmqN3uQ7FjRGTy", "spotify:album:1DFixLWuPkv3KT3TnV35m3"
_LINKS = {
    "amazon-music": "https://music.amazon.com/albums/B0CXYZ1234",
    "boomplay": "https://www.boomplay.com/albums/12345678",
}


@dataclass
class Label:
    """An installation with several services, and a campaign that names them all."""

    app: Flask
    twin: TwinClient
    campaign_id: int
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def roll_out(self) -> list[int]:
        """Two more releases that one tap covers; returns their ids."""
        team_id = db.session.get_one(Campaign, self.campaign_id).team_id
        rows = (("Second Light", 35, SECOND_URI), ("The Whole Long Way Home (Deluxe)", 84, THIRD_URI))
        ids = [
            make_campaign(team_id, title=title, slug=f"no-{days}", release_in=timedelta(days=days), ref=ref, upc=None)
            for title, days, ref in rows
        ]
        join_roll_out(self.campaign_id, *ids)
        return ids

    def own_page(self, *states: str, reason: str | None = None, release_in: timedelta = timedelta(days=7)) -> str:
        """A fan's own page, whose pre-save went through these states, to the last one for a reason."""
        pre_save_id = pre_save(self.app, self.twin, "ida")
        move_release(self.campaign_id, release_in)
        for state in states:
            run_sql(
                "UPDATE pre_save SET state = CAST(:state AS text), reason = :reason,"
                " lease_until = CASE WHEN CAST(:state AS text) = 'claimed' THEN now() + interval '90 s' END",
                state=state,
                reason=reason if state == states[-1] else None,
            )
        return f"/mine/{mine_secret(PreSaveId(pre_save_id))}"


@contextmanager
def label_with_services(app: Flask, twin: TwinClient, twin_url: str) -> Iterator[Label]:
    """Spotify, Apple Music, Deezer and TIDAL add; two more only remind."""
    campaign_id = open_campaign()
    with ExitStack() as kept, requests.Session() as session:
        session.trust_env = False
        for service in ("apple-music", "deezer", "tidal"):
            scene = make_scene(service, twin_url, session)
            kept.callback(scene.connector.close)
            kept.enter_context(turned_on(app, scene.connector, scene.settings))
            _add_target(campaign_id, service, ref=scene.ref)
        for service, url in _LINKS.items():
            _add_target(campaign_id, service, url=url)
        pressed = press(COVER.read_bytes())
        with transaction():
            give_artwork(db.session.get_one(Campaign, campaign_id), pressed)
        yield Label(app, twin, campaign_id)


def pre_save_page(_: Label) -> str:
    return PAGE


def bare_pre_save_page(label: Label) -> str:
    """No artwork yet, and a title that is long and in two scripts."""
    run_sql("UPDATE campaign SET artwork_id = NULL, title = :title", title=FOREIGN_TITLE)
    return pre_save_page(label)


def roll_out(label: Label) -> str:
    """Three releases in one tap, one of them left out; on some services there is only the page's own."""
    *_, last = label.roll_out()
    return f"{PAGE}?without={last}"


def own_page_of_a_roll_out(label: Label) -> str:
    """A fan agreed to three releases and has left one out since."""
    ids = label.roll_out()
    pre_save_id = pre_save(label.app, label.twin, "ida", also=".".join(map(str, ids)))
    path = f"/mine/{mine_secret(PreSaveId(pre_save_id))}"
    label.app.test_client().post(f"{path}/same-tap/{ids[0]}/cancel")
    return path


def reminded_instead(label: Label) -> str:
    """The service serves only listeners on a list: a reminder of one release, with the others a tap away."""
    label.roll_out()
    label.twin.switch(mode="development")
    label.twin.control("PUT", "fans/ida", {"allow_listed": False})
    return come_back(label.app, label.twin, "ida").headers["Location"]


def out_now_with_more_ahead(label: Label) -> str:
    label.roll_out()
    return out_now(label)


def far_away(label: Label) -> str:
    """No service keeps a permission for so long."""
    move_release(label.campaign_id, timedelta(days=400))
    return PAGE


def inside_instagram(_: Label) -> str:
    """With USER_AGENTS below: the page itself asks for the way out."""
    return PAGE


def out_now(label: Label) -> str:
    move_release(label.campaign_id, timedelta(days=-3))
    return PAGE


def on_its_way(label: Label) -> str:
    """Out, and no service has shown its link."""
    run_sql("UPDATE target SET ref = NULL, found_at = NULL WHERE service <> 'boomplay'")
    run_sql("UPDATE target SET ref = NULL, url = NULL WHERE service = 'boomplay'")
    move_release(label.campaign_id, timedelta(seconds=-30))
    return PAGE


def ended(_: Label) -> str:
    run_sql("UPDATE campaign SET published_at = NULL")
    return PAGE


def not_found(_: Label) -> str:
    return "/no-such-page"


def remind(_: Label) -> str:
    return f"{PAGE}/remind/boomplay"


def apple_does_not_answer(_: Label) -> str:
    """Apple's own script answers only the address that the label has registered, which a test's is not."""
    return f"{PAGE}/connect/apple-music"


def refused(label: Label) -> str:
    """The page speaks the language in which the sign-in began."""
    client = label.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = label.language
    path = answer_at_spotify(label.twin, go_to_spotify(client), "ida", "refuse")
    cookie = client.get_cookie("flow")
    assert cookie is not None
    label.cookies["flow"] = cookie.value
    return path


def elsewhere(label: Label) -> str:
    """The service sends the fan back into another browser than the one that they left."""
    return answer_at_spotify(label.twin, go_to_spotify(label.app.test_client()), "ida")


def just_pre_saved(label: Label) -> str:
    return f"{label.own_page()}?just=1"


def being_added(label: Label) -> str:
    return label.own_page(release_in=timedelta(seconds=-10))


def on_hold(label: Label) -> str:
    path = being_added(label)
    run_sql("UPDATE campaign SET held_at = now()")
    return path


def added(label: Label) -> str:
    path = label.own_page("claimed", "done", reason="added", release_in=timedelta(days=-1))
    run_sql("UPDATE pre_save SET verified_at = now()")
    return path


def permission_lost(label: Label) -> str:
    return label.own_page("needs_reauth", reason="grant_revoked")


def cancelled(label: Label) -> str:
    return label.own_page("withdrawn", reason="fan_withdrew")


def too_late(label: Label) -> str:
    return label.own_page("expired", reason="too_late", release_in=timedelta(days=-20))


def not_accepted(label: Label) -> str:
    return label.own_page("claimed", "failed", reason="http_418", release_in=timedelta(days=-1))


def privacy(_: Label) -> str:
    return f"{PAGE}/privacy"


def terms(_: Label) -> str:
    return f"{PAGE}/terms"


def nothing_made_here(_: Label) -> str:
    return f"{PAGE}/me"


def erased(_: Label) -> str:
    return f"/mine/{'x' * 43}?erased=1"


PAGES: dict[str, Callable[[Label], str]] = {
    "pre-save": pre_save_page,
    "pre-save-bare": bare_pre_save_page,
    "roll-out": roll_out,
    "too-early": far_away,
    "inside-an-app": inside_instagram,
    "out-now": out_now,
    "out-now-more-ahead": out_now_with_more_ahead,
    "on-its-way": on_its_way,
    "ended": ended,
    "not-found": not_found,
    "remind": remind,
    "apple-does-not-answer": apple_does_not_answer,
    "just-pre-saved": just_pre_saved,
    "roll-out-agreed": own_page_of_a_roll_out,
    "reminded-instead": reminded_instead,
    "being-added": being_added,
    "on-hold": on_hold,
    "added": added,
    "permission-lost": permission_lost,
    "cancelled": cancelled,
    "too-late": too_late,
    "not-accepted": not_accepted,
    "nothing-made-here": nothing_made_here,
    "erased": erased,
    "privacy": privacy,
    "terms": terms,
}
# These are seen once, at the end of a sign-in.
STOPS: dict[str, Callable[[Label], str]] = {"refused": refused, "continue-here": elsewhere}
USER_AGENTS = {"inside-an-app": ua.INSTAGRAM_IOS}


def _add_target(campaign_id: int, service: str, *, ref: str | None = None, url: str | None = None) -> None:
    run_sql(
        "INSERT INTO target (campaign_id, service, ref, url, found_at) VALUES (:id, :service, :ref, :url, now())"
        " ON CONFLICT (campaign_id, service) DO NOTHING",
        id=campaign_id,
        service=service,
        ref=ref,
        url=url,
    )
