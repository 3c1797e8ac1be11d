"""What a fan's own page says and offers of being told, once, if the permission is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from presave_app import mail
from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import State
from presave_app.reminders.looking_up import find_notice, ways_of
from presave_app.reminders.words import ToldWay, told_notice


@dataclass(frozen=True)
class TellMe:
    """The ways that were asked for, and whether one may be asked for now: `has_mail` and `push_key` say which.

    `fault` is what was wrong with what was `typed`.
    """

    told: Sequence[ToldWay]
    is_offered: bool
    has_mail: bool
    push_key: str | None
    fault: str
    typed: str

    @property
    def needs_script(self) -> bool:
        """Whether there is nothing to see where a browser can't show messages."""
        return not self.told and not self.has_mail


def tell_me_of(pre_save: PreSave, service_name: str, fault: str = "", typed: str = "") -> TellMe | None:
    """The part of the page about it; None when there is nothing to say and nothing to offer."""
    vapid = current_settings().vapid
    told = _newest(_told_ways(pre_save, service_name))
    is_waiting = pre_save.state == State.ARMED and clock.now() < pre_save.due_at
    can_offer = is_waiting and (mail.is_on() or vapid is not None)
    is_offered = can_offer and not any(way.can_stop for way in told)
    if not told and not is_offered:
        return None
    push_key = vapid.public if vapid and is_offered else None
    return TellMe(told, is_offered, mail.is_on(), push_key, fault, typed)


def _told_ways(pre_save: PreSave, service_name: str) -> list[ToldWay]:
    notice = find_notice(pre_save.id)
    return [told_notice(way, service_name) for way in ways_of(notice.id)] if notice else []


def _newest(ways: list[ToldWay]) -> list[ToldWay]:
    """Those that are still open, else what came of the last one."""
    return [way for way in ways if way.can_stop] or ways[-1:]
