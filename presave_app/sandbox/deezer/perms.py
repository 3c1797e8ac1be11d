"""The permissions an app may ask for, and what the consent page says of each.

https://developers.deezer.com/api/permissions
"""

BASIC = "basic_access"
EMAIL = "email"
OFFLINE = "offline_access"
MANAGE = "manage_library"
DELETE = "delete_library"

TEXTS = {
    BASIC: "Read your name and your picture",
    EMAIL: "Read your e-mail address",
    OFFLINE: "Act for you at any time, also when you are not here",
    MANAGE: "Add favourites, and make and fill playlists",
    "manage_community": "Follow and unfollow other people",
    DELETE: "Remove favourites and playlists",
    "listening_history": "Read what you listened to",
}
