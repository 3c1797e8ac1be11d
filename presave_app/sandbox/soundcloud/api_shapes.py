"""The JSON of tracks, playlists and users; only the fields that somebody reads.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from dataclasses import dataclass

from flask import request

from .fans import Fan
from .sounds import Sound, slug_of
from .twin import SoundCloudTwin

Json = dict[str, object]
PREFIX = "/soundcloud/api"


@dataclass(frozen=True, slots=True)
class User:
    urn: str
    username: str


def resource_url(kind: str, urn: str) -> str:
    return f"{request.host_url.rstrip('/')}{PREFIX}/{kind}/{urn}"


def find_user(twin: SoundCloudTwin, urn: str) -> User | None:
    """Who put up a release, or a fan."""
    sound = twin.releases.find_first(lambda one: one.artist_urn == urn)
    if sound is not None:
        return User(urn, sound.artist)
    fan = twin.fans.find_first(lambda one: one.account_id == urn)
    return User(urn, fan.display_name) if fan else None


def user_json(user: User) -> Json:
    permalink = slug_of(user.username)
    return {
        "urn": user.urn,
        "kind": "user",
        "username": user.username,
        "permalink": permalink,
        "permalink_url": f"https://soundcloud.com/{permalink}",
        "uri": resource_url("users", user.urn),
        "avatar_url": "https://i1.sndcdn.com/avatars-000000000000-large.jpg",
    }


def me_json(fan: Fan) -> Json:
    return user_json(User(fan.account_id, fan.display_name)) | {
        "full_name": fan.display_name,
        "country": fan.country,
        "plan": fan.plan,
        "followings_count": len(fan.following),
        "likes_count": len(fan.library),
        "reposts_count": len(fan.reposts),
        "primary_email_confirmed": True,
        "locale": None,
    }


def sound_json(twin: SoundCloudTwin, sound: Sound, fan: Fan | None = None) -> Json:
    """`fan` only where one sound is read alone: in lists `user_favorite` is always false."""
    shape: Json = {
        "urn": sound.id,
        "kind": sound.kind.removesuffix("s"),
        "title": sound.title,
        "permalink_url": sound.page,
        "uri": resource_url(sound.kind, sound.id),
        "sharing": "public" if sound.is_live(twin.clock.now()) else "private",
        "streamable": sound.access != "blocked",
        "user": user_json(User(sound.artist_urn, sound.artist)),
        "release": None,
    }
    if sound.kind == "playlists":
        return shape | _playlist_fields(twin, sound)
    return shape | {
        "isrc": sound.isrc or None,
        "access": sound.access,
        "duration": 180_000,
        "metadata_artist": sound.artist,
        "favoritings_count": twin.fans.count_holders(sound.id),
        "user_favorite": fan is not None and sound.id in fan.library,
    }


def _playlist_fields(twin: SoundCloudTwin, sound: Sound) -> Json:
    tracks = [found for urn in sound.tracks if (found := twin.releases.find(urn))]
    return {
        "ean": sound.upc or None,
        "playlist_type": "album",
        "track_count": len(tracks),
        "tracks": [sound_json(twin, track) for track in tracks],
        "tracks_uri": f"{resource_url('playlists', sound.id)}/tracks",
        "likes_count": twin.fans.count_holders(sound.id),
    }
