"""Videos: private until their start, then public.

https://developers.google.com/youtube/v3/docs/videos
"""

from dataclasses import dataclass

from presave_app.sandbox.kit.releases import Release

from .ids import channel_id, check_video_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Release):
    """`artist_id` is the channel that put it up."""

    ratings_disabled: bool = False
    purchase_required: bool = False

    def __post_init__(self) -> None:
        """Raises VideoIdError."""
        check_video_id(self.id)

    @property
    def channel(self) -> str:
        return self.artist_id or channel_id(f"artist {self.artist}")
