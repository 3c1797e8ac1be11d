"""Apps that open links inside themselves, where nobody is signed in anywhere: their marks, and the ways out.

None of it is documented by the apps, and each way was seen to work by others, at the month beside it
(https://github.com/shalanah/inapp-debugger). So it is data: it offers help, and never keeps anybody from anything.
An app is known by a mark of its own; "no Safari" says nothing, because some of them call themselves that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit


class System(StrEnum):
    IOS = "iOS"
    ANDROID = "Android"
    OTHER = "other"


class Method(StrEnum):
    """How an address is handed to the browser of the device."""

    # https://developer.chrome.com/docs/android/intents
    INTENT = "intent"
    X_SAFARI = "x-safari"


@dataclass(frozen=True)
class WayOut:
    """A method, and the month in which it was last seen to work."""

    method: Method
    checked: str


@dataclass(frozen=True)
class App:
    """An app with a browser of its own. Where no way out is known, the address can still be copied."""

    name: str
    marks: str
    ways: Mapping[System, WayOut] = field(default_factory=lambda: MappingProxyType({}))
    is_named: bool = True


@dataclass(frozen=True)
class Inside:
    """Where a visitor is: inside this app, on this system."""

    app: App
    system: System


_INTENT = WayOut(Method.INTENT, "2024-11")
_X_SAFARI = WayOut(Method.X_SAFARI, "2024-10")
_BOTH = MappingProxyType({System.ANDROID: _INTENT, System.IOS: _X_SAFARI})

# In this order: an app of a family carries the marks of its elder, too.
APPS = (
    App("Threads", r"Barcelona", _BOTH),
    App("Instagram", r"Instagram", _BOTH),
    App("Messenger", r"MessengerForiOS|FB_IAB/MESSENGER|FBAN/Messenger", _BOTH),
    App("Facebook", r"FBAN|FBAV|FB_IAB", _BOTH),
    # On Android a tap is not dependably handed on.
    App("TikTok", r"musical_ly|Bytedance|TikTok", MappingProxyType({System.IOS: _X_SAFARI})),
    App("Snapchat", r"Snapchat"),
    App("LinkedIn", r"LinkedInApp", MappingProxyType({System.IOS: _X_SAFARI})),
    App("WeChat", r"MicroMessenger"),
    App("LINE", r"\bLine/", MappingProxyType({System.ANDROID: _INTENT})),
    # Android's own mark of a page shown inside an app.
    App("another app", r"; wv\)", MappingProxyType({System.ANDROID: _INTENT}), is_named=False),
)
# One expression for the browser's side: which page shows the hint at all.
ALL_MARKS = "|".join(app.marks for app in APPS)
NAMES = tuple(app.name for app in APPS)


def find_inside(user_agent: str) -> Inside | None:
    """Inside which app a browser runs, by its User-Agent; None where it has no mark of any."""
    for app in APPS:
        if re.search(app.marks, user_agent):
            return Inside(app, system_of(user_agent))
    return None


def system_of(user_agent: str) -> System:
    """The system of the device."""
    if re.search(r"iPhone|iPad|iPod", user_agent):
        return System.IOS
    return System.ANDROID if "Android" in user_agent else System.OTHER


def way_out(inside: Inside, url: str) -> str | None:
    """The link that opens `url` in the device's own browser; None where no way is known."""
    way = inside.app.ways.get(inside.system)
    if way is None:
        return None
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    if way.method is Method.X_SAFARI:
        return f"x-safari-{url}"
    return f"intent://{parts.netloc}{parts.path}{query}#Intent;scheme={parts.scheme};end"
