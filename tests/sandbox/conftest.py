"""The twins on their own, each as it is after a fresh start."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
import requests
from apple_music_client import AppleMusicClient
from audiomack_client import AudiomackClient
from deezer_client import ALBUM as DEEZER_ALBUM
from deezer_client import ARTIST as DEEZER_ARTIST
from deezer_client import EAN, ISRC, DeezerClient
from deezer_client import TRACK as DEEZER_TRACK
from kit_client import KitClient
from soundcloud_client import ALBUM, ARTIST, TRACK, SoundCloudClient
from tidal_client import ALBUM as TIDAL_ALBUM
from tidal_client import ARTIST as TIDAL_ARTIST
from tidal_client import TRACK as TIDAL_TRACK
from tidal_client import TidalClient
from twin_client import TwinClient
from youtube_client import CHANNEL, VIDEO, YouTubeClient


@pytest.fixture
def access(twin: TwinClient) -> str:
    """Ida's access token, with the scopes for the add and its proof."""
    return twin.sign_in().access


Client = TypeVar("Client", bound=KitClient)


@contextmanager
def fresh(kind: type[Client], twin_url: str) -> Iterator[Client]:
    """A twin as it is after its start."""
    with requests.Session() as session:
        session.trust_env = False
        client = kind(twin_url, session)
        client.control("POST", "reset")
        yield client


@pytest.fixture
def soundcloud(twin_url: str) -> Iterator[SoundCloudClient]:
    """SoundCloud's twin with an album of one track that is out."""
    with fresh(SoundCloudClient, twin_url) as client:
        short_url = "https://on.soundcloud.com/AbC"
        client.release(TRACK, artist_id=ARTIST, isrc="DEA012600001", short_url=short_url)
        client.release(ALBUM, artist_id=ARTIST, upc="00602445868162", tracks=[TRACK])
        yield client


@pytest.fixture
def youtube(twin_url: str) -> Iterator[YouTubeClient]:
    """YouTube's twin with a video that is public."""
    with fresh(YouTubeClient, twin_url) as client:
        client.release(VIDEO, artist_id=CHANNEL)
        yield client


@pytest.fixture
def apple_music(twin_url: str) -> Iterator[AppleMusicClient]:
    """Apple Music's twin with one album that is out."""
    with fresh(AppleMusicClient, twin_url) as client:
        client.release()
        yield client


@pytest.fixture
def audiomack(twin_url: str) -> Iterator[AudiomackClient]:
    """Audiomack's twin with one album that is out."""
    with fresh(AudiomackClient, twin_url) as client:
        client.release()
        yield client


@pytest.fixture
def deezer(twin_url: str) -> Iterator[DeezerClient]:
    """Deezer's twin with an album of one track that is out."""
    with fresh(DeezerClient, twin_url) as client:
        client.release(DEEZER_TRACK, kind="track", artist_id=DEEZER_ARTIST, isrc=ISRC)
        client.release(DEEZER_ALBUM, artist_id=DEEZER_ARTIST, upc=EAN, tracks=[DEEZER_TRACK])
        yield client


@pytest.fixture
def tidal(twin_url: str) -> Iterator[TidalClient]:
    """TIDAL's twin with an album of two tracks that is out."""
    with fresh(TidalClient, twin_url) as client:
        isrcs = ["DEA012600001", "DEA012600002"]
        client.release(TIDAL_ALBUM, artist_id=TIDAL_ARTIST, upc="00602445868162", track_ids=[TIDAL_TRACK], isrcs=isrcs)
        yield client
