"""The JSON of music and of fans. Of most fields only the names are documented.

https://audiomack.com/data-api/docs
"""

from presave_app.sandbox.kit.fans import SavedItem

from .music import Music
from .twin import AudiomackFan

Json = dict[str, object]


def music_json(music: Music) -> Json:
    kind, artist_slug, slug = music.address()
    return {
        "id": int(music.id) if music.id.isdecimal() else music.id,
        "type": kind,
        "title": music.title,
        "artist": music.artist,
        "url_slug": slug,
        "upc": music.upc,
        "isrc": music.isrc,
        "uploader": {"name": music.artist, "url_slug": artist_slug},
        "links": {"self": f"https://audiomack.com/{artist_slug}/{kind}/{slug}"},
    }


def favourite_json(item: SavedItem, music: Music | None) -> Json:
    """What was taken down since is still a favourite, of which only the id is left."""
    return music_json(music) if music else {"id": item.ref}


def user_json(fan: AudiomackFan) -> Json:
    return {
        "id": int(fan.account_id),
        "name": fan.display_name,
        "url_slug": fan.name,
        "favorites_count": len(fan.library),
    }
