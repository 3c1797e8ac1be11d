"""The demo's label and its release, made with the same commands that a person would type."""

import json
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .demo_services import ARTIST, SERVICES, TITLE, UPC
from .environment import PYTHON, ROOT
from .errors import LaunchError

ZONE = "Europe/Berlin"
LABEL, OWNER = "Alba Records", "label@example.com"
SLUG = "night-drive"
MOST_DEMOS = 100
COVER = Path(__file__).with_name("night-drive.jpg")


@dataclass(frozen=True)
class Commands:
    """`flask` of this installation, with the demo's settings."""

    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """What the command printed; a failing one stops the demo and shows what it said."""
        done = self._run(arguments)
        if done.returncode != 0:
            raise LaunchError(f"{done.stdout}{done.stderr}\n`flask {shlex.join(arguments)}` failed.".strip())
        return done.stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        """The one line of JSON that a command prints with --json."""
        return json.loads(self.run(*arguments, "--json").strip().splitlines()[-1])

    def works(self, *arguments: str) -> bool:
        return self._run(arguments).returncode == 0

    def _run(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = [str(PYTHON), "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )


@dataclass(frozen=True)
class Campaign:
    slug: str
    url: str
    live_url: str
    release_at: datetime


def round_release(now: datetime, seconds: int) -> datetime:
    """The moment so many seconds from now, on the next full five seconds, as a clock on the wall shows it."""
    moment = now + timedelta(seconds=seconds)
    late = moment.timestamp() % 5
    return (moment + timedelta(seconds=(5 - late) % 5)).replace(microsecond=0).astimezone(ZoneInfo(ZONE))


def make_team(commands: Commands) -> tuple[str, str]:
    """The team and its owner's sign-in link. A database that was given may have an earlier demo's team."""
    for number in range(1, MOST_DEMOS):
        name = LABEL if number == 1 else f"{LABEL} {number}"
        try:
            made = commands.json("teams", "create", name, "--owner", OWNER)
        except LaunchError as error:
            if "already" not in str(error):
                raise
        else:
            return made["team"], made["sign_in_url"]
    raise LaunchError(f"The database has {MOST_DEMOS} teams named {LABEL}: that is enough.")


def make_campaign(commands: Commands, folder: Path, *, team: str, release_at: datetime) -> Campaign:
    slug = _free_slug(commands) if os.environ.get("DATABASE_URL") else SLUG
    file = folder / f"{slug}.json"
    file.write_text(json.dumps(campaign_content(slug, release_at), indent=1))
    made = commands.json("campaigns", "create", str(file), "--team", team)
    return Campaign(made["slug"], made["url"], made["live_url"], release_at)


def _free_slug(commands: Commands) -> str:
    """A database that was given keeps what is in it: an earlier demo's campaign too."""
    slugs = [SLUG, *(f"{SLUG}-{number}" for number in range(2, MOST_DEMOS))]
    return next(slug for slug in slugs if not commands.works("campaigns", "status", slug, "--json"))


def campaign_content(slug: str, release_at: datetime) -> dict[str, object]:
    """The campaign as a file for `flask campaigns create`, with a target on every service of the demo."""
    return {
        "title": TITLE,
        "artist": ARTIST,
        "kind": "album",
        "slug": slug,
        "upc": UPC,
        "release": {
            "at": release_at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None).isoformat(),
            "time_zone": ZONE,
            "clock": "everywhere",
        },
        "targets": {service.slug: service.target for service in SERVICES},
        "artwork": str(COVER),
        "publish": True,
    }
