"""The fans of a storm: thousands who have pre-saved, some of whom leave, and some who come in the middle of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

import requests
from fans import answer_at_spotify, move_release
from makers import make_campaign, make_team
from twin_client import ALBUM_URI, UPC, TwinClient

from chaos.plan import Crowd, Diary, Plan
from chaos.stage import LATER_ALBUM, LATER_UPC, Stage
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.tokens import hash_secret
from presave_app.presaves.collecting import collect
from presave_app.presaves.flows import ReturnedFlow
from presave_app.presaves.looking_up import mine_secret
from presave_app.privacy.consent import consent_for, draft_of
from presave_app.streaming.connector import SignIn, Tokens
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

SERVICE = "spotify"
LATER_SECONDS = 20
_BATCH = 100
_LATER_SHARE = 0.2
_LEAVING_SHARE = 0.06
# Few enough that the engine takes them for single fans and not for a crowd that must be our own fault.
_MOST_REVOKED = 12
_OF_FANS = "FROM pre_save p WHERE p.grant_id = g.id AND p.mine_hash = ANY(%s)"


def seed_crowd(stage: Stage, plan: Plan) -> Crowd:
    """All fans of the plan with their consents, tokens and pre-saves, through the app's own functions."""
    chance = Random(plan.seed)  # noqa: S311 - a storm that can be repeated, nothing secret
    team_id = make_team()
    week = timedelta(days=7)
    make_campaign(team_id, slug="night-drive", release_in=week, ref=ALBUM_URI, upc=UPC)
    later = f"spotify:album:{LATER_ALBUM}"
    make_campaign(team_id, title="First Light", slug="first-light", release_in=week, ref=later, upc=LATER_UPC)
    crowd = Crowd()
    for number in range(plan.fans):
        is_later = chance.random() < _LATER_SHARE
        crowd.slugs[f"fan-{number:05}"] = "first-light" if is_later else "night-drive"
    for slug in ("night-drive", "first-light"):
        names = [name for name, its in crowd.slugs.items() if its == slug]
        for start in range(0, len(names), _BATCH):
            _pre_save_all(stage, crowd, slug, names[start : start + _BATCH])
    _give_lots(stage, crowd, chance)
    return crowd


def set_moment(stage: Stage, plan: Plan, seconds: float) -> None:
    """The first release comes out so soon, the second one later, and a tenth of the fans has a moment of its own."""
    ids = dict(stage.sql("SELECT slug, id FROM campaign"))
    move_release(ids["night-drive"], timedelta(seconds=seconds))
    move_release(ids["first-light"], timedelta(seconds=seconds + LATER_SECONDS))
    stage.sql(
        """
        UPDATE pre_save p SET due_at = x.due_at, next_at = x.due_at FROM (
          SELECT id, due_at + make_interval(secs => %s * random()) AS due_at FROM pre_save WHERE random() < 0.1) x
        WHERE p.id = x.id
        """,
        plan.seconds * 0.7,
    )


def cancel(stage: Stage, crowd: Crowd, diary: Diary, name: str) -> bool:
    """A fan cancels on the own page; False when the page could not say that it is done, and the fan has to repeat."""
    try:
        answer = requests.post(
            f"{stage.installation.url}/mine/{crowd.pages[name]}/cancel",
            headers={"Origin": stage.installation.url},
            allow_redirects=False,
            timeout=10,
        )
    except requests.RequestException:
        return False
    if answer.status_code == 303:
        diary.told_cancelled.add(name)
    return answer.status_code == 303


def come_in(stage: Stage, crowd: Crowd, diary: Diary, name: str) -> bool:
    """A fan signs in over HTTP in the middle of it all; True when told "You're in"."""
    url = stage.installation.url
    with requests.Session() as browser:
        browser.trust_env = False
        twin = TwinClient(stage.twin.root, browser)
        try:
            pressed = browser.post(
                f"{url}/{crowd.slugs[name]}/connect/spotify", headers={"Origin": url}, allow_redirects=False, timeout=10
            )
            if pressed.status_code != 303:
                return False
            back = answer_at_spotify(twin, pressed.headers["Location"], name)
            last = browser.get(f"{url}{back}", allow_redirects=False, timeout=25)
        except requests.RequestException:
            return False
    path = urlsplit(last.headers.get("Location", "")).path
    if last.status_code != 303 or not path.startswith("/mine/"):
        return False
    diary.told_accepted[name] = path.rsplit("/", 1)[-1]
    return True


def _pre_save_all(stage: Stage, crowd: Crowd, slug: str, names: list[str]) -> None:
    connector = get_connector(SERVICE)
    answers: list[dict[str, Any]] = stage.twin.control("POST", "sign-ins", {"names": names})["sign_ins"]
    with transaction() as session:
        campaign = session.query(Campaign).filter_by(slug=slug).one()
        draft = draft_of(consent_for(campaign, connector, "Alba Records"), connector)
        flow = ReturnedFlow(campaign.id, SERVICE, draft, "")
        for answer in answers:
            scopes = tuple(answer["scope"].split())
            tokens = Tokens(answer["access_token"], answer["refresh_token"], answer["expires_in"], scopes)
            pre_save_id = collect(session, flow, SignIn(tokens, answer["account_id"]), connector, "")
            crowd.pages[answer["name"]] = mine_secret(pre_save_id)
            crowd.canaries |= {answer["access_token"], answer["refresh_token"], answer["account_id"]}
    db.session.remove()


def _give_lots(stage: Stage, crowd: Crowd, chance: Random) -> None:
    """Some will leave, some have taken the permission back, one has a row that nobody can read any more."""
    names = list(crowd.slugs)
    chance.shuffle(names)
    revoked = min(_MOST_REVOKED, 1 + len(names) // 50)
    crowd.broken = {names.pop()}
    crowd.revoked = {names.pop() for _ in range(revoked)}
    crowd.leaving = [names.pop() for _ in range(int(len(crowd.slugs) * _LEAVING_SHARE))]
    for name in crowd.revoked:
        stage.twin.control("POST", f"fans/{name}/revoke", {})
    # A fifth has to renew its sign-in first; so has everybody who took it back, or it would not come to light.
    stale = [*crowd.revoked, *names[: len(names) // 5]]
    stage.sql(f"UPDATE fan_grant g SET access_expires_at = now() {_OF_FANS}", _hashes(crowd, stale))
    stage.sql(
        f"UPDATE fan_grant g SET access_token_sealed = 'x', refresh_token_sealed = 'x' {_OF_FANS}",
        _hashes(crowd, crowd.broken),
    )


def _hashes(crowd: Crowd, names: Iterable[str]) -> list[str]:
    return [hash_secret(crowd.pages[name]) for name in names]
