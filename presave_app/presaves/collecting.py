"""Taking in a pre-save: grant, consent, pre-save and actions in one transaction. Only after it: "You're in"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from presave_app.campaigns.release_clock import ReleaseClock, lock_clock
from presave_app.lib.tokens import hash_secret
from presave_app.presaves import grants, mending
from presave_app.presaves.extras import ADD_TO_LIBRARY, PRE_ADD
from presave_app.presaves.flows import ReturnedFlow
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import GrantId, PreSaveId
from presave_app.streaming.connector import Connector, SignIn
from presave_app.streaming.errors import NeedsReauth

# Between what a consent says and what was agreed to before it and still holds.
_BEFORE = "\n\n"


@dataclass(frozen=True)
class _Due:
    """Where the fan is, and the moment at which the release comes out there."""

    zone: str | None
    moment: datetime | None


def collect(session: Session, flow: ReturnedFlow, sign_in: SignIn, connector: Connector, browser_id: str) -> PreSaveId:
    """Write down what a fan agreed to. Repeating it gives the same pre-save, armed again where it had ended.

    A tap on one page may cover further releases of a roll-out: each is a pre-save of its own, in the same transaction.
    Where the service names no account the fan's browser stands for it, by its lasting `browser_id`.
    Raises NeedsReauth when the permission would not last until the day. For the further releases it may end earlier:
    then their pages ask for it again. What waited for a permission of this account goes on.
    """
    key = grants.account_key(flow.service, sign_in.account_id or browser_id)
    asked = [flow.campaign_id, *flow.consent_draft.get("also", ())]
    # Everybody locks in this order: campaigns, pre-saves, grant. A campaign's moment must not move meanwhile.
    clocks = {each: lock_clock(session, each, to_change=False) for each in sorted(asked)}
    # A further release that has lost its day would be due at once.
    campaign_ids = [each for each in asked if each == flow.campaign_id or clocks[each]]
    _lock_pre_saves(session, campaign_ids, flow.service, key)
    grant_id = grants.upsert(session, flow.service, key, sign_in.tokens, connector.grant_life)
    # Not before: of two taps of one account the second has waited for the first, and sees what it has made.
    known = _find_known(session, campaign_ids, flow.service, key)
    known_zones = {each: row.time_zone for each, row in known.items()}
    zone = flow.consent_draft.get("time_zone") or known_zones.get(flow.campaign_id)
    dues = {each: _due(clock, zone or known_zones.get(each)) for each, clock in clocks.items()}
    _refuse_unless_lasting(session, grant_id, dues[flow.campaign_id])
    before = known.get(flow.campaign_id)
    # Who gives the permission again for one release of a tap keeps it beside the others.
    tap_id = uuid4() if len(campaign_ids) > 1 else before.tap_id if before else None
    tap = Tap(flow, key, grant_id, sign_in.tokens.scopes, tap_id)
    pre_save_id, *_ = [_take_in(session, tap, each, dues[each], known.get(each)) for each in campaign_ids]
    mending.arm_again(session, grant_id)
    # A fan whose pre-save is done already signed in for nothing: keep nothing of it.
    grants.erase_unneeded(session, [grant_id])
    return pre_save_id


@dataclass(frozen=True)
class Tap:
    """One agreement of one fan. `id` is there where it covers several releases, or renews one of several."""

    flow: ReturnedFlow
    key: str
    grant_id: GrantId
    scopes: tuple[str, ...]
    id: UUID | None

    def is_own(self, campaign_id: int) -> bool:
        """Whether the release is the one on whose page the fan was."""
        return campaign_id == self.flow.campaign_id

    def actions_for(self, campaign_id: int) -> list[dict[str, str]]:
        """What is done for one of the releases: what was ticked besides is for the page's own only."""
        actions: list[dict[str, str]] = self.flow.consent_draft["actions"]
        return [each for each in actions if self.is_own(campaign_id) or each["kind"] in (ADD_TO_LIBRARY, PRE_ADD)]


def record_of(draft: Mapping[str, Any], *, is_own: bool = True) -> str:
    """The text that a consent keeps: what stood on the page, and for its own release what was ticked besides."""
    headline = draft["headline"] if is_own else draft.get("headline_of_others", draft["headline"])
    return "\n".join([headline, *draft.get("releases", ()), draft["text"]])


def _due(clock: ReleaseClock | None, zone: str | None) -> _Due:
    return _Due(zone, clock.moment_in(zone) if clock else None)


def _lock_pre_saves(session: Session, campaign_ids: list[int], service: str, key: str) -> None:
    """Those that the fan has of these releases, and what waits for the permission."""
    session.execute(
        text("""
            SELECT 1 FROM pre_save WHERE service = :service AND account_key = :key
              AND (campaign_id = ANY(:ids) OR state = 'needs_reauth') ORDER BY id FOR UPDATE
        """),
        {"ids": campaign_ids, "service": service, "key": key},
    )


def _find_known(session: Session, campaign_ids: list[int], service: str, key: str) -> dict[int, Row[Any]]:
    """Each of these pre-saves with its zone and its consent, and what was ticked then and is still to be done."""
    rows = session.execute(
        text("""
            SELECT p.campaign_id, p.time_zone, c.tap_id, c.wording,
              ARRAY(SELECT jsonb_build_object('kind', a.kind, 'subject', a.subject) FROM action a
                    WHERE a.pre_save_id = p.id AND a.state IN ('todo', 'sent') AND p.state <> 'withdrawn'
                      AND a.kind <> ALL(:of_the_add) ORDER BY a.kind, a.subject) AS extras
            FROM pre_save p JOIN consent c ON c.id = p.consent_id
            WHERE p.service = :service AND p.account_key = :key AND p.campaign_id = ANY(:ids)
        """),
        {"ids": campaign_ids, "service": service, "key": key, "of_the_add": [ADD_TO_LIBRARY, PRE_ADD]},
    )
    return {row.campaign_id: row for row in rows}


def _take_in(session: Session, tap: Tap, campaign_id: int, due: _Due, before: Row[Any] | None) -> PreSaveId:
    """Write down one release of a tap; `before` is what the fan had of it.

    On its own page the newest agreement counts alone. What was ticked there before stands beside one from elsewhere.
    """
    actions, is_own = tap.actions_for(campaign_id), tap.is_own(campaign_id)
    words = record_of(tap.flow.consent_draft, is_own=is_own)
    kept: list[dict[str, str]] = before.extras if before and not is_own else []
    if before and kept:
        actions = [*actions, *kept]
        words += _BEFORE + before.wording.rpartition(_BEFORE)[2]
    consent_id = _write_consent(session, tap, campaign_id, actions, words)
    pre_save_id = _upsert_pre_save(session, tap, campaign_id, due, consent_id)
    _drop_extras(session, pre_save_id, kept)
    for action in actions:
        _upsert_action(session, pre_save_id, action)
    session.execute(
        text("INSERT INTO target (campaign_id, service) VALUES (:c, :s) ON CONFLICT DO NOTHING"),
        {"c": campaign_id, "s": tap.flow.service},
    )
    return pre_save_id


def _refuse_unless_lasting(session: Session, grant_id: GrantId, due: _Due) -> None:
    """Promise nothing for a day that the permission does not live to see."""
    lasts = session.execute(
        text("""
            SELECT hard_expires_at IS NULL OR hard_expires_at > greatest(CAST(:moment AS timestamptz), now())
            FROM fan_grant WHERE id = :id
        """),
        {"id": grant_id, "moment": due.moment},
    ).scalar_one()
    if not lasts:
        raise NeedsReauth("no_lasting_permission")


def _write_consent(session: Session, tap: Tap, campaign_id: int, actions: list[dict[str, str]], words: str) -> UUID:
    draft = tap.flow.consent_draft
    consent_id = uuid4()
    session.execute(
        text("""
            INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes, tap_id)
            VALUES (:id, :campaign_id, :service, :version, :wording, :language, CAST(:actions AS jsonb), :scopes, :tap)
        """),
        {
            "id": consent_id,
            "campaign_id": campaign_id,
            "service": tap.flow.service,
            "version": draft["version"],
            "wording": words,
            "language": draft["language"],
            "actions": json.dumps(actions),
            "scopes": list(tap.scopes),
            "tap": tap.id,
        },
    )
    return consent_id


def _upsert_pre_save(session: Session, tap: Tap, campaign_id: int, due: _Due, consent_id: UUID) -> PreSaveId:
    new_id = PreSaveId(uuid4())
    row = session.execute(
        text("""
            INSERT INTO pre_save (id, campaign_id, service, account_key, consent_id, grant_id, reason, due_at,
                                  next_at, mine_hash, source, time_zone)
            VALUES (:id, :campaign_id, :service, :key, :consent_id, :grant_id, 'consented',
                    greatest(CAST(:moment AS timestamptz), now()), greatest(CAST(:moment AS timestamptz), now()),
                    :mine_hash, :source, :time_zone)
            ON CONFLICT (campaign_id, service, account_key) DO UPDATE SET
              consent_id = excluded.consent_id, grant_id = excluded.grant_id,
              -- A claim in somebody's hands is taken back: what it finds out is about the older permission.
              state = CASE WHEN pre_save.state = 'done' THEN 'done' ELSE 'armed' END,
              claim_no = pre_save.claim_no + CASE WHEN pre_save.state = 'claimed' THEN 1 ELSE 0 END,
              lease_until = NULL, tries = 0, refusals = 0,
              reason = CASE WHEN pre_save.state = 'done' THEN pre_save.reason ELSE 'renewed' END,
              due_at = CASE WHEN pre_save.state = 'done' THEN pre_save.due_at ELSE excluded.due_at END,
              next_at = CASE WHEN pre_save.state = 'done' THEN pre_save.next_at ELSE excluded.next_at END,
              time_zone = CASE WHEN pre_save.state = 'done' THEN pre_save.time_zone ELSE excluded.time_zone END
            RETURNING id
        """),
        {
            "id": new_id,
            "service": tap.flow.service,
            "key": tap.key,
            "consent_id": consent_id,
            "grant_id": tap.grant_id,
            "campaign_id": campaign_id,
            "mine_hash": hash_secret(mine_secret(new_id)),
            "source": tap.flow.consent_draft.get("source"),
            "moment": due.moment,
            "time_zone": due.zone,
        },
    ).one()
    return PreSaveId(row.id)


def _drop_extras(session: Session, pre_save_id: PreSaveId, but: list[dict[str, str]]) -> None:
    """What an older consent asked besides and was not begun: only the newest consent counts."""
    session.execute(
        text("""
            DELETE FROM action WHERE pre_save_id = :id AND kind <> :add AND state = 'todo'
              AND NOT jsonb_build_object('kind', kind, 'subject', subject) = ANY(CAST(:but AS jsonb[]))
        """),
        {"id": pre_save_id, "add": ADD_TO_LIBRARY, "but": [json.dumps(each) for each in but]},
    )


def _upsert_action(session: Session, pre_save_id: PreSaveId, action: dict[str, Any]) -> None:
    session.execute(
        text("""
            INSERT INTO action (pre_save_id, kind, subject) VALUES (:id, :kind, :subject)
            ON CONFLICT (pre_save_id, kind, subject) DO UPDATE SET state = 'todo', outcome = NULL, tries = 0,
              next_at = now()
            WHERE action.state = 'refused'
        """),
        {"id": pre_save_id, "kind": action["kind"], "subject": action["subject"]},
    )
