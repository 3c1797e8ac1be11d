"""The second step of a sign-in: six figures from an app (RFC 6238), or a recovery code. Each counts once."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import pyotp
import segno
from pyotp.totp import TOTP
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings, db
from presave_app.lib import clock
from presave_app.lib.tokens import hash_secret, new_code
from presave_app.lib.vault import VaultError
from presave_app.teams.second_step_models import RecoveryCode, SecondStep

RECOVERY_CODES = 10
_SECONDS = 30
_MOST_TRIES_AN_HOUR = 10

# Whoever tries has passed the first step, so nobody else can use these up.
_TRY = text("""
    UPDATE second_step SET
      tries = CASE WHEN tries_since < now() - interval '1 hour' THEN 1 ELSE tries + 1 END,
      tries_since = CASE WHEN tries_since < now() - interval '1 hour' THEN now() ELSE tries_since END
    WHERE member_id = :member_id RETURNING tries
""")
_IS_BEING_SET_UP = (SecondStep.confirmed_at.is_(None), SecondStep.created_at > func.now() - text("interval '1 hour'"))


class Verdict(Enum):
    """What became of a code; with TOO_OFTEN it was not even looked at."""

    RIGHT = auto()
    WRONG = auto()
    TOO_OFTEN = auto()


@dataclass(frozen=True)
class SetUp:
    """What an app needs: a picture to scan, as an address, and the same as letters to type."""

    picture: str
    key: str


def is_on(member_id: int) -> bool:
    """Whether the member's sign-in has a second step."""
    where = (SecondStep.member_id == member_id, SecondStep.confirmed_at.is_not(None))
    return db.session.scalar(select(SecondStep.member_id).where(*where)) is not None


def begin(member_id: int) -> None:
    """Make a new secret, which counts for nothing until a code of it was seen; leaves one that counts alone."""
    if is_on(member_id):
        return
    db.session.execute(delete(SecondStep).where(SecondStep.member_id == member_id, SecondStep.confirmed_at.is_(None)))
    ring = current_settings().token_keys
    sealed = ring.seal(pyotp.random_base32(), _place(member_id))
    db.session.add(SecondStep(member_id=member_id, secret_sealed=sealed, key_id=ring.sealing_key_id))
    db.session.flush()


def find_set_up(member_id: int, email: str) -> SetUp | None:
    """What to show to the member who is setting it up; None when nobody is, or began too long ago."""
    row = db.session.scalar(select(SecondStep).where(SecondStep.member_id == member_id, *_IS_BEING_SET_UP))
    if row is None:
        return None
    secret = _open(row)
    issuer = f"Presave {current_settings().public_hostname}"
    uri = TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)
    picture = segno.make_qr(uri, error="m").svg_data_uri(scale=4, border=4, light="#fff", omitsize=True)
    return SetUp(picture, " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))


def confirm(member_id: int, typed: str) -> tuple[Verdict, Sequence[str]]:
    """Turn it on by the first code; with RIGHT come the recovery codes, which are never shown again."""
    row = db.session.scalar(select(SecondStep).where(SecondStep.member_id == member_id, *_IS_BEING_SET_UP))
    if row is None:
        return Verdict.WRONG, ()
    if not _may_try(member_id):
        return Verdict.TOO_OFTEN, ()
    if not _use_figures(row, typed):
        return Verdict.WRONG, ()
    db.session.execute(
        update(SecondStep).where(SecondStep.member_id == member_id).values(confirmed_at=func.now(), tries=0)
    )
    return Verdict.RIGHT, renew_codes(member_id)


def renew_codes(member_id: int) -> Sequence[str]:
    """New recovery codes, which are never shown again; the old ones are worthless."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    _forget_codes(member_id)
    db.session.add_all(RecoveryCode(member_id=member_id, code_hash=_code_hash(member_id, code)) for code in codes)
    return codes


def check(member_id: int, typed: str) -> Verdict:
    """Use a code from the app or a recovery code. Commit whatever comes of it, for a wrong one counts as a try."""
    if not _may_try(member_id):
        return Verdict.TOO_OFTEN
    row = db.session.get_one(SecondStep, member_id)
    if not (_use_figures(row, typed) or _use_recovery_code(member_id, typed)):
        return Verdict.WRONG
    db.session.execute(update(SecondStep).where(SecondStep.member_id == member_id).values(tries=0))
    return Verdict.RIGHT


def turn_off(member_id: int) -> bool:
    """Forget the second step and its recovery codes; False when there was none."""
    _forget_codes(member_id)
    gone = delete(SecondStep).where(SecondStep.member_id == member_id).returning(SecondStep.confirmed_at)
    return any(confirmed_at is not None for confirmed_at in db.session.scalars(gone))


def codes_left(member_id: int) -> int:
    """How many recovery codes were not used yet."""
    where = (RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*where)) or 0


def reseal(session: Session) -> int:
    """Seal every secret again under the first key; returns how many were sealed."""
    ring, resealed = current_settings().token_keys, 0
    for row in session.scalars(select(SecondStep).where(SecondStep.key_id != ring.sealing_key_id).with_for_update()):
        try:
            secret = _open(row)
        except VaultError:
            continue
        row.secret_sealed, row.key_id = ring.seal(secret, _place(row.member_id)), ring.sealing_key_id
        resealed += 1
    return resealed


def key_ids_in_use() -> set[str]:
    """The ids of all keys that some secret is sealed under."""
    return set(db.session.scalars(select(SecondStep.key_id).distinct()))


def _may_try(member_id: int) -> bool:
    tries = db.session.scalar(_TRY, {"member_id": member_id})
    return tries is not None and tries <= _MOST_TRIES_AN_HOUR


def _use_figures(row: SecondStep, typed: str) -> bool:
    """A code of now, or of the half minute before or after: clocks of phones differ."""
    totp, figures = TOTP(_open(row)), "".join(typed.split())[:16]
    now = int(clock.seconds()) // _SECONDS
    right = [n for n in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(n).encode(), figures.encode())]
    return bool(right) and _use_up(row.member_id, right[0])


def _use_up(member_id: int, step: int) -> bool:
    used = (
        update(SecondStep)
        .where(SecondStep.member_id == member_id, SecondStep.last_step < step)
        .values(last_step=step)
        .returning(SecondStep.member_id)
    )
    return db.session.scalar(used) is not None


def _use_recovery_code(member_id: int, typed: str) -> bool:
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _code_hash(member_id, typed), RecoveryCode.used_at.is_(None))
        .values(used_at=func.now())
        .returning(RecoveryCode.member_id)
    )
    return db.session.scalar(used) is not None


def _forget_codes(member_id: int) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))


def _code_hash(member_id: int, typed: str) -> str:
    letters = "".join(letter for letter in typed[:64].upper() if letter.isalnum())
    return hash_secret(f"{member_id}:{letters}")


def _open(row: SecondStep) -> str:
    return current_settings().token_keys.open(row.secret_sealed, _place(row.member_id))


def _place(member_id: int) -> str:
    return f"second_step:{member_id}:secret_sealed"
