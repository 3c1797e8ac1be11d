"""The states of a pre-save, and the reasons beside them in plain words. The moves are the database's own."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType
from uuid import UUID

from presave_app.lib.languages import marked, say

PreSaveId = NewType("PreSaveId", UUID)
GrantId = NewType("GrantId", UUID)

# How long after its due time a pre-save is still tried.
DEADLINE_DAYS = 14


class State(StrEnum):
    ARMED = "armed"
    CLAIMED = "claimed"
    DONE = "done"
    NEEDS_REAUTH = "needs_reauth"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


OPEN = frozenset({State.ARMED, State.CLAIMED, State.NEEDS_REAUTH})

_WORDS = {
    "consented": "",
    "renewed": "",
    "added": marked("The service confirmed that it was added."),
    "already_there": marked("It was in the library already."),
    "sent_unproven": marked("The service took it without a word, and the library does not show it yet. We look again."),
    "pre_added": marked("The service adds it by itself on the day."),
    "rate_limited": marked("The service asked us to slow down. We go on by ourselves."),
    "quota_exceeded": marked("The service's limit for this app is used up for now. We go on as soon as it allows."),
    "budget_spent": marked("Today's budget of calls at the service is used up. We go on when its new day begins."),
    "no_answer_in_time": marked("The service did not answer in time. We try again by ourselves."),
    "connection_lost": marked("The connection to the service broke. We try again by ourselves."),
    "tls_fault": marked("The service could not be reached safely. We try again by ourselves."),
    "answer_unreadable": marked("The service's answer could not be read. We try again by ourselves."),
    "access_expired": marked("The sign-in has to be renewed. We try that by ourselves."),
    "being_refreshed": marked("The sign-in is being renewed right now."),
    "refused_once": marked("The service did not renew the sign-in. We ask once more in a minute."),
    "not_in_catalogue": marked("The service does not show the release yet. We keep looking."),
    "grant_revoked": marked("The permission was taken back at the service."),
    "grant_expired": marked("The permission was too old: the service ended it."),
    "scope_missing": marked("The permission to add to the library was not given."),
    "no_lasting_permission": marked("The service gave no permission that lasts until the day."),
    "sign_in_broken": marked("The stored permission could not be read."),
    "not_on_the_list": marked("The service does not let this account use the app: its list of listeners is full."),
    "invalid_client": marked("The service does not accept this installation's credentials."),
    "owner_premium_lapsed": marked("The service has paused this app: its owner's subscription has lapsed."),
    "library_full": marked("The library is full: the service takes no more into it."),
    "service_busy": marked("The service was busy. We try again by ourselves."),
    "not_taken": marked("The service did not take it, and did not say why. We try again by ourselves."),
    "account_not_allowed": marked("The service does not allow this for this kind of account."),
    "no_subscription": marked("The service does this only for accounts with a subscription."),
    "no_channel": marked("This account has no channel, and the service wants one."),
    "email_not_verified": marked("The account's e-mail address is not confirmed, and the service wants that first."),
    "rating_disabled": marked("The service does not allow to like this one."),
    "forbidden": marked("The service does not allow this."),
    "tried_again": "",
    "fan_withdrew": marked("Cancelled."),
    "fan_disconnected": marked("Cancelled, and the permission was erased."),
    "never_in_catalogue": marked("The service did not show the release within two weeks, so we stopped."),
    "not_reconnected": marked("The permission was not given again within two weeks, so we stopped."),
    "too_late": marked("It could not be added within two weeks, so we stopped."),
}
_OTHERWISE = marked("The service did not accept it.")


def words_for(reason: str | None) -> str:
    """A plain sentence for a reason; an unforeseen one is told as what it is."""
    if reason is None:
        return ""
    if reason.startswith("http_5"):
        return say("The service has a fault of its own. We try again by ourselves.")
    return say(_WORDS.get(reason, _OTHERWISE))
