"""Scopes, and what the accounts page says about them.

https://developers.google.com/identity/protocols/oauth2/scopes#youtube
"""

PREFIX = "https://www.googleapis.com/auth/"
MANAGE = f"{PREFIX}youtube"
FORCE_SSL = f"{PREFIX}youtube.force-ssl"
READONLY = f"{PREFIX}youtube.readonly"

CONSENT_TEXTS = {
    MANAGE: "Manage your YouTube account: ratings, playlists, subscriptions",
    FORCE_SSL: "Change your YouTube ratings, playlists, subscriptions and comments",
    READONLY: "Look at your YouTube account",
}
MAY_WRITE = frozenset({MANAGE, FORCE_SSL})
MAY_READ = MAY_WRITE | {READONLY}
