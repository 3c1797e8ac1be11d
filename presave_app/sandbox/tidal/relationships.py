"""Which relationships a resource has, and what stands in those that the twin fills.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (the ..._Relationships schemas)
"""

from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.fans import SavedItem

from .albums import Album, Track
from .view import View

Json = dict[str, object]

SHELVES = ("albums", "artists", "tracks")

TO_ONE = frozenset(
    {
        "albumStatistics",
        "biography",
        "claimStatus",
        "download",
        "metadataStatus",
        "priceConfig",
        "replacement",
        "sourceFile",
        "trackStatistics",
        "usageRules",
    }
)
OF_ALBUMS = """albumStatistics artists coverArt genres items owners priceConfig providers replacement shares
similarAlbums suggestedCoverArts usageRules"""
OF_ARTISTS = """albums biography claimStatus followers following owners profileArt radio roles similarArtists
trackProviders tracks videos"""
OF_TRACKS = """albums artists credits download genres lyrics metadataStatus owners priceConfig providers radio
replacement shares similarTracks sourceFile suggestedTracks trackStatistics usageRules"""
OF_PLAYLISTS = "collaboratorProfiles collaborators coverArt items ownerProfiles owners suggestedCoverArts"
OF_EVERYTHING = "albums artists owners playlists tracks videos"

NAMES = {
    "albums": frozenset(OF_ALBUMS.split()),
    "artists": frozenset(OF_ARTISTS.split()),
    "tracks": frozenset(OF_TRACKS.split()),
    "playlists": frozenset(OF_PLAYLISTS.split()),
    "users": frozenset[str](),
    "userCollectionAlbums": frozenset({"items", "owners"}),
    "userCollectionArtists": frozenset({"items", "owners"}),
    "userCollectionTracks": frozenset({"items", "owners"}),
    "userCollections": frozenset(OF_EVERYTHING.split()),
}


def related(view: View, kind: str, item_id: str, name: str) -> list[Json]:
    """The identifiers in one relationship; empty where the twin keeps nothing of the sort."""
    match kind:
        case "albums":
            album = view.album(item_id)
            return _of_album(album, name) if album else []
        case "tracks":
            track = view.track(item_id)
            return _of_track(track, name) if track else []
        case "artists":
            return _of_artist(view, item_id, name)
        case "playlists":
            return playlist_items(view, item_id) if name == "items" else []
        case "userCollections":
            return collection_items(view, name) if name in SHELVES else _owners(view, name)
        case _:
            shelf = kind.removeprefix("userCollection").lower()
            return collection_items(view, shelf) if name == "items" else _owners(view, name)


def identifier(kind: str, item_id: str, **meta: object) -> Json:
    named: Json = {"type": kind, "id": item_id}
    return named | {"meta": meta} if meta else named


def collection_items(view: View, shelf: str) -> list[Json]:
    """Newest first, as is usual where nobody asks for another order."""
    return [collected(view, shelf, item) for item in reversed(view.shelf(shelf))]


def collected(view: View, shelf: str, item: SavedItem) -> Json:
    return identifier(shelf, item.ref, addedAt=iso_second(view.added_at(shelf, item)))


def playlist_items(view: View, playlist_id: str) -> list[Json]:
    playlist = view.playlist(playlist_id)
    items = list(playlist.items) if playlist else []
    return [identifier("tracks", one.ref, itemId=one.id, addedAt=iso_second(one.at)) for one in items]


def _of_album(album: Album, name: str) -> list[Json]:
    if name == "artists":
        return [identifier("artists", album.known_artist_id)]
    if name == "items":
        return [identifier("tracks", one.id, trackNumber=one.number, volumeNumber=1) for one in album.tracks()]
    return []


def _of_track(track: Track, name: str) -> list[Json]:
    if name == "artists":
        return [identifier("artists", track.album.known_artist_id)]
    return [identifier("albums", track.album.id)] if name == "albums" else []


def _of_artist(view: View, artist_id: str, name: str) -> list[Json]:
    albums = [album for album in view.albums() if album.known_artist_id == artist_id]
    if name == "albums":
        return [identifier("albums", album.id) for album in albums]
    tracks = [track for album in albums for track in album.tracks()]
    return [identifier("tracks", track.id) for track in tracks] if name == "tracks" else []


def _owners(view: View, name: str) -> list[Json]:
    return [identifier("users", view.fan.account_id)] if name == "owners" and view.fan else []
