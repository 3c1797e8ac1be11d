"""Albums, tracks and artists by their ids, a UPC or an ISRC. Nobody has to be signed in for these.

https://developers.deezer.com/api/album
"""

from flask import Response

from .api_gate import no_data
from .api_paging import list_answer
from .api_shapes import album_brief, album_json, artist_json, find_artist, track_brief, track_json, tracks_of
from .errors import json_answer
from .music import Music, is_found_by
from .twin import DeezerTwin, current_twin

UPC, ISRC = "upc:", "isrc:"


def one_album(number: str) -> Response:
    twin = current_twin()
    return json_answer(album_json(twin, _get_album(twin, number)))


def album_tracks(number: str) -> Response:
    twin = current_twin()
    return list_answer([track_brief(twin, track) for track in tracks_of(twin, _get_album(twin, number))])


def one_track(number: str) -> Response:
    twin = current_twin()
    return json_answer(track_json(twin, _get_track(twin, number)))


def one_artist(number: str) -> Response:
    artist = find_artist(current_twin(), number)
    if artist is None:
        raise no_data()
    return json_answer(artist_json(artist))


def artist_albums(number: str) -> Response:
    twin = current_twin()
    if find_artist(twin, number) is None:
        raise no_data()
    albums = [album for album in twin.shown("album") if album.artist_number == number]
    return list_answer([album_brief(twin, album) for album in albums])


def _get_album(twin: DeezerTwin, number: str) -> Music:
    if not number.startswith(UPC):
        return _get_shown(twin, twin.find_music("album", number))
    asked, digits = number.removeprefix(UPC), twin.switches.upc_digits
    found = (album for album in twin.shown("album") if is_found_by(album.upc, asked, digits))
    return _get_shown(twin, next(found, None))


def _get_track(twin: DeezerTwin, number: str) -> Music:
    if not number.startswith(ISRC):
        return _get_shown(twin, twin.find_music("track", number))
    asked = number.removeprefix(ISRC).upper()
    found = (track for track in twin.shown("track") if asked and track.isrc.upper() == asked)
    return _get_shown(twin, next(found, None))


def _get_shown(twin: DeezerTwin, music: Music | None) -> Music:
    if music is None or not twin.is_shown(music):
        raise no_data()
    return music
