"""What a member made for programs: tokens and webhooks are the team's, and stay when the member goes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sqlalchemy import select

from presave_app.api.hooks import remove_hook
from presave_app.api.models import ApiToken, Webhook
from presave_app.api.tokens import revoke
from presave_app.extensions import db

_TOKENS = (ApiToken.revoked_at.is_(None),)
_HOOKS = (Webhook.removed_at.is_(None),)


def keys_in_words(team_id: int) -> Mapping[int, str]:
    """How many tokens and webhooks of each member are in force, as "2 API tokens and 1 webhook", by the member's id."""
    tokens = _count(list(db.session.scalars(select(ApiToken.member_id).where(ApiToken.team_id == team_id, *_TOKENS))))
    hooks = _count(list(db.session.scalars(select(Webhook.member_id).where(Webhook.team_id == team_id, *_HOOKS))))
    makers = tokens.keys() | hooks.keys()
    return {each: _words(tokens.get(each, 0), hooks.get(each, 0)) for each in makers}


def end_keys(team_id: int, member_id: int) -> list[tuple[str, dict[str, str]]]:
    """End all of that member's; returns each as the history tells it. Call inside a transaction."""
    ended: list[tuple[str, dict[str, str]]] = []
    mine = (ApiToken.team_id == team_id, ApiToken.member_id == member_id, *_TOKENS)
    for token in db.session.scalars(select(ApiToken).where(*mine)).all():
        if revoke(team_id, token.id):
            ended.append(("token-revoke", {"name": token.name}))
    hooks = select(Webhook).where(Webhook.team_id == team_id, Webhook.member_id == member_id, *_HOOKS)
    for hook in db.session.scalars(hooks).all():
        if remove_hook(team_id, hook.id):
            ended.append(("webhook-remove", {"host": urlsplit(hook.url).hostname or ""}))
    return ended


def _count(makers: list[int | None] | list[int]) -> dict[int, int]:
    return {each: makers.count(each) for each in makers if each is not None}  # pyright: ignore[reportArgumentType]


def _words(tokens: int, hooks: int) -> str:
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((tokens, "API token"), (hooks, "webhook")) if n]
    return " and ".join(parts)
