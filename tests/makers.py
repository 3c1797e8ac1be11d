"""Labels for tests, made by the same functions as in life: teams, members who sign in, campaigns."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from presave_app.campaigns import editing, publishing, rollout
from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.campaign import add_campaign
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.teams import accounts, links
from presave_app.teams.models import Member, Role
from presave_app.teams.passwords import hash_password
from presave_app.transaction import transaction

PASSWORD = "night bus to Leipzig"
SPOTIFY_URI = "spotify:album:2up3OPMp9Tb4dAKM2erWXQ"
UPC = "00602445868162"

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class MadeMember:
    """Somebody who may sign in."""

    member_id: int
    email: str


def make_team(name: str = "Alba Records", owner: str = "alice@alba.example") -> int:
    """A team and its owner; returns the team's id."""
    with transaction():
        team, member = accounts.create_team(name, owner)
        team_id, member_id = team.id, member.id
    _give_password(member_id)
    return team_id


def make_member(team_id: int, email: str, role: Role = Role.EDITOR) -> MadeMember:
    """A member of the team, with a password."""
    with transaction():
        member = accounts.add_member(team_id, email, role)
        made = MadeMember(member.id, member.email)
    _give_password(made.member_id)
    return made


def make_link(email: str) -> str:
    """The secret of a one-time sign-in link for the member of that address."""
    with transaction():
        member = accounts.find_member(email)
        assert member is not None
        return links.new_link(member.id)


def make_campaign(
    team_id: int,
    *,
    title: str = "Night Drive",
    artist: str = "Alba Voss",
    slug: str | None = None,
    release_in: timedelta | None = timedelta(days=7),
    ref: str | None = SPOTIFY_URI,
    upc: str | None = UPC,
    artwork: bytes | None = None,
    published: bool = True,
) -> int:
    """A campaign; a release that is not ahead is moved there after publishing. Returns the campaign's id."""
    ahead = max(release_in, timedelta(days=1)) if release_in is not None else None
    texts = {"title": title, "artist": artist, "upc": upc or "", "target-spotify": ref or ""}
    texts |= {"slug": slug} if slug else {}
    texts |= _moment_texts(clock.now() + ahead) if ahead is not None else {}
    pressed = press(artwork) if artwork else None
    with transaction():
        campaign = add_campaign(team_id, title=title, artist=artist, kind="album")
        editing.save_fields(campaign, Typed(texts, clock.now()))
        if pressed is not None:
            give_artwork(campaign, pressed)
        if published:
            publishing.publish(campaign, clock.now())
        campaign_id = campaign.id
    if release_in is not None and release_in != ahead:
        move_campaign(campaign_id, release_in)
    return campaign_id


def join_roll_out(campaign_id: int, *others: int) -> None:
    """Let fans agree to the others on the page of the campaign, and the other way round."""
    with transaction():
        rollout.lock(campaign_id, *others)
        for each in others:
            rollout.join(db.session.get_one(Campaign, campaign_id), each, clock.now())


def move_campaign(campaign_id: int, release_in: timedelta) -> None:
    """Let the release lie so far from now, past or future: the data is moved, never the clock."""
    with transaction() as session:
        session.execute(
            text("""
                UPDATE campaign SET release_at = now() + :late, release_wall = (now() + :late) AT TIME ZONE time_zone
                WHERE id = :id
            """),
            {"id": campaign_id, "late": release_in},
        )


def make_picture(side: int = 640, colour: tuple[int, int, int] = (180, 40, 60)) -> bytes:
    """A square JPEG of one colour."""

    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    """Sign the browser in with a password."""
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 303, answer.text
    return answer


def csrf_of(client: FlaskClient) -> str:
    """The CSRF token of a signed-in browser's pages."""
    found = _CSRF.search(client.get("/account/password").text)
    assert found is not None, "the browser is not signed in"
    return found[1]


def post(
    client: FlaskClient, path: str, data: Mapping[str, str] | None = None, *, htmx: bool = False, **fields: str
) -> TestResponse:
    """Send a form of the workspace as a browser does, with its CSRF token."""
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(path, data={"csrf_token": csrf_of(client), **(data or {}), **fields}, headers=headers)


def write_campaign_file(folder: Path, content: str) -> Path:
    """A campaign file with this content."""
    path = folder / "campaign.json"
    path.write_text(content)
    return path


def _moment_texts(moment: datetime) -> dict[str, str]:
    wall = moment.replace(microsecond=0)
    return {"release_date": f"{wall:%Y-%m-%d}", "release_time": f"{wall:%H:%M:%S}", "time_zone": "UTC"}


def _give_password(member_id: int) -> None:
    given = update(Member).where(Member.id == member_id, Member.password_hash.is_(None))
    with transaction() as session:
        session.execute(given.values(password_hash=_password_hash()))


@cache
def _password_hash() -> str:
    """Hashed once: it takes 30 ms by design, and thousands of tests make a member."""
    return hash_password(PASSWORD)
