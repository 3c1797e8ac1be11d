"""A browser in words, from what it says of itself: enough to tell one's own apart, and never the whole line."""

from __future__ import annotations

import re

# The first that is found counts: most browsers claim to be several others as well.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("an iPhone", r"iPhone|iPod"),
    ("an iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("a Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def device_of(user_agent: str) -> str:
    """The browser and its system, such as "Firefox on Windows"; empty when neither is known."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else "")


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, shape in known if re.search(shape, user_agent[:512])), "")
