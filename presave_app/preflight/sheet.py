"""The sheet: every check in its section, and the one line that sums them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from presave_app.campaigns.models import Campaign
from presave_app.preflight import advice_checks, house_checks, page_checks, rehearsal_checks, service_checks
from presave_app.preflight.facts import Facts, read_facts
from presave_app.preflight.finding import Check, Finding, Level
from presave_app.preflight.rehearsed import Rehearsed
from presave_app.preflight.sign_ins import SignIns

_ADVICE = "Worth knowing"
_SECTIONS: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("The page", page_checks.CHECKS),
    ("Services", service_checks.CHECKS + rehearsal_checks.CHECKS),
    ("Behind the scenes", house_checks.CHECKS),
    (_ADVICE, advice_checks.CHECKS),
)
_WORST_FIRST = (Level.BAD, Level.CARE, Level.GOOD)


@dataclass(frozen=True)
class Section:
    """Some checks under one name, what is wrong first."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that the preflight has to say. `aside` is what the team knows already."""

    sections: tuple[Section, ...]
    aside: tuple[Finding, ...]
    is_out: bool
    sign_ins: SignIns
    rehearsal: Rehearsed | None

    @property
    def missing(self) -> int:
        return self._number(Level.BAD)

    @property
    def to_look_at(self) -> int:
        return self._number(Level.CARE)

    @property
    def level(self) -> Level:
        """The worst that was found."""
        return next(level for level in _WORST_FIRST if self._number(level) or level is Level.GOOD)

    @property
    def summary(self) -> str:
        """The sheet in one line."""
        if self.missing:
            return f"Not ready: {'1 thing is' if self.missing == 1 else f'{self.missing} things are'} missing"
        if self.to_look_at:
            return f"Ready, with {'1 thing' if self.to_look_at == 1 else f'{self.to_look_at} things'} to look at"
        return "Ready"

    def _number(self, level: Level) -> int:
        return sum(finding.level is level for section in self.sections for finding in section.findings)


def read_sheet(campaign: Campaign) -> Sheet:
    """The sheet as it is now."""
    return make_sheet(read_facts(campaign))


def make_sheet(facts: Facts) -> Sheet:
    """The sheet of these facts."""
    found = [(title, _findings(facts, checks)) for title, checks in _SECTIONS]
    sections = [Section(title, tuple(f for f in findings if not f.is_aside)) for title, findings in found]
    return Sheet(
        sections=tuple(section for section in sections if section.findings),
        aside=tuple(finding for _, findings in found for finding in findings if finding.is_aside),
        is_out=facts.is_public and facts.release is not None and facts.release.last <= facts.now,
        sign_ins=facts.sign_ins,
        rehearsal=facts.rehearsal,
    )


def advice_keys(facts: Facts) -> set[str]:
    """What may be put aside right now."""
    return {finding.key for _, checks in _SECTIONS for finding in _findings(facts, checks) if finding.is_advice}


def _findings(facts: Facts, checks: Iterable[Check]) -> list[Finding]:
    found = [finding for check in checks for finding in check(facts)]
    known = [f.put_aside() if f.is_advice and f.key in facts.aside else f for f in found]
    return sorted(known, key=lambda finding: _WORST_FIRST.index(finding.level))
