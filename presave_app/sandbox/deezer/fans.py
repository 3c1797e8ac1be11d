"""The fans of Deezer. Their favourites are the kit's library, their favourite artists whom they follow.

https://developers.deezer.com/api/user
"""

from dataclasses import dataclass

from presave_app.sandbox.kit import fans
from presave_app.sandbox.kit.ids import made_up_number


@dataclass
class Fan(fans.Fan):
    """Of an account that is not `changeable` nothing may be changed: error 901, which no page explains."""

    country: str = "DE"
    changeable: bool = True

    @property
    def account_id(self) -> str:
        return made_up_number(f"deezer fan {self.name}", digits=10)

    @property
    def email(self) -> str:
        return f"{self.name}@fans.example"
