"""Checks of the installation: the clock, the workers, the mail, and what is known to be wrong."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, bad, care, good
from presave_app.preflight.page_checks import own_address

# As at /readyz: the clock ticks each second, the watch of a worker is rung every 20.
_MAY_BE_SILENT = {"clock": 30, "worker": 180}
_NAMES = {"clock": "The clock", "worker": "The workers"}
_DEEDS = {
    "clock": "It sees what is due. Without it nothing is added on the day.",
    "worker": "They add the release to the libraries. Without them everything waits.",
}


def heartbeats(facts: Facts) -> Iterator[Finding]:
    """The clock and the workers, by their last sign of life."""
    for name, most in _MAY_BE_SILENT.items():
        silent = facts.silent.get(name)
        repair = Repair("Look again", own_address(facts))
        if silent is None:
            words = "Never seen. Whoever runs this installation has to start its process."
            yield bad(name, _NAMES[name], words, _DEEDS[name], repair)
        elif silent > most:
            words = f"Silent for {_ago(silent)}. Whoever runs this installation has to look at its process."
            yield bad(name, _NAMES[name], words, _DEEDS[name], repair)
        else:
            yield good(name, _NAMES[name], "At work.")


def mail(facts: Facts) -> Iterator[Finding]:
    """Mail, where the page promises reminders."""
    if facts.has_mail:
        yield good("mail", "Mail", "On.")
    elif facts.reminds:
        why = "Fans can still take a calendar file. Set SMTP_URL and MAIL_FROM where Presave is hosted."
        yield care("mail", "Mail", "Off, while the page promises reminders.", why)


def alarms(facts: Facts) -> Iterator[Finding]:
    """What the engine itself has found to be wrong."""
    room = Repair("Open the control room", url_for("releases.control_room", campaign_id=facts.campaign.id))
    for number, alarm in enumerate(facts.alarms):
        yield bad(f"alarm:{alarm.kind}:{number}", alarm.title, alarm.text, "This alarm is open.", room)
    if not facts.alarms:
        yield good("alarms", "Alarms", "None is open.")


def _ago(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds // 60:,} minutes" if seconds < 7200 else f"{seconds // 3600:,} hours"


CHECKS: tuple[Check, ...] = (heartbeats, mail, alarms)
