"""Albums and songs of a storefront, by id, UPC, ISRC, or the id of another storefront.

https://developer.apple.com/documentation/applemusicapi/get-multiple-catalog-albums-by-upc
"""

from flask import Blueprint, Response, jsonify, request

from .catalogue import Catalogue
from .errors import AppleMusicError, bad_parameter, no_related, not_found
from .gate import require_library
from .releases import AppleMusicRelease
from .shapes import Json, album_json, artist_json, library_link, song_json
from .twin import current_twin

MOST_ALBUMS = 100
MOST_SONGS = 300
MOST_ISRCS = 25


def register(blueprint: Blueprint) -> None:
    catalogue = "/v1/catalog/<storefront>"
    for path, view in (
        (f"{catalogue}/albums/<album_id>", one_album),
        (f"{catalogue}/albums/<album_id>/artists", album_artists),
        (f"{catalogue}/albums/<album_id>/tracks", album_tracks),
        (f"{catalogue}/albums/<album_id>/<relation>", unknown_relation),
        (f"{catalogue}/albums", many_albums),
        (f"{catalogue}/songs/<song_id>", one_song),
        (f"{catalogue}/songs", many_songs),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=["GET"])


def one_album(storefront: str, album_id: str) -> Response:
    catalogue = _open(storefront)
    return jsonify({"data": [_album_json(catalogue, _get_album(catalogue, album_id))]})


def many_albums(storefront: str) -> Response:
    """Ids that are not known here are left out, so that the list may be empty."""
    catalogue = _open(storefront)
    return jsonify({"data": [_album_json(catalogue, release) for release in _find_albums(catalogue)]})


def album_artists(storefront: str, album_id: str) -> Response:
    catalogue = _open(storefront)
    return jsonify({"data": [artist_json(_get_album(catalogue, album_id), storefront)]})


def album_tracks(storefront: str, album_id: str) -> Response:
    catalogue = _open(storefront)
    release = _get_album(catalogue, album_id)
    return jsonify({"data": [song_json(release, song, storefront, catalogue.now) for song in release.songs()]})


def unknown_relation(storefront: str, album_id: str, relation: str) -> Response:  # noqa: ARG001 - none is known
    _get_album(_open(storefront), album_id)
    raise no_related()


def one_song(storefront: str, song_id: str) -> Response:
    catalogue = _open(storefront)
    found = catalogue.find_song(song_id)
    if found is None:
        raise not_found()
    release, song = found
    shape = song_json(release, song, storefront, catalogue.now)
    return jsonify({"data": [_related(shape, catalogue, release, song.id, "songs")]})


def many_songs(storefront: str) -> Response:
    catalogue = _open(storefront)
    if "filter[isrc]" in request.args:
        codes = _read_list("filter[isrc]", MOST_ISRCS)
        found = [one for code in codes for one in catalogue.songs_by_isrc(code)]
    else:
        ids = _read_list("ids", MOST_SONGS)
        found = [one for one in map(catalogue.find_song, ids) if one is not None]
    return jsonify({"data": [song_json(*one, storefront, catalogue.now) for one in found]})


def _find_albums(catalogue: Catalogue) -> list[AppleMusicRelease]:
    if "filter[upc]" in request.args:
        codes = _read_list("filter[upc]", MOST_ISRCS)
        return [release for code in codes for release in catalogue.albums_by_upc(code)]
    if "filter[equivalents]" in request.args:
        ids = _read_list("filter[equivalents]", MOST_ALBUMS)
        return [release for album_id in ids for release in catalogue.equivalents(album_id)]
    ids = _read_list("ids", MOST_ALBUMS)
    return [release for release in map(catalogue.find_album, ids) if release is not None]


def _album_json(catalogue: Catalogue, release: AppleMusicRelease) -> Json:
    shape = album_json(release, catalogue.storefront, catalogue.now)
    return _related(shape, catalogue, release, release.id_in(catalogue.storefront), "albums")


def _related(shape: Json, catalogue: Catalogue, release: AppleMusicRelease, ref: str, kind: str) -> Json:
    """With `relate=library` and a fan's token also whether it is in that fan's library."""
    if "library" in request.args.get("relate", "").split(","):
        relationships = shape.setdefault("relationships", {})
        assert isinstance(relationships, dict)
        relationships["library"] = {"data": _library_data(catalogue, release, ref, kind)}
    return shape


def _library_data(catalogue: Catalogue, release: AppleMusicRelease, ref: str, kind: str) -> list[Json]:
    twin, fan = current_twin(), require_library()
    if not release.is_live_in(catalogue.storefront, catalogue.now) and not twin.switches.relate_before_live:
        return []
    return [library_link(fan.name, item, kind) for item in twin.fans.library_of(fan) if item.ref == ref]


def _open(storefront: str) -> Catalogue:
    if len(storefront) != 2 or not storefront.isascii() or not storefront.islower():
        raise AppleMusicError(400, "40005", "Invalid Parameter Value", f"Unknown storefront {storefront}")
    return Catalogue(current_twin(), storefront)


def _get_album(catalogue: Catalogue, album_id: str) -> AppleMusicRelease:
    release = catalogue.find_album(album_id)
    if release is None:
        raise not_found()
    return release


def _read_list(name: str, most: int) -> list[str]:
    values = [text for text in request.args.get(name, "").split(",") if text]
    if not values:
        raise bad_parameter(name, "No ids supplied")
    if len(values) > most:
        raise bad_parameter(name, f"At most {most} may be asked for")
    return list(dict.fromkeys(values))
