"""Settings: every fault is named at once, and production refuses what is weak."""

from __future__ import annotations

import base64

import pytest

from presave_app.settings import SettingsError, read_settings
from presave_app.streaming.registry import OPTIONS

KEY = base64.b64encode(bytes(range(32))).decode()
STRONG = "k3J9xQ2mV7pL0sD4fG6hT8wZ1cB5nR-y"


def environ(**changes: str) -> dict[str, str]:
    good = {
        "DATABASE_URL": "postgres://user@db.example/presave",
        "REDIS_URL": "rediss://cache.example:6380",
        "SECRET_KEY": STRONG,
        "TOKEN_KEYS": f"k1:{KEY}",
        "ACCOUNT_PEPPER": STRONG[::-1],
        "PUBLIC_URL": "https://presave.label.example",
    }
    return {name: value for name, value in (good | changes).items() if value}


def problems(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as fault:
        read_settings(environ(**changes), OPTIONS)
    return fault.value.problems


def test_a_schema_of_its_own_has_a_plain_name() -> None:
    assert read_settings(environ(DATABASE_SCHEMA="rehearsal_1_2"), OPTIONS).database_schema == "rehearsal_1_2"
    assert read_settings(environ(), OPTIONS).database_schema == ""
    for name in ("public, other", "Public", "a b", "1"):
        assert problems(DATABASE_SCHEMA=name) == ["DATABASE_SCHEMA must be a plain name in lower case"]


def test_good_settings_are_read() -> None:
    settings = read_settings(environ(), OPTIONS)
    assert settings.is_production
    assert settings.database_url == "postgresql+psycopg://user@db.example/presave"
    assert settings.trusted_proxies == 1
    assert settings.absolute("/x") == "https://presave.label.example/x"
    assert not settings.services["spotify"].is_on


def test_all_that_is_missing_is_named_at_once() -> None:
    names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TOKEN_KEYS", "ACCOUNT_PEPPER", "PUBLIC_URL")
    with pytest.raises(SettingsError) as fault:
        read_settings({}, OPTIONS)
    for name in names:
        assert f"{name} is missing" in fault.value.problems


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is weak"),
        ("SECRET_KEY", "a" * 64, "SECRET_KEY is weak"),
        ("ACCOUNT_PEPPER", "changeme-changeme-changeme-changeme-1", "ACCOUNT_PEPPER is weak"),
        ("TOKEN_KEYS", "k1:abc", "not base64"),
        ("TOKEN_KEYS", "k1:" + base64.b64encode(b"short").decode(), "has 5 bytes"),
        ("TOKEN_KEYS", f"k1:{KEY},k1:{KEY}", "not a new word"),
        ("DATABASE_URL", "sqlite:///x.db", "DATABASE_URL must begin with"),
        ("PUBLIC_URL", "https://presave.label.example/path", "without a path"),
        ("TRUSTED_PROXIES", "many", "number of hops"),
        ("SPOTIFY_CLIENT_ID", "only-the-id", "SPOTIFY_CLIENT_SECRET missing"),
        ("SPOTIFY_MODE", "vip", "development or extended"),
        ("SPOTIFY_API_URL", "http://api.example", "must begin with https://"),
        ("SPOTIFY_CALLS_PER_SECOND", "0", "above 0"),
        ("SPOTIFY_CALLS_PER_SECOND", "quick", "above 0"),
        ("SMTP_URL", "smtp://mail.example", "MAIL_FROM is missing"),
        ("MAIL_FROM", "presave@label.example", "SMTP_URL is missing"),
        ("VAPID_PRIVATE_KEY", "AAAA", "VAPID_PRIVATE_KEY must be a private key of P-256"),
        ("SMTP_URL", "http://mail.example", "SMTP_URL must begin with smtp:// or smtps://"),
        ("SMTP_URL", "smtp://me:pass/word@mail.example", "SMTP_URL has no port"),
        ("SMTP_URL", "smtp://me@mail.example", "SMTP_URL needs a user and a password"),
        ("SMTP_URL", "smtp://", "SMTP_URL must look like"),
        ("MAIL_FROM", "presave", "MAIL_FROM must be an address"),
        ("MAIL_FROM", "a@b.example\nBcc: c@d.example", "MAIL_FROM must be an address"),
        ("ALARM_WEBHOOK_URL", "http://hooks.example", "ALARM_WEBHOOK_URL must begin with https://"),
        ("ALARM_WEBHOOK_URL", "https://hooks.example", "ALARM_WEBHOOK_SECRET is missing"),
        ("ALARM_WEBHOOK_SECRET", "short", "ALARM_WEBHOOK_SECRET is weak"),
        ("ALARM_WEBHOOK_SECRET", STRONG, "ALARM_WEBHOOK_URL is missing"),
        ("AUTHLIB_INSECURE_TRANSPORT", "1", "must not be set"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str, words: str) -> None:
    assert any(words in problem for problem in problems(**{name: value}))


def test_three_faults_are_three_lines() -> None:
    assert len(problems(SECRET_KEY="short", TOKEN_KEYS="", SPOTIFY_MODE="vip")) == 3


def test_a_local_installation_may_be_plain() -> None:
    changes = {"PUBLIC_URL": "http://127.0.0.1:5000", "SECRET_KEY": "dev", "SPOTIFY_API_URL": "http://localhost:5001"}
    settings = read_settings(environ(**changes), OPTIONS)
    assert not settings.is_production
    assert settings.trusted_proxies == 0


def test_mail_and_alarms_are_read() -> None:
    settings = read_settings(
        environ(
            SMTP_URL="smtps://me%40label:p%2Fw@mail.example",
            MAIL_FROM="Presave <presave@label.example>",
            ALARM_WEBHOOK_URL="https://hooks.example/presave",
            ALARM_WEBHOOK_SECRET=STRONG,
        ),
        OPTIONS,
    )
    assert settings.mail is not None
    server = settings.mail.server
    assert (server.host, server.port, server.user, server.password) == ("mail.example", 465, "me@label", "p/w")
    assert server.is_tls
    assert str(settings.mail.sender) == "Presave <presave@label.example>"
    assert settings.alarm_webhook is not None
    assert settings.alarm_webhook.url == "https://hooks.example/presave"


def test_mail_and_alarms_may_be_off() -> None:
    settings = read_settings(environ(), OPTIONS)
    assert settings.mail is None
    assert settings.alarm_webhook is None


def test_no_secret_shows_in_a_repr() -> None:
    changes = {
        "SPOTIFY_CLIENT_ID": "id",
        "SPOTIFY_CLIENT_SECRET": "hush-hush",
        "SMTP_URL": "smtp://me:mail-word@mail.example",
        "MAIL_FROM": "presave@label.example",
        "ALARM_WEBHOOK_URL": "https://hooks.example/hidden-path",
        "ALARM_WEBHOOK_SECRET": STRONG,
    }
    settings = read_settings(environ(**changes), OPTIONS)
    for secret in (STRONG, KEY, "hush-hush", "user@db", "mail-word", "hidden-path"):
        assert secret not in repr(settings)


def test_a_bad_mail_address_is_named_without_its_password() -> None:
    named = problems(SMTP_URL="smtp://me:pass/word@mail.example", MAIL_FROM="presave@label.example")
    assert len(named) == 1
    assert "word" not in named[0].removeprefix("SMTP_URL").replace("password", "")
