"""The demo told as it happens: fans arriving, the release, libraries filling, the link turning."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from . import http
from .company import Company, Member
from .demo_campaign import Campaign, Commands
from .demo_crowd import Crowd
from .demo_services import SERVICES, TWINS
from .progress import Progress
from .proof import Proof, Report, prove, say_reminders
from .say import say, say_for

COLOUR = 3
COUNT_EVERY_SECONDS = 3
# Each look starts a `flask` command, about a second of one core.
STATUS_EVERY_SECONDS = 5
PATIENCE = timedelta(minutes=5)


class Story:
    """Tells what changed; `tell` returns when the demo is over, with its exit code."""

    def __init__(
        self, commands: Commands, campaign: Campaign, company: Company, crowd: Crowd, sandbox_url: str
    ) -> None:
        self._commands = commands
        self._campaign = campaign
        self._company = company
        self._crowd = crowd
        self._sandbox_url = sandbox_url
        self._count = (0, 0)
        self._progress = Progress()
        self._has_everybody = False
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
                self._tell(f"The release moment. Libraries waiting for the album: {self._count[0]}")
            if not was_finished:
                self._every(STATUS_EVERY_SECONDS, self._tell_adds)
                was_finished = self._is_finished
                if was_finished:
                    self._tell_proof()
            if was_finished and once:
                return 0 if self._has_everybody else 1
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
        count = (answer["total"], answer["reminders"]) if answer else self._count
        if count != self._count:
            self._count = count
            self._tell(f"{counted(*count)}, {spoken(self._campaign.release_at - datetime.now(UTC))} to go")

    def _tell_adds(self) -> None:
        progress = Progress.of(self._commands.json("campaigns", "status", self._campaign.slug))
        if progress != self._progress:
            self._progress = progress
            self._tell(str(progress))
        if not self._is_listening_page and is_listening_page(http.get_text(self._campaign.url)):
            self._is_listening_page = True
            self._tell(f"The link now is the listening page: {self._campaign.url}")

    def _tell_proof(self) -> None:
        """What the services themselves have, and whether nobody of the crowd is missing."""
        report = self._crowd.report()
        proofs = prove(report, TWINS, self._sandbox_url)
        for line in filter(None, (*map(str, proofs), say_reminders(report, SERVICES))):
            self._tell(line)
        self._has_everybody = self._crowd.went_well and has_everybody(self._progress, report, proofs)
        self._tell("Every add is done and proven." if self._has_everybody else "Not every add was possible.")

    def _lament(self, dead: Member) -> int:
        self._tell(f"{dead.name} ended with code {dead.process.returncode}, so the demo stops.")
        return 1

    def _tell(self, line: str) -> None:
        say_for("demo", line, COLOUR)


def has_everybody(progress: Progress, report: Report, proofs: list[Proof]) -> bool:
    """Both sides agree: the app says that all is done, and no fan who pre-saved or wants a reminder is missing."""
    is_proven = bool(proofs) and not any(proof.missing for proof in proofs)
    return progress.is_complete and is_proven and progress.reminders >= report.reminders


def is_listening_page(html: str | None) -> bool:
    """It leads to the album on a service."""
    return html is not None and 'id="play-' in html


def counted(pre_saves: int, reminders: int) -> str:
    told = f"{pre_saves} {'fan has' if pre_saves == 1 else 'fans have'} pre-saved"
    return f"{told}, {reminders} will be reminded" if reminders else told


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
        "sandbox": (f"{sandbox_url}/", "the demo's own streaming services, with every fan's library"),
    }
    widest = max(len(url) for url, _ in places.values())
    for who, (url, phrase) in places.items():
        say(f"  {who:<8} {url:<{widest}}  {phrase}")
    say("Ctrl-C stops everything.")
