"""How the twin behaves where SoundCloud does not say, or where its own sources differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches(switches.Switches):
    """`likes` are those of one fan in `likes_window_seconds`; somebody met the first 429 after about 275 in a row."""

    LABELS: ClassVar[Mapping[str, str]] = {
        "accept_bearer": "The API takes Bearer too",
        "reuse_revokes_family": "A used refresh token ends all that came after it",
        "lost_grant": "Status of a refresh token that is no good",
        "token_error_form": "Form of an error at the token endpoint",
        "like_again": "A second like of the same thing",
        "secret_token_likes": "A private track can be liked with its secret token",
        "numbers_work": "Bare numbers work as ids",
    }

    # The specification's own example of a token.
    access_token_seconds: int = 3599
    accept_bearer: bool = False
    access_survives_revoke: bool = False
    refresh_token_days: int | None = None
    reuse_revokes_family: bool = False
    lost_grant: Literal["400", "401"] = "400"
    token_error_form: Literal["specification", "oauth"] = "specification"

    # 50 tokens in 12 hours for each app, 30 in an hour for each address.
    app_tokens: int | None = 50
    app_tokens_of_address: int | None = 30

    like_again: Literal["200", "400"] = "200"
    unlike_again: Literal["200", "404"] = "404"
    likes: int | None = 275
    likes_window_seconds: float = 86_400.0
    most_followings: int = 2000
    secret_token_likes: bool = False
    numbers_work: bool = True
