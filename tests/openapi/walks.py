"""The services whose connector and twin are held against their description, and what a walk through each needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Walk:
    """What a walk needs besides the scene's own release: a track as the twin takes it, and a link, if those resolve.

    `beside` are the faults of the twin that are met in the wild and meant to be beside the description.
    """

    track: str
    release_id: str
    release: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
    beside: frozenset[str] = frozenset()


# A service needs a scene for this, and a description beside this file.
WALKS = {
    "soundcloud": Walk(
        "soundcloud:tracks:2", "soundcloud:tracks:2", link="https://soundcloud.com/alba-voss/sets/night-drive"
    ),
    "spotify": Walk(
        "spotify:track:1301WleyT98MSxVHPZCA6M",
        "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        {"tracks": [{"id": "1301WleyT98MSxVHPZCA6M", "name": "Night Drive", "isrc": "DEA012600001"}]},
    ),
    "tidal": Walk("tracks:251380837", "251380836", beside=frozenset({"401_gateway", "200_skipped_new_reason"})),
}
