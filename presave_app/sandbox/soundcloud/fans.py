"""The fans of SoundCloud: what they reposted stands beside what they like."""

from dataclasses import dataclass, field
from datetime import datetime

from presave_app.sandbox.kit import fans
from presave_app.sandbox.kit.fans import SavedItem
from presave_app.sandbox.kit.ids import made_up_number


@dataclass
class Fan(fans.Fan):
    country: str = "Germany"
    plan: str = "Free"
    reposts: dict[str, SavedItem] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return f"soundcloud:users:{made_up_number(f'fan {self.name}')}"

    def repost(self, urn: str, now: datetime) -> None:
        if urn in self.reposts:
            self.reposts[urn].apply_again(now)
        else:
            self.reposts[urn] = SavedItem(urn, now)

    def own_json(self) -> dict[str, object]:
        reposts = [item.as_json() for item in list(self.reposts.values())]
        return {**super().own_json(), "reposts": reposts}
