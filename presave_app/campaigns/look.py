"""What a label gives its page besides the release: colours, a few words, and links of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from presave_app.campaigns import colours
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.lib.text import clean_line, clean_lines
from presave_app.streaming.link_services import BadLink, parse_link

MOST_LINKS = 4
MOST_WORDS = 280
COLOUR_INPUTS = ("accent", "ground")
# The button that gives up both colours is sent under this name.
COLOURS_FIELD = "colours"
WORDS_FIELDS = ("words_before", "words_after")
LINKS_FIELD = "own_links"
LINK_INPUTS = tuple((f"link_url_{number}", f"link_name_{number}") for number in range(1, MOST_LINKS + 1))
FIELDS = (COLOURS_FIELD, *WORDS_FIELDS, LINKS_FIELD)

_MOST_WORDS_LINES = 8
_MOST_NAME_LENGTH = 40
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)


def save_colours(campaign: Campaign, texts: Mapping[str, str]) -> None:
    """Choose the colours that were typed, or give both up; raises FieldError."""
    shown = texts_of(campaign)
    is_given_up = COLOURS_FIELD in texts
    accent, ground = ("" if is_given_up else texts.get(name, shown[name]) for name in COLOUR_INPUTS)
    colours.choose_colours(campaign, parse_colour("accent", accent), parse_colour("ground", ground))


def parse_words(text: str) -> str | None:
    """A few plain lines, with at most one empty line between paragraphs, or None when the field is empty."""
    words = clean_lines(text)
    if len(words) > MOST_WORDS:
        raise FieldError(f"At most {MOST_WORDS} characters, these are {len(words)}.")
    if words.count("\n") >= _MOST_WORDS_LINES:
        raise FieldError(f"At most {_MOST_WORDS_LINES} lines, these are {words.count(chr(10)) + 1}.")
    return words or None


def save_links(campaign: Campaign, texts: Mapping[str, str]) -> None:
    """Keep the links that were typed, in their order; raises FieldError."""
    shown = texts_of(campaign) | dict(texts)
    links = [_parse_link(number, shown[url], shown[name]) for number, (url, name) in enumerate(LINK_INPUTS, 1)]
    campaign.own_links = [link for link in links if link] or None


def texts_of(campaign: Campaign) -> dict[str, str]:
    """What is stored, by the names of the inputs."""
    kept = campaign.own_links or []
    links = [*kept, *({"url": "", "name": ""} for _ in range(MOST_LINKS - len(kept)))]
    rows = zip(LINK_INPUTS, links, strict=True)
    return {
        "accent": campaign.own_accent or "",
        "ground": campaign.own_ground or "",
        "words_before": campaign.words_before or "",
        "words_after": campaign.words_after or "",
        **{name: text for inputs, link in rows for name, text in zip(inputs, (link["url"], link["name"]), strict=True)},
    }


def parse_colour(name: str, text: str) -> str | None:
    """A colour as #rrggbb, or None when the field is empty; raises FieldError."""
    typed = clean_line(text)
    if not typed:
        return None
    found = _COLOUR.fullmatch(typed)
    if found is None:
        raise FieldError(f"The {name} is not a colour. Write it like #7a3cff, or leave it empty.")
    digits = found[1].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)


def _parse_link(number: int, url: str, name: str) -> dict[str, str] | None:
    """A link without a name bears that of its host."""
    address, words = clean_line(url), clean_line(name)
    if not address:
        if words:
            raise FieldError(f"Link {number}: paste its address too.")
        return None
    if len(words) > _MOST_NAME_LENGTH:
        raise FieldError(f"Link {number}: at most {_MOST_NAME_LENGTH} characters in its name, these are {len(words)}.")
    try:
        host, link = parse_link(address)
    except BadLink as fault:
        raise FieldError(f"Link {number}: {fault}") from None
    return {"name": words or host, "url": link}
