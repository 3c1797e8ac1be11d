"""The demo told as it happens: fans arriving, the release, libraries filling, the link turning."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from . import http
from .company import Company, Member
from .demo_campaign import ALBUM, Campaign, Commands
from .say import say, say_for

COLOUR = 3
COUNT_EVERY_SECONDS = 3
# Each look starts a `flask` command, about a second of one core.
STATUS_EVERY_SECONDS = 5
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Progress:
    """What `flask campaigns status` says, reduced to what the story needs."""

    total: int = 0
    done: int = 0
    verified: int = 0
    waiting: int = 0

    @classmethod
    def of(cls, status: dict[str, Any]) -> "Progress":
        services = status["services"].values()
        states = [service["states"] for service in services]
        return cls(
            total=status["total"],
            done=sum(state.get("done", 0) for state in states),
            verified=sum(service["verified"] for service in services),
            waiting=sum(state.get(name, 0) for state in states for name in ("armed", "claimed")),
        )

    @property
    def is_finished(self) -> bool:
        """Nothing more will happen by itself."""
        return self.done > 0 and self.waiting == 0 and self.verified >= self.done

    @property
    def is_complete(self) -> bool:
        """Every fan who still wants the release has it: no failure, no lost permission."""
        return self.is_finished and self.done == self.total


class Story:
    """Tells what changed; `tell` returns when the demo is over, with its exit code."""

    def __init__(self, commands: Commands, campaign: Campaign, company: Company, crowd: Member) -> None:
        self._commands = commands
        self._campaign = campaign
        self._company = company
        self._crowd = crowd
        self._count = 0
        self._progress = Progress()
        self._is_listening_page = False
        self._due: dict[str, float] = {}

    def tell(self, *, once: bool) -> int:
        was_released = was_finished = False
        while True:
            dead = self._company.first_death(1.0)
            if dead:
                return self._lament(dead)
            if not self._is_released:
                self._every(COUNT_EVERY_SECONDS, self._tell_count)
                continue
            if not was_released:
                was_released = True
                self._tell(f"The release moment. Libraries waiting for the album: {self._count}")
            if not was_finished:
                self._every(STATUS_EVERY_SECONDS, self._tell_adds)
                was_finished = self._is_finished
            if was_finished and once:
                return 0 if self._progress.is_complete and not self._crowd.process.returncode else 1
            if once and datetime.now(UTC) > self._campaign.release_at + PATIENCE:
                self._tell("Five minutes after the release not everything is added and verified.")
                return 1

    @property
    def _is_released(self) -> bool:
        return datetime.now(UTC) >= self._campaign.release_at

    @property
    def _is_finished(self) -> bool:
        return self._progress.is_finished and self._is_listening_page and not self._crowd.is_running

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        if time.monotonic() >= self._due.get(act.__name__, 0):
            act()
            self._due[act.__name__] = time.monotonic() + seconds

    def _tell_count(self) -> None:
        answer = http.get_json(f"{self._campaign.url}/count.json")
        if answer and answer["total"] != self._count:
            self._count = answer["total"]
            left = spoken(self._campaign.release_at - datetime.now(UTC))
            self._tell(f"{self._count} {'fan has' if self._count == 1 else 'fans have'} pre-saved, {left} to go")

    def _tell_adds(self) -> None:
        progress = Progress.of(self._commands.json("campaigns", "status", self._campaign.slug))
        if progress != self._progress:
            self._progress = progress
            self._tell(f"{progress.done} of {progress.total} added, {progress.verified} read back")
        if not self._is_listening_page and is_listening_page(http.get_text(self._campaign.url)):
            self._is_listening_page = True
            self._tell(f"The link now is the listening page: {self._campaign.url}")
        if self._is_finished:
            self._tell("Every add is done and proven." if progress.is_complete else "Not every add was possible.")

    def _lament(self, dead: Member) -> int:
        self._tell(f"{dead.name} ended with code {dead.process.returncode}, so the demo stops.")
        return 1

    def _tell(self, line: str) -> None:
        say_for("demo", line, COLOUR)


def is_listening_page(html: str | None) -> bool:
    """It leads to the album, by a counted link or straight."""
    ways_out = ('href="/go/', f'href="https://open.spotify.com/album/{ALBUM}"')
    return html is not None and any(way in html for way in ways_out)


def spoken(span: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def announce(campaign: Campaign, *, sign_in_url: str, sandbox_url: str) -> None:
    """The one line that says it is ready, and where to look."""
    moment = f"{campaign.release_at:%H:%M:%S} in Berlin"
    say(f"READY {campaign.url} is released in {spoken(campaign.release_at - datetime.now(UTC))}, at {moment}")
    places = {
        "fan": (campaign.url, "the one link: pre-save yourself, as any name you like"),
        "label": (sign_in_url, "sign in as the label's owner (works once)"),
        "artist": (campaign.live_url, "the live count, without a login"),
        "sandbox": (f"{sandbox_url}/spotify/", "the fans' libraries at the demo's own Spotify"),
    }
    widest = max(len(url) for url, _ in places.values())
    for who, (url, phrase) in places.items():
        say(f"  {who:<8} {url:<{widest}}  {phrase}")
    say("Ctrl-C stops everything.")
