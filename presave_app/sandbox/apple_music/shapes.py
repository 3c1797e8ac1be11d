"""The JSON of albums, songs, artists, and of what is in a library.

https://developer.apple.com/documentation/applemusicapi/albums
"""

from datetime import datetime

from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.fans import SavedItem
from presave_app.sandbox.kit.ids import made_up_text

from .releases import AppleMusicRelease, Song

Json = dict[str, object]

WEB = "https://music.apple.com"
ARTWORK = {"width": 3000, "height": 3000, "url": "https://is1-ssl.mzstatic.com/image/sandbox/{w}x{h}bb.jpg"}
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SONG_MILLISECONDS = 180_000


def album_json(release: AppleMusicRelease, storefront: str, now: datetime) -> Json:
    """`playParams` is there as soon as one song can be played, `isComplete` only when all of them can."""
    album_id = release.id_in(storefront)
    songs = release.songs()
    attributes: Json = {
        "name": release.title,
        "artistName": release.artist,
        "upc": release.upc.lstrip("0").zfill(14) if release.upc else "",
        "releaseDate": release.release_date_in(storefront),
        "isComplete": release.is_live_in(storefront, now),
        "isSingle": release.single,
        "isCompilation": False,
        "isMasteredForItunes": True,
        "trackCount": len(songs),
        "genreNames": ["Pop", "Music"],
        "recordLabel": release.label,
        "url": f"{WEB}/{storefront}/album/{album_id}",
        "artwork": ARTWORK,
    }
    if any(release.is_playable(song, storefront, now) for song in songs):
        attributes["playParams"] = {"id": album_id, "kind": "album"}
    path = f"/v1/catalog/{storefront}/albums/{album_id}"
    return {
        "id": album_id,
        "type": "albums",
        "href": path,
        "attributes": attributes,
        "relationships": {
            "artists": {"href": f"{path}/artists", "data": [_artist_link(release, storefront)]},
            "tracks": {
                "href": f"{path}/tracks",
                "data": [song_json(release, song, storefront, now) for song in songs],
            },
        },
    }


def song_json(release: AppleMusicRelease, song: Song, storefront: str, now: datetime) -> Json:
    attributes: Json = {
        "name": song.title,
        "artistName": release.artist,
        "albumName": release.title,
        "isrc": song.isrc,
        "trackNumber": song.number,
        "discNumber": 1,
        "durationInMillis": SONG_MILLISECONDS,
        "releaseDate": release.release_date_in(storefront),
        "genreNames": ["Pop", "Music"],
        "url": f"{WEB}/{storefront}/song/{song.id}",
        "artwork": ARTWORK,
    }
    if release.is_playable(song, storefront, now):
        attributes["playParams"] = {"id": song.id, "kind": "song"}
    return {
        "id": song.id,
        "type": "songs",
        "href": f"/v1/catalog/{storefront}/songs/{song.id}",
        "attributes": attributes,
    }


def artist_json(release: AppleMusicRelease, storefront: str) -> Json:
    link = _artist_link(release, storefront)
    url = f"{WEB}/{storefront}/artist/{release.credited_artist_id()}"
    return link | {"attributes": {"name": release.artist, "genreNames": ["Pop"], "url": url}}


def storefront_json(code: str) -> Json:
    attributes: Json = {"name": code.upper(), "defaultLanguageTag": "en-GB", "supportedLanguageTags": ["en-GB"]}
    return {"id": code, "type": "storefronts", "href": f"/v1/storefronts/{code}", "attributes": attributes}


def library_link(fan: str, item: SavedItem, kind: str = "albums") -> Json:
    """The library's own id changes when a thing is removed and added again."""
    library_id = f"l.{made_up_text(f'{fan} {item.ref} {item.at}', LETTERS, 7)}"
    return {"id": library_id, "type": f"library-{kind}", "href": f"/v1/me/library/{kind}/{library_id}"}


def library_album_json(fan: str, item: SavedItem, release: AppleMusicRelease, storefront: str, now: datetime) -> Json:
    link = library_link(fan, item)
    playable = [song for song in release.songs() if release.is_playable(song, storefront, now)]
    attributes: Json = {
        "name": release.title,
        "artistName": release.artist,
        "dateAdded": iso_second(item.at),
        "releaseDate": release.release_date_in(storefront),
        "trackCount": len(playable),
        "artwork": ARTWORK,
        "playParams": {"id": link["id"], "kind": "album", "isLibrary": True, "catalogId": item.ref},
    }
    return link | {"attributes": attributes}


def _artist_link(release: AppleMusicRelease, storefront: str) -> Json:
    artist_id = release.credited_artist_id()
    return {"id": artist_id, "type": "artists", "href": f"/v1/catalog/{storefront}/artists/{artist_id}"}
