"""Which passwords are taken, and how they are compared."""

from __future__ import annotations

import pytest

from presave_app.teams.passwords import BadPassword, check_password, hash_password, matches

ALICE = "alice@alba.example"


@pytest.mark.parametrize(
    "password", ["", "elevenchars", "x" * 201, "password1234", "Password 1234", "ALICE@alba.example", "123456789012"]
)
def test_a_guessable_password_is_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        check_password(password, ALICE)


def test_any_long_one_is_taken_whatever_it_is_made_of() -> None:
    assert check_password("night bus to leipzig", ALICE) == "night bus to leipzig"


def test_the_same_letters_typed_another_way_fit() -> None:
    kept = hash_password(check_password("caf\u00e9 caf\u00e9 caf\u00e9", ALICE))
    assert matches(kept, "cafe\u0301 cafe\u0301 cafe\u0301")


def test_a_password_is_kept_as_argon2id() -> None:
    assert hash_password("night bus to leipzig").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_no_password_never_fits() -> None:
    assert not matches(None, "of no member at all")
    assert not matches(None, "")
