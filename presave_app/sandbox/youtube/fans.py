"""The fans of YouTube: a Google account, mostly with a channel."""

from dataclasses import dataclass, field

from presave_app.sandbox.kit import fans

from .ids import channel_id


@dataclass
class Fan(fans.Fan):
    """The library holds what the fan likes. `is_test_user`: on the list of a project in Testing."""

    has_channel: bool = True
    email_verified: bool = True
    is_test_user: bool = False
    disliked: set[str] = field(default_factory=set)

    @property
    def account_id(self) -> str:
        return channel_id(f"fan {self.name}")

    def rating_of(self, video_id: str) -> str:
        if video_id in self.library:
            return "like"
        return "dislike" if video_id in self.disliked else "none"

    def own_json(self) -> dict[str, object]:
        return {**super().own_json(), "disliked": sorted(self.disliked)}
