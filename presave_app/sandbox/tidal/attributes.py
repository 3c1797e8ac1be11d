"""The attributes of resources; of the optional ones only those that somebody reads.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (the ..._Attributes schemas)
"""

from presave_app.sandbox.kit.clock import iso_second

from .albums import TRACK_MINUTES, Album, Artist, Track, barcode_of
from .fans import Fan, Playlist
from .view import View

Json = dict[str, object]

WEB = "https://tidal.com"


def attributes_of(view: View, kind: str, item_id: str) -> Json | None:
    """None where the view has no such resource."""
    match kind:
        case "albums":
            return _album(view, found) if (found := view.album(item_id)) else None
        case "tracks":
            return _track(found) if (found := view.track(item_id)) else None
        case "artists":
            return _artist(found) if (found := view.artist(item_id)) else None
        case "playlists":
            return _playlist(found) if (found := view.playlist(item_id)) else None
        case "users":
            return _user(view.fan) if view.fan and view.fan.account_id == item_id else None
        case "userCollections":
            return {}
        case _:
            return _collection(view, kind.removeprefix("userCollection").lower())


def _album(view: View, album: Album) -> Json:
    count = len(album.tracks())
    attributes: Json = {
        "title": album.title,
        "barcodeId": barcode_of(album.upc, view.twin.switches.barcode_form),
        "albumType": album.album_type,
        "type": album.album_type,
        "numberOfVolumes": 1,
        "numberOfItems": count,
        "duration": f"PT{count * TRACK_MINUTES}M",
        "explicit": album.explicit,
        "popularity": 0.5,
        "accessType": "PUBLIC",
        "mediaTags": ["LOSSLESS"],
        "externalLinks": [_link(f"browse/album/{album.id}")],
    }
    start = album.starts_in(view.country)
    return attributes if start is None else attributes | {"releaseDate": start.date().isoformat()}


def _track(track: Track) -> Json:
    return {
        "title": track.title,
        "isrc": track.isrc,
        "duration": f"PT{TRACK_MINUTES}M",
        "explicit": track.album.explicit,
        "popularity": 0.5,
        "accessType": "PUBLIC",
        "key": "UNKNOWN",
        "keyScale": "UNKNOWN",
        "mediaTags": ["LOSSLESS"],
        "externalLinks": [_link(f"browse/track/{track.id}")],
    }


def _artist(artist: Artist) -> Json:
    return {"name": artist.name, "popularity": 0.5, "externalLinks": [_link(f"browse/artist/{artist.id}")]}


def _playlist(playlist: Playlist) -> Json:
    return {
        "name": playlist.title,
        "description": playlist.description,
        "accessType": playlist.access_type,
        "playlistType": "USER",
        "bounded": True,
        "duration": f"PT{len(playlist.items) * TRACK_MINUTES}M",
        "numberOfItems": len(playlist.items),
        "numberOfTrackItems": len(playlist.items),
        "numberOfVideoItems": 0,
        "numberOfFollowers": 0,
        "createdAt": iso_second(playlist.created_at),
        "lastModifiedAt": iso_second(playlist.changed_at),
        "externalLinks": [_link(f"browse/playlist/{playlist.id}")],
    }


def _user(fan: Fan) -> Json:
    return {
        "username": fan.name,
        "country": fan.country,
        "developerAccessTier": fan.developer_access_tier,
        "email": f"{fan.name}@fans.example",
        "emailVerified": True,
    }


def _collection(view: View, kind: str) -> Json:
    items = view.shelf(kind)
    attributes: Json = {"numberOfItems": len(items)}
    return attributes | {"lastModifiedAt": iso_second(max(item.at for item in items))} if items else attributes


def _link(path: str) -> Json:
    return {"href": f"{WEB}/{path}", "meta": {"type": "TIDAL_SHARING"}}
