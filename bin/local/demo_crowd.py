"""The demo's crowd: fans who come by themselves, spread over all services in a plausible proportion."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .company import Company, Member
from .demo_campaign import Campaign
from .demo_services import SERVICES
from .environment import PYTHON
from .proof import Report

LEAST_SECONDS = 5
MOST_REFUSALS = 2


@dataclass(frozen=True)
class Crowd:
    """`file` is where the crowd writes at its end who did what where."""

    member: Member
    file: Path

    @property
    def is_running(self) -> bool:
        return self.member.is_running

    @property
    def went_well(self) -> bool:
        """Every fan got what that fan wanted."""
        return self.member.process.returncode == 0

    def report(self) -> Report:
        return Report.read(self.file)


def start_crowd(company: Company, campaign: Campaign, folder: Path, fans: int) -> Crowd:
    """The last fan comes a little before the release; in a full crowd two say no."""
    seconds = (campaign.release_at - datetime.now(UTC)).total_seconds() * 5 // 6
    file = folder / "crowd.json"
    options = {
        "--fans": fans,
        "--refuse": min(MOST_REFUSALS, fans // 10),
        "--seconds": max(LEAST_SECONDS, seconds),
        "--report": file,
    }
    words = [str(word) for option in options.items() for word in option]
    shares = [word for service in SERVICES for word in ("--on", f"{service.slug}={service.share}")]
    command = [str(PYTHON), "-m", "presave_app.sandbox.crowd", campaign.url, *words, *shares]
    return Crowd(company.start("crowd", command, may_end=True), file)
