"""What a browser keeps to lead its fan back: which pre-saves and reminders were made in it. Nothing else uses it.

The cookie holds random ids under a signature, and no script reads it. No page is found by such an id: the secret of a
fan's own page is derived from it under a key that never leaves the server. So whoever reads the cookie learns nothing,
whoever makes one up is found out, and whoever sends it is led to the pages that this browser was led to before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from presave_app.extensions import current_settings, db
from presave_app.fanpage.visitor import FAN_DAYS, cookie_name, drop_cookie, forget_fan, set_cookie
from presave_app.presaves import looking_up as pre_saves
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import PreSaveId
from presave_app.presaves.together import find_others
from presave_app.reminders import looking_up as reminders

# The newest that are kept: some 600 bytes go with each request of this browser at most.
MOST = 20
_SECONDS = FAN_DAYS * 86_400
_COOKIE = "made"
# For static/js/fan.js: whether asking is worth it on a campaign's page, and about how much will be shown there.
_MARK = "here"


class Kind(StrEnum):
    PRE_SAVE = "p"
    REMINDER = "r"


@dataclass(frozen=True)
class Made:
    """One thing that a fan made in this browser."""

    kind: Kind
    id: UUID
    campaign_id: int

    @classmethod
    def pre_save(cls, pre_save_id: PreSaveId, campaign_id: int) -> Made:
        return cls(Kind.PRE_SAVE, pre_save_id, campaign_id)

    @property
    def secret(self) -> str:
        """The secret of its own page."""
        if self.kind is Kind.PRE_SAVE:
            return pre_saves.mine_secret(PreSaveId(self.id))
        return reminders.mine_secret(self.id)


def made_here() -> list[Made]:
    """What this browser says was made in it, the newest first; nothing where the signature is not ours."""
    try:
        listed = _signer().loads(request.cookies.get(cookie_name(_COOKIE), ""))
    except BadSignature:
        return []
    return [Made(Kind(kind), UUID(hex=name), campaign_id) for kind, name, campaign_id in listed]


def made_by_tap(pre_save_id: PreSaveId) -> list[Made]:
    """This pre-save, and then the others of the tap that made it."""
    pre_save = db.session.get_one(PreSave, pre_save_id)
    return [Made.pre_save(PreSaveId(each.id), each.campaign_id) for each in (pre_save, *find_others(pre_save))]


def is_made_here(made_id: UUID) -> bool:
    """Whether this browser finds the way back to it."""
    return any(made.id == made_id for made in made_here())


def keep_here(response: Response, *new: Made) -> None:
    """Let the browser keep what was just made. What is kept already goes to the front."""
    ids = {made.id for made in new}
    kept = [*new, *(made for made in made_here() if made.id not in ids)][:MOST]
    listed = [(made.kind.value, made.id.hex, made.campaign_id) for made in kept]
    set_cookie(response, _COOKIE, str(_signer().dumps(listed)), _SECONDS)
    mark = ".".join(str(made.campaign_id) for made in kept)
    set_cookie(response, _MARK, mark, _SECONDS, for_script=True)


def keep_reminder_here(response: Response, secret: str) -> None:
    """The same for the reminder behind a secret."""
    reminder = reminders.find_by_mine_secret(secret)
    if reminder is not None:
        keep_here(response, Made(Kind.REMINDER, reminder.id, reminder.campaign_id))


def forget_here(response: Response) -> None:
    """Let the browser forget all of it, and the id by which it stood for a fan."""
    drop_cookie(response, _COOKIE)
    drop_cookie(response, _MARK)
    forget_fan(response)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt="made-here")
