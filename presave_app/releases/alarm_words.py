"""What an alarm says: what is wrong, what it means for the fans, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from presave_app.presaves.states import words_for
from presave_app.streaming.registry import find_known


@dataclass(frozen=True)
class AlarmWords:
    """A title of one line, and a text of a few sentences."""

    title: str
    text: str


_APP_REFUSED = AlarmWords(
    "{service} refuses this installation",
    "{reason} No fan can be served there until that is mended. Nobody is given up: single calls go on, and as soon as "
    "one works, so does everything. Look at this installation's app at {service} and at its credentials here.",
)
# By kind; by kind and detail where one detail needs words of its own.
_WORDS = {
    "breaker": AlarmWords(
        "{service} fails for everybody",
        "{reason} So many calls failed in a row that we have stopped, and try a single one now and then. Fans wait, "
        "and nobody is given up: as soon as one call works, everything goes on by itself. See whether {service} "
        "tells of an outage.",
    ),
    "breaker:invalid_client": _APP_REFUSED,
    "breaker:owner_premium_lapsed": _APP_REFUSED,
    "no_worker": AlarmWords(
        "No worker is running",
        "For some minutes no worker of this installation has done anything, so nothing is added to any library. "
        "Nobody is lost: everything that is due is done as soon as one runs. Start a worker, and look into its log.",
    ),
    "quota": AlarmWords(
        "{service} makes us wait",
        "{service} has told this installation to make no calls until {detail}, or its limit for today is used up. "
        "Fans wait, and nobody is given up: everything goes on by itself after that. If a release falls into this "
        "time, tell the fans, and ask {service} for a higher limit.",
    ),
    "guard": AlarmWords(
        "{release}: {service} refuses a crowd of fans",
        "{reason} It happens to so many fans that the fault is hardly theirs, so nobody is given up before a person "
        "has decided it. Find out what is wrong, and decide on the release's page.",
    ),
    "canary:refused": AlarmWords(
        "{release}: the test on {service} failed",
        "The release could not be added for your test fans on {service}, so everybody else is held back. Find out "
        "why on the release's page. Nobody is added before that is decided.",
    ),
    "canary": AlarmWords(
        "{release}: the test on {service} told nothing",
        "{service} gave no clear answer for your test fans, so the adds go on without that proof. Look on the "
        "release's page whether they work.",
    ),
    "overdue": AlarmWords(
        "{release}: adds on {service} are late",
        "When this was noticed, the first fan had waited for over three minutes (waiting: {detail}). Nobody is lost. "
        "After a moment with many fans the allowed rate is the reason, and patience enough: the release's page shows "
        "how quickly it goes. If nothing moves there, see whether a worker is running.",
    ),
    "dead_sign_ins": AlarmWords(
        "{release}: {detail} fans must sign in to {service} again",
        "Their permission has ended or was taken back, which is unusual for so many. Without a new sign-in the release "
        "can't be added for them: each fan's own page asks for one, so ask them to open it. See also whether "
        "something was changed in this installation's app at {service}.",
    ),
    "not_in_catalogue": AlarmWords(
        "{release} is not on {service} yet",
        "It came out more than ten minutes ago, but {service} does not show it. Fans wait, and nobody is given up: we "
        "keep looking for two weeks and add it as soon as it is there. Ask your distributor, and see whether the link "
        "or the UPC is right.",
    ),
}


def words_of(kind: str, service: str | None, release: str | None, detail: str | None) -> AlarmWords:
    """The words of an open alarm; `release` is the title of the campaign it is about."""
    words = _WORDS.get(f"{kind}:{detail}") or _WORDS[kind]
    values = {
        "service": _name_of(service),
        "release": release or "",
        "detail": detail or "",
        "reason": words_for(detail),
    }
    return AlarmWords(words.title.format_map(values), words.text.format_map(values).strip())


def _name_of(service: str | None) -> str:
    known = find_known(service) if service else None
    return known.name if known else service or ""
