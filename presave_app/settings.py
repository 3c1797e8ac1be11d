"""The settings of an installation: read from the environment once, checked as a whole, then frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import TypeVar
from urllib.parse import urlsplit

from presave_app.lib import failpoints
from presave_app.lib.mail_address import BadMailAddress, MailServer, parse_mail_address, parse_mail_server
from presave_app.lib.vapid import BadVapidKey, VapidKey, parse_vapid_key
from presave_app.lib.vault import KeyRing, VaultError

_T = TypeVar("_T")
_LEAST_SECRET_LENGTH = 32
_WEAK_WORDS = ("changeme", "change-me", "secret", "password", "example", "placeholder")


class SettingsError(SystemExit):
    """The environment can't be used; `problems` names everything that is wrong with it.

    Nothing catches it on the way out, so every process ends with the list instead of a traceback.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Presave can't start with these settings:\n" + "\n".join(f"- {p}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class ServiceOptions:
    """What one streaming service takes from the environment; declared beside its connector."""

    service: str
    credentials: tuple[str, ...]
    urls: Mapping[str, str]
    calls_per_second: float
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The rolling window in which the service counts calls.
    rate_window_seconds: float = 1.0
    # A budget that the service renews at midnight in this zone; None where it has none.
    units_per_day: int | None = None
    budget_zone: str = "UTC"

    @property
    def rate_name(self) -> str:
        return self._prefix + "_CALLS_PER_SECOND"

    @property
    def budget_name(self) -> str:
        return self._prefix + "_UNITS_PER_DAY"

    @property
    def _prefix(self) -> str:
        return self.service.upper().replace("-", "_")


@dataclass(frozen=True)
class ServiceSettings:
    """One service's values by the names of its options. It is on when its credentials are there."""

    is_on: bool
    credentials: Mapping[str, str] = field(repr=False)
    urls: Mapping[str, str]
    choices: Mapping[str, str]
    calls_per_second: float
    rate_window_seconds: float = 1.0
    units_per_day: int | None = None
    budget_zone: str = "UTC"


@dataclass(frozen=True)
class MailSettings:
    """How mail goes out. With `must_encrypt` a server that offers no encryption is not spoken to."""

    server: MailServer
    sender: Address
    must_encrypt: bool


@dataclass(frozen=True)
class AlarmWebhook:
    """Where alarms are posted to; the address itself is often a secret. Without `secret` they are not signed."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything an installation decides. Secrets don't appear in its repr."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    token_keys: KeyRing = field(repr=False)
    account_pepper: str = field(repr=False)
    public_url: str
    trusted_proxies: int
    services: Mapping[str, ServiceSettings]
    mail: MailSettings | None = None
    vapid: VapidKey | None = None
    alarm_webhook: AlarmWebhook | None = None
    failpoint: str = ""
    # Where all tables lie, for a process that must not see the usual ones: a rehearsal's.
    database_schema: str = ""

    @property
    def is_production(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def public_hostname(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    def absolute(self, path: str) -> str:
        """The public address of a path, built from PUBLIC_URL and never from a request."""
        return self.public_url + path


def read_settings(environ: Mapping[str, str], options: Iterable[ServiceOptions]) -> Settings:
    """The settings in `environ`; raises SettingsError naming every fault at once."""
    reader = _Reader(environ)
    settings = Settings(
        public_url=reader.public_url(),
        database_url=reader.database_url(),
        redis_url=reader.url("REDIS_URL", ("redis", "rediss", "unix")),
        secret_key=reader.secret("SECRET_KEY"),
        token_keys=reader.key_ring(),
        account_pepper=reader.secret("ACCOUNT_PEPPER"),
        trusted_proxies=reader.trusted_proxies(),
        services={option.service: reader.service(option) for option in options},
        mail=reader.mail(),
        vapid=reader.parsed("VAPID_PRIVATE_KEY", parse_vapid_key) if reader.optional("VAPID_PRIVATE_KEY") else None,
        alarm_webhook=reader.alarm_webhook(),
        failpoint=reader.failpoint(),
        database_schema=reader.database_schema(),
    )
    reader.refuse_insecure_transport()
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


class _Reader:
    """Reads typed values and gathers what is wrong instead of stopping at the first fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self.is_production = environ.get("PUBLIC_URL", "").startswith("https://")

    def text(self, name: str) -> str:
        value = self.environ.get(name, "").strip()
        if not value:
            self.problems.append(f"{name} is missing")
        return value

    def optional(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def secret(self, name: str) -> str:
        value = self.text(name)
        if value and self.is_production and _is_weak(value):
            self.problems.append(f"{name} is weak: use at least {_LEAST_SECRET_LENGTH} random characters")
        return value

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name)
        if value and urlsplit(value).scheme not in schemes:
            self.problems.append(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}")
        return value

    def public_url(self) -> str:
        value = self.url("PUBLIC_URL", ("http", "https")).rstrip("/")
        parts = urlsplit(value)
        if value and (not parts.hostname or parts.path or parts.query):
            self.problems.append("PUBLIC_URL must be an address without a path, like https://presave.label.example")
        return value

    def database_url(self) -> str:
        value = self.url("DATABASE_URL", ("postgres", "postgresql", "postgresql+psycopg"))
        # Heroku and others write postgres://, which SQLAlchemy does not know.
        scheme, _, rest = value.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme else value

    def database_schema(self) -> str:
        value = self.optional("DATABASE_SCHEMA")
        if value and not (value.isascii() and value.isidentifier() and value == value.lower()):
            self.problems.append("DATABASE_SCHEMA must be a plain name in lower case")
        return value

    def key_ring(self) -> KeyRing:
        value = self.text("TOKEN_KEYS")
        try:
            return KeyRing.parse(value)
        except VaultError as fault:
            if value:
                self.problems.append(f"TOKEN_KEYS: {fault}")
            return KeyRing({})

    def trusted_proxies(self) -> int:
        value = self.environ.get("TRUSTED_PROXIES", "1" if self.is_production else "0").strip()
        if not value.isdigit():
            self.problems.append("TRUSTED_PROXIES must be a number of hops, like 1")
            return 0
        return int(value)

    def service(self, option: ServiceOptions) -> ServiceSettings:
        given = {name: self.environ.get(name, "").strip() for name in option.credentials}
        missing = [name for name, value in given.items() if not value]
        if missing and len(missing) < len(given):
            self.problems.append(f"{', '.join(missing)} missing: {option.service} needs all of its credentials")
        return ServiceSettings(
            is_on=not missing,
            credentials=given,
            urls={name: self.service_url(name, default) for name, default in option.urls.items()},
            choices={name: self.choice(name, allowed) for name, allowed in option.choices.items()},
            calls_per_second=self.rate(option),
            rate_window_seconds=option.rate_window_seconds,
            units_per_day=self.budget(option),
            budget_zone=option.budget_zone,
        )

    def service_url(self, name: str, default: str) -> str:
        value = (self.environ.get(name, "").strip() or default).rstrip("/")
        if urlsplit(value).scheme not in (("https",) if self.is_production else ("http", "https")):
            self.problems.append(f"{name} must begin with https://")
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.environ.get(name, "").strip() or allowed[0]
        if value not in allowed:
            self.problems.append(f"{name} must be {' or '.join(allowed)}")
        return value

    def rate(self, option: ServiceOptions) -> float:
        text = self.environ.get(option.rate_name, "").strip()
        try:
            value = float(text) if text else option.calls_per_second
        except ValueError:
            value = 0.0
        if not 0 < value <= 10_000:
            self.problems.append(f"{option.rate_name} must be a number of calls per second above 0")
        return value

    def budget(self, option: ServiceOptions) -> int | None:
        text = self.environ.get(option.budget_name, "").strip()
        if text and not (text.isdigit() and int(text) > 0):
            self.problems.append(f"{option.budget_name} must be a number of units above 0")
            return None
        return int(text) if text else option.units_per_day

    def mail(self) -> MailSettings | None:
        url, sender = self.optional("SMTP_URL"), self.optional("MAIL_FROM")
        if not url and not sender:
            return None
        server = self.parsed("SMTP_URL", parse_mail_server)
        address = self.parsed("MAIL_FROM", parse_mail_address)
        if server is None or address is None:
            return None
        return MailSettings(server, address, must_encrypt=self.is_production and bool(server.password))

    def parsed(self, name: str, parse: Callable[[str], _T]) -> _T | None:
        value = self.text(name)
        try:
            return parse(value) if value else None
        except (BadMailAddress, BadVapidKey) as fault:
            self.problems.append(f"{name} {fault}")
            return None

    def alarm_webhook(self) -> AlarmWebhook | None:
        url, secret = self.optional("ALARM_WEBHOOK_URL"), self.optional("ALARM_WEBHOOK_SECRET")
        if not url and not secret:
            return None
        url = self.url("ALARM_WEBHOOK_URL", ("https",) if self.is_production else ("http", "https"))
        if url and not urlsplit(url).hostname:
            self.problems.append("ALARM_WEBHOOK_URL must be an address like https://hooks.label.example/presave")
        if self.is_production:
            secret = self.secret("ALARM_WEBHOOK_SECRET")
        return AlarmWebhook(url, secret)

    def failpoint(self) -> str:
        value = self.environ.get("FAILPOINT", "").strip()
        if value and self.is_production:
            self.problems.append("FAILPOINT must not be set: it makes processes die on purpose")
        elif value and not failpoints.is_spec(value):
            self.problems.append(f"FAILPOINT must be one of {', '.join(failpoints.POINTS)}")
        return value

    def refuse_insecure_transport(self) -> None:
        if self.is_production and self.environ.get("AUTHLIB_INSECURE_TRANSPORT"):
            self.problems.append("AUTHLIB_INSECURE_TRANSPORT must not be set: sign-ins need https")


def _is_weak(value: str) -> bool:
    too_plain = len(set(value)) < 10
    return len(value) < _LEAST_SECRET_LENGTH or too_plain or any(word in value.lower() for word in _WEAK_WORDS)
