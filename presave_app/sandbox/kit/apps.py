"""The apps that are registered with a twin, and where each may send a fan back to."""

import hmac
from dataclasses import dataclass


@dataclass(slots=True)
class App:
    client_id: str
    secret: str
    name: str
    redirect_uris: tuple[str, ...]

    def has_secret(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def may_redirect_to(self, uri: str) -> bool:
        """Letter by letter one of the registered addresses."""
        return uri in self.redirect_uris

    def as_json(self) -> dict[str, object]:
        return {"client_id": self.client_id, "name": self.name, "redirect_uris": list(self.redirect_uris)}
