"""The twins on their own, each as it is after a fresh start."""

from collections.abc import Iterator

import pytest
import requests
from apple_music_client import AppleMusicClient
from audiomack_client import AudiomackClient
from deezer_client import DeezerClient
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


@pytest.fixture
def soundcloud(twin_url: str) -> Iterator[SoundCloudClient]:
    """SoundCloud's twin with an album of one track that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = SoundCloudClient(twin_url, session)
        client.control("POST", "reset")
        short_url = "https://on.soundcloud.com/AbC"
        client.release(TRACK, artist_id=ARTIST, isrc="DEA012600001", short_url=short_url)
        client.release(ALBUM, artist_id=ARTIST, upc="00602445868162", tracks=[TRACK])
        yield client


@pytest.fixture
def youtube(twin_url: str) -> Iterator[YouTubeClient]:
    """YouTube's twin with a video that is public."""
    with requests.Session() as session:
        session.trust_env = False
        client = YouTubeClient(twin_url, session)
        client.control("POST", "reset")
        client.release(VIDEO, artist_id=CHANNEL)
        yield client


@pytest.fixture
def apple_music(twin_url: str) -> Iterator[AppleMusicClient]:
    """Apple Music's twin with one album that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = AppleMusicClient(twin_url, session)
        client.control("POST", "reset")
        client.release()
        yield client


@pytest.fixture
def audiomack(twin_url: str) -> Iterator[AudiomackClient]:
    """Audiomack's twin with one album that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = AudiomackClient(twin_url, session)
        client.control("POST", "reset")
        client.release()
        yield client


@pytest.fixture
def deezer(twin_url: str) -> Iterator[DeezerClient]:
    """Deezer's twin with an album of one track that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = DeezerClient(twin_url, session)
        client.set_the_scene()
        yield client


@pytest.fixture
def tidal(twin_url: str) -> Iterator[TidalClient]:
    """TIDAL's twin with an album of two tracks that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = TidalClient(twin_url, session)
        client.control("POST", "reset")
        isrcs = ["DEA012600001", "DEA012600002"]
        client.release(TIDAL_ALBUM, artist_id=TIDAL_ARTIST, upc="00602445868162", track_ids=[TIDAL_TRACK], isrcs=isrcs)
        yield client
