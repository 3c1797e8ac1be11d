"""How the twin behaves where TIDAL does not say, or where developers report something else than it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches(switches.Switches):
    """`calls` is what a bucket of request tokens holds, `window_seconds` how long an empty one takes to fill.

    Somebody met a bucket of 10 tokens, filled by one a second, and calls with `include` that took 5:
    https://github.com/kellnerd/harmony/pull/84
    """

    LABELS: ClassVar[Mapping[str, str]] = {
        "refresh_token_given": "A sign-in comes with a refresh token",
        "refresh_rotates": "A refresh answer brings a new refresh token",
        "lost_grant": "Status of a refresh token that is no good",
        "asks_known_fans": "A fan who allowed the app before is asked again",
        "secret_required": "A sign-in's code needs the app's secret",
        "missing_scope": "Status of what the scopes do not allow",
        "fans_may_filter": "A fan's token may look up by barcode",
        "catalogue_before_live": "An album before its start",
        "add_before_live": "Adding an album before its start",
        "add_again": "Adding what is there already",
        "old_routes": "The deprecated userCollections",
        "barcode_form": "Barcodes are kept as",
        "barcode_match": "Barcodes are compared as",
        "odd_barcode": "A barcode of neither 12 nor 13 digits",
        "bucket_of": "The rate limit counts each",
    }

    # Third-party apps report that none comes: https://github.com/tidal-music/tidal-sdk-web/issues/681
    refresh_token_given: bool = True
    refresh_rotates: bool = False
    refresh_token_days: int | None = None
    lost_grant: Literal["400", "401"] = "400"
    access_token_seconds: int = 14_400
    access_survives_revoke: bool = False
    asks_known_fans: bool = False
    secret_required: bool = False

    missing_scope: Literal["403", "404"] = "403"
    fans_may_filter: bool = False
    country_required: bool = False

    catalogue_before_live: Literal["hidden", "shown"] = "hidden"
    add_before_live: Literal["skipped", "404", "added"] = "skipped"
    add_again: Literal["skipped", "409"] = "skipped"
    old_routes: Literal["work", "gone"] = "work"
    old_add_again: Literal["409", "200"] = "409"
    old_add_unknown: Literal["404", "200"] = "404"
    remove_unknown: Literal["200", "404"] = "200"
    most_items: int = 10_000
    write_seconds: float = 0.0
    page_size: int = 20

    barcode_form: Literal["upc", "ean"] = "upc"
    barcode_match: Literal["exact", "number"] = "exact"
    odd_barcode: Literal["empty", "400"] = "empty"

    window_seconds: float = 10.0
    call_tokens: int = 1
    include_tokens: int = 5
    bucket_of: Literal["app", "fan"] = "app"
    retry_after_sent: bool = False
