"""Scopes: what the consent page says about them, and which one an item of a library needs.

https://developer.spotify.com/documentation/web-api/concepts/scopes
"""

# Worded as in Spotify's own OpenAPI document, where two scopes do share one text.
CONSENT_TEXTS = {
    "user-library-modify": "Manage your saved content",
    "user-library-read": "Access your saved content",
    "user-follow-modify": "Manage your saved content",
    "user-follow-read": "Access your followers and who you are following",
    "playlist-modify-public": "Manage your public playlists",
    "playlist-modify-private": "Manage your private playlists",
    "playlist-read-private": "Access your private playlists",
    "user-read-private": "Access your subscription details",
    "user-read-email": "Get your real email address",
}

# The reference lists three scopes for a library call without saying which item needs which one.
WRITE_SCOPES = {
    "artist": "user-follow-modify",
    "user": "user-follow-modify",
    "playlist": "playlist-modify-public",
}
READ_SCOPES = {"artist": "user-follow-read", "user": "user-follow-read", "playlist": "playlist-read-private"}


def split_scopes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def join_scopes(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def write_scope(kind: str) -> str:
    return WRITE_SCOPES.get(kind, "user-library-modify")


def read_scope(kind: str) -> str:
    return READ_SCOPES.get(kind, "user-library-read")
