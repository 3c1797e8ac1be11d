"""How the twin behaves where Spotify does not say, or says it differently from app to app."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

CHOICES: dict[str, tuple[str, ...]] = {
    "mode": ("extended", "development"),
    "before_live": ("missing", "restricted"),
    "put_before_live": ("404", "accept_silently"),
    "search_before_live": ("empty", "null"),
    "foreign_refresh_token": ("invalid_grant", "invalid_client"),
}
MAY_BE_NONE = ("calls", "quota_left")


class SwitchError(ValueError):
    """There is no such switch, or it cannot be set to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    # https://developer.spotify.com/documentation/web-api/concepts/quota-modes
    mode: str = "extended"
    owner_premium: bool = True
    quota_left: int | None = None
    quota_retry_after: int = 86_400

    # https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens
    code_seconds: int = 60
    access_token_seconds: int = 3600
    refresh_token_days: int = 183
    omit_refresh_token: bool = True
    rotate: bool = False
    reuse_revokes_all: bool = False
    foreign_refresh_token: str = "invalid_grant"
    access_survives_revoke: bool = True
    silent_sign_in_renews: bool = False

    before_live: str = "missing"
    put_before_live: str = "404"
    search_before_live: str = "empty"
    search_lag_seconds: float = 0.0
    artist_in_library: bool = False
    length_required: bool = True

    # https://developer.spotify.com/documentation/web-api/concepts/rate-limits
    calls: int | None = None
    window_seconds: float = 30.0
    latency_seconds: float = 0.0

    @property
    def in_development(self) -> bool:
        return self.mode == "development"

    def changed(self, changes: Mapping[str, object]) -> "Switches":
        for name, value in changes.items():
            _check(name, value)
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


NAMES = tuple(field.name for field in fields(Switches))


def _check(name: str, value: object) -> None:
    if name not in NAMES:
        raise SwitchError(f"there is no switch {name!r}; there are {', '.join(NAMES)}")
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise SwitchError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")
    elif not _fits(name, value):
        raise SwitchError(f"{name} cannot be {value!r}")


def _fits(name: str, value: object) -> bool:
    if value is None:
        return name in MAY_BE_NONE
    usual = getattr(Switches(), name)
    if isinstance(usual, bool) or isinstance(value, bool):
        return isinstance(usual, bool) and isinstance(value, bool)
    numbers = (int, float) if isinstance(usual, float) else (int,)
    return isinstance(value, numbers) and value >= 0
