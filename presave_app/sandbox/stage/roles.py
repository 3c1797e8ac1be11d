"""Each twin's part: one entry, and one function that shows a release under a name of the service's."""

from collections.abc import Mapping
from dataclasses import replace

from presave_app.sandbox.apple_music.releases import AppleMusicRelease
from presave_app.sandbox.apple_music.twin import current_twin as apple_music_twin
from presave_app.sandbox.audiomack.music import Music as AudiomackMusic
from presave_app.sandbox.audiomack.twin import current_twin as audiomack_twin
from presave_app.sandbox.deezer.music import Music as DeezerMusic
from presave_app.sandbox.deezer.twin import current_twin as deezer_twin
from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.soundcloud.sounds import Sound
from presave_app.sandbox.soundcloud.twin import current_twin as soundcloud_twin
from presave_app.sandbox.spotify.catalogue import ALWAYS, EVERYWHERE, Album, Track, made_up_artist
from presave_app.sandbox.spotify.ids import is_id, made_up_id
from presave_app.sandbox.spotify.twin import current_twin as spotify_twin
from presave_app.sandbox.tidal.albums import Album as TidalAlbum
from presave_app.sandbox.tidal.twin import current_twin as tidal_twin
from presave_app.sandbox.youtube.twin import current_twin as youtube_twin
from presave_app.sandbox.youtube.videos import Video

from .parts import Named, Part, kit_part

# A bucket holds at least what one question to the catalogue costs, twice.
_LEAST_BUCKET = 10


def show_on_spotify(named: Named) -> None:
    _, kind, number = (named.ref or f"spotify:album:{made_up_id(f'album {named.upc}')}").split(":")
    if not is_id(number):
        raise ValueError(f"{number!r} is no Spotify id")
    album_id = number if kind == "album" else made_up_id(f"album of {number}")
    track_id = number if kind == "track" else made_up_id(f"track {number}")
    spotify_twin().catalogue.put(
        Album(
            id=album_id,
            name=named.title,
            artist=made_up_artist(named.artist),
            upc=named.upc,
            tracks=(Track(track_id, named.title, "", 1),),
            live_from={EVERYWHERE: ALWAYS},
            release_date=ALWAYS.date().isoformat(),
        )
    )


def show_on_apple_music(named: Named) -> None:
    kind, number = _kind_and_number(named, "album")
    songs = (number,) if kind == "song" else ()
    album_id = made_up_number(f"album of {number}", digits=10) if songs else number
    release = AppleMusicRelease(id=album_id, song_ids=songs, single=bool(songs))
    apple_music_twin().releases.put(release.changed(named.as_fields()))


def show_on_deezer(named: Named) -> None:
    kind, number = _kind_and_number(named, "album")
    is_track = kind == "track"
    music = DeezerMusic(id=number, kind="track" if is_track else "album")
    deezer_twin().releases.put(music.changed(named.as_fields()))


def show_on_tidal(named: Named) -> None:
    kind, number = _kind_and_number(named, "albums")
    tracks = (number,) if kind == "tracks" else ()
    album_id = made_up_number(f"album of {number}") if tracks else number
    tidal_twin().releases.put(TidalAlbum(id=album_id, track_ids=tracks).changed(named.as_fields()))


def show_on_soundcloud(named: Named) -> None:
    """It may be named by a link, which only the service can tell the number of."""
    ref = named.ref or ""
    if not ref.startswith("https://"):
        soundcloud_twin().releases.put(Sound(id=ref).changed(named.as_fields()))
        return
    kind = "playlists" if "/sets/" in ref else "tracks"
    urn = f"soundcloud:{kind}:{made_up_number(ref)}"
    is_short = ref.startswith("https://on.")
    sound = Sound(id=urn, permalink_url="" if is_short else ref, short_url=ref if is_short else "")
    soundcloud_twin().releases.put(sound.changed(named.as_fields()))


def show_on_youtube(named: Named) -> None:
    youtube_twin().releases.put(Video(id=named.ref or "").changed(named.as_fields()))


def show_on_audiomack(named: Named) -> None:
    number, _, link = (named.ref or "").rpartition(":")
    artist, kind, slug = link.split("/")
    music = AudiomackMusic(
        id=number or made_up_number(link, digits=7),
        kind="song" if kind == "song" else "album",
        slug=slug,
        artist_slug=artist,
    )
    twin = audiomack_twin()
    # An app's state travels in the callback's query; whether that is taken is not documented.
    twin.switches = twin.switches.changed({"callback": "any"})
    twin.releases.put(music.changed(named.as_fields()))


def _kind_and_number(named: Named, usual: str) -> tuple[str, str]:
    kind, _, number = (named.ref or f"{usual}:{made_up_number(f'album {named.upc}')}").partition(":")
    if not number.isdecimal():
        raise ValueError(f"{named.ref!r} is no number of a release")
    return kind, number


def _limit_spotify(calls: int | None, window_seconds: float) -> None:
    twin = spotify_twin()
    with twin.lock:
        twin.forget_windows()
        for app in twin.apps.values():
            app.switches = replace(app.switches, calls=calls, window_seconds=window_seconds)


def _limit_tidal(calls: int | None, window_seconds: float) -> None:
    """A bucket that fills as fast as calls are allowed."""
    twin = tidal_twin()
    size = None if calls is None else max(_LEAST_BUCKET, calls)
    fill_seconds = window_seconds * size / calls if size and calls else window_seconds
    with twin.lock:
        twin.buckets.reset()
        twin.switches = twin.switches.changed({"calls": size, "window_seconds": fill_seconds})


def _budget_youtube(units_per_day: int) -> None:
    twin = youtube_twin()
    with twin.lock:
        twin.units.reset()
        twin.switches = twin.switches.changed({"daily_units": units_per_day})


def _made_up_apple_key() -> dict[str, str]:
    key = apple_music_twin().own_state_json()["private_key"]
    return {"APPLE_MUSIC_PRIVATE_KEY": str(key)} if key else {}


PARTS: Mapping[str, Part] = {
    "spotify": Part(
        credentials=("spotify_client_id", "spotify_client_secret"),
        paths={
            "SPOTIFY_ACCOUNTS_URL": "/spotify/accounts",
            "SPOTIFY_API_URL": "/spotify/api/v1",
            "SPOTIFY_EMBED_URL": "/spotify/embed",
        },
        show=show_on_spotify,
        limit=_limit_spotify,
        refused=lambda: spotify_twin().refused,
    ),
    "apple-music": replace(
        kit_part(
            apple_music_twin,
            show_on_apple_music,
            ("apple_music_team_id", "apple_music_key_id", "apple_music_private_key"),
            APPLE_MUSIC_API_URL="/apple-music/api",
            APPLE_MUSIC_JS_URL="/apple-music/musickit.js",
            APPLE_MUSIC_EMBED_URL="/apple-music/embed",
        ),
        made_up=_made_up_apple_key,
    ),
    "deezer": kit_part(
        deezer_twin,
        show_on_deezer,
        ("deezer_app_id", "deezer_secret"),
        DEEZER_CONNECT_URL="/deezer/connect",
        DEEZER_API_URL="/deezer/api",
        DEEZER_EMBED_URL="/deezer/embed",
    ),
    "tidal": Part(
        credentials=("tidal_client_id", "tidal_client_secret"),
        paths={
            "TIDAL_LOGIN_URL": "/tidal/login",
            "TIDAL_AUTH_URL": "/tidal/auth",
            "TIDAL_API_URL": "/tidal/api/v2",
            "TIDAL_EMBED_URL": "/tidal/embed",
        },
        show=show_on_tidal,
        limit=_limit_tidal,
        refused=lambda: tidal_twin().buckets.refused,
    ),
    "soundcloud": kit_part(
        soundcloud_twin,
        show_on_soundcloud,
        ("soundcloud_client_id", "soundcloud_client_secret"),
        SOUNDCLOUD_AUTH_URL="/soundcloud/auth",
        SOUNDCLOUD_API_URL="/soundcloud/api",
        SOUNDCLOUD_EMBED_URL="/soundcloud/embed",
    ),
    "youtube": replace(
        kit_part(
            youtube_twin,
            show_on_youtube,
            ("youtube_client_id", "youtube_client_secret"),
            YOUTUBE_AUTH_URL="/youtube/accounts",
            YOUTUBE_TOKEN_URL="/youtube/oauth2",
            YOUTUBE_API_URL="/youtube/api/youtube/v3",
            YOUTUBE_EMBED_URL="/youtube/embed",
        ),
        budget=_budget_youtube,
    ),
    "audiomack": kit_part(
        audiomack_twin,
        show_on_audiomack,
        ("audiomack_key", "audiomack_secret"),
        AUDIOMACK_API_URL="/audiomack/api/v1",
        AUDIOMACK_WEB_URL="/audiomack/web",
    ),
}
