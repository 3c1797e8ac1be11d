"""Scopes that any developer's app may ask for, and what the consent page says about them.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (components, securitySchemes)
"""

COLLECTION_READ = "collection.read"
COLLECTION_WRITE = "collection.write"
PLAYLISTS_READ = "playlists.read"
PLAYLISTS_WRITE = "playlists.write"
USER_READ = "user.read"

# `r_usr` and `w_usr` are for TIDAL's own apps, so nobody else knows them here.
CONSENT_TEXTS = {
    USER_READ: "See your account details, such as your country and e-mail address",
    COLLECTION_READ: 'See your "My Collection"',
    COLLECTION_WRITE: 'Change your "My Collection"',
    PLAYLISTS_READ: "See the playlists that you made",
    PLAYLISTS_WRITE: "Change your playlists",
    "entitlements.read": "See what your subscription lets you use",
    "playback": "Play music and control what is playing",
    "recommendations.read": "See what TIDAL recommends to you",
    "search.read": "See your own search results",
    "search.write": "Change your own search results, such as your search history",
}
