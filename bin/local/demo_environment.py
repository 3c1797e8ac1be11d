"""What the demo's processes get to see: settings of their own, and little of the person's environment."""

import base64
import os
import secrets
from collections.abc import Mapping, Sequence

from .demo_services import TWINS, TwinService
from .environment import own_environment

# Keys of real services in the person's environment must not turn those services on in a demo.
KEPT = {"PATH", "VIRTUAL_ENV", "HOME", "USER", "LOGNAME", "LANG", "TERM", "TMPDIR", "NO_COLOR"}
# A database that was given may hold what was sealed or signed with these.
KEYS = ("SECRET_KEY", "TOKEN_KEYS", "ACCOUNT_PEPPER")
# Slow enough to watch the adds, quick enough to wait for them.
CALLS_PER_SECOND = 5


def demo_environment(
    *,
    database_url: str,
    redis_url: str,
    public_url: str,
    sandbox_url: str,
    twins: Sequence[TwinService] = TWINS,
) -> dict[str, str]:
    """The whole environment of web, worker, clock, sandbox and the commands, with these services on."""
    everything = own_environment()
    person = {name: everything[name] for name in everything if name in KEPT or name.startswith("LC_")}
    return {
        **person,
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": public_url,
        **new_keys(),
        **(_given_keys(os.environ) if os.environ.get("DATABASE_URL") else {}),
        **_lookups(sandbox_url),
        **_services(twins, sandbox_url),
    }


def new_keys() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TOKEN_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "ACCOUNT_PEPPER": secrets.token_urlsafe(48),
    }


def _given_keys(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in KEYS if environ.get(name)}


def _lookups(sandbox_url: str) -> dict[str, str]:
    """A demo asks no public catalogue about a release that does not exist."""
    return {
        "DEEZER_LOOKUP_URL": f"{sandbox_url}/deezer/api",
        "ITUNES_URL": f"{sandbox_url}/itunes",
        "ODESLI_URL": f"{sandbox_url}/odesli/v1-alpha.1",
        "MUSICBRAINZ_URL": f"{sandbox_url}/musicbrainz/ws/2",
    }


def _services(twins: Sequence[TwinService], sandbox_url: str) -> dict[str, str]:
    each = [twin.environment(sandbox_url, CALLS_PER_SECOND) for twin in twins]
    return {name: value for settings in each for name, value in settings.items()}
