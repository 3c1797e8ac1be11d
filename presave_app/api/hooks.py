"""Webhooks of a team: made, listed with what became of their deliveries, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select, text, update

from presave_app.api.hook_events import EVENTS, pass_over_old
from presave_app.api.models import HookDelivery, Webhook
from presave_app.api.tokens import maker_words
from presave_app.campaigns.models import Campaign
from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import derive_secret
from presave_app.reminders.typed import is_push_endpoint

_MOST_HOOKS = 10
_SHOWN = 20


class BadHook(ValueError):
    """The webhook can't be made; `field` says what is wrong, the message why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class HookView:
    """A webhook as its team sees it, with its last deliveries and the slugs they are about."""

    hook: Webhook
    secret: str
    made_by: str
    deliveries: Sequence[tuple[HookDelivery, str]]


def secret_of(hook_id: int) -> str:
    """What the deliveries of a webhook are signed with."""
    return derive_secret(current_settings().account_pepper, "webhook", str(hook_id))


def may_be_told(url: str) -> bool:
    """Whether it is https at a public name; a local installation also tells its own machine."""
    return is_push_endpoint(url) and not urlsplit(url).fragment


def make_hook(team_id: int, url: str, events: Sequence[str], member_id: int | None = None) -> None:
    """A new webhook, told of what happens from now on; raises BadHook. Call inside a transaction."""
    address = url.strip()
    if not may_be_told(address):
        raise BadHook("url", "Give a public address like https://hooks.label.example/in, without port or password.")
    if not events or not set(events) <= set(EVENTS):
        raise BadHook("events", "Choose at least one event.")
    count = select(func.count()).where(Webhook.team_id == team_id, Webhook.removed_at.is_(None))
    if (db.session.scalar(count) or 0) >= _MOST_HOOKS:
        raise BadHook("url", f"A team has at most {_MOST_HOOKS} webhooks. Remove one first.")
    hook = Webhook(team_id=team_id, url=address, events=sorted(set(events)), member_id=member_id)
    db.session.add(hook)
    db.session.flush()
    pass_over_old(hook.id)


def remove_hook(team_id: int, hook_id: int) -> bool:
    """Tell it nothing more; False when the team has no such webhook. Call inside a transaction."""
    gone = update(Webhook).where(Webhook.id == hook_id, Webhook.team_id == team_id, Webhook.removed_at.is_(None))
    if db.session.execute(gone.values(removed_at=func.now()).returning(Webhook.id)).one_or_none() is None:
        return False
    waiting = update(HookDelivery).where(HookDelivery.hook_id == hook_id, HookDelivery.state == "waiting")
    db.session.execute(waiting.values(state="given_up", ended_at=func.now()))
    return True


def send_again(team_id: int, delivery_id: int) -> bool:
    """Send an ended delivery once more; False when the team has none such. Call inside a transaction."""
    row = db.session.execute(
        text("""
            UPDATE hook_delivery d SET state = 'waiting', tries = 0, next_at = now(), ended_at = NULL FROM webhook h
            WHERE d.id = :id AND h.id = d.hook_id AND h.team_id = :team AND h.removed_at IS NULL
              AND d.state IN ('taken', 'given_up', 'waiting') RETURNING d.id
        """),
        {"id": delivery_id, "team": team_id},
    )
    return row.one_or_none() is not None


def list_hooks(team_id: int) -> list[HookView]:
    """The team's webhooks, newest first."""
    query = select(Webhook).where(Webhook.team_id == team_id, Webhook.removed_at.is_(None))
    hooks = db.session.scalars(query.order_by(Webhook.id.desc())).all()
    makers = maker_words(team_id, [hook.member_id for hook in hooks if hook.member_id is not None])
    return [
        HookView(hook, secret_of(hook.id), makers.get(hook.member_id or 0, ""), _deliveries_of(hook.id))
        for hook in hooks
    ]


def _deliveries_of(hook_id: int) -> list[tuple[HookDelivery, str]]:
    rows = db.session.execute(
        select(HookDelivery, Campaign.slug)
        .join(Campaign, Campaign.id == HookDelivery.campaign_id)
        .where(HookDelivery.hook_id == hook_id, HookDelivery.state != "old")
        .order_by(HookDelivery.id.desc())
        .limit(_SHOWN)
    )
    return [(delivery, slug) for delivery, slug in rows]
