"""Reads of a page what a fan's browser acts on: forms, links, scripts, and what elements hold for scripts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

NOT_SENT = ("submit", "button", "image", "reset", "file")
FOR_SCRIPTS = "data-"


@dataclass(slots=True)
class Form:
    """`fields` is what a browser would send along, `held` what the form's own data-… attributes hold for scripts."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    def has_button(self, name: str, value: str) -> bool:
        return (name, value) in self.buttons


@dataclass(slots=True)
class Page:
    """Addresses are absolute. `held` has an entry for each element that holds something for scripts.

    `link_ids` are those of the links that have one.
    """

    address: str
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    link_ids: set[str] = field(default_factory=set)
    scripts: list[str] = field(default_factory=list)
    held: list[dict[str, str]] = field(default_factory=list)

    def posts(self) -> Iterator[Form]:
        return (form for form in self.forms if form.method == "post")


def read_page(text: str, address: str) -> Page:
    reader = _PageReader(address)
    reader.feed(text)
    reader.close()
    return reader.page


class _PageReader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.page = Page(address)
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open_form(attributes)
        elif tag == "a" and "href" in attributes:
            self.page.links.append(self._absolute(attributes["href"]))
            self.page.link_ids.add(attributes.get("id", ""))
        elif tag == "script" and "src" in attributes:
            self.page.scripts.append(self._absolute(attributes["src"]))
        elif self._open is not None and "disabled" not in attributes:
            _take_field(self._open, tag, attributes)
        if held := _held_by(attributes):
            self.page.held.append(held)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _open_form(self, attributes: dict[str, str]) -> None:
        action, method = self._absolute(attributes.get("action", "")), attributes.get("method", "get").lower()
        self._open = Form(action, method, held=_held_by(attributes))
        self.page.forms.append(self._open)

    def _absolute(self, address: str) -> str:
        return urljoin(self.page.address, address)


def _held_by(attributes: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix(FOR_SCRIPTS): value for name, value in attributes.items() if name.startswith(FOR_SCRIPTS)}


def _take_field(form: Form, tag: str, attributes: dict[str, str]) -> None:
    name, value, kind = (attributes.get(key, "") for key in ("name", "value", "type"))
    if tag == "button" and name:
        form.buttons.append((name, value))
    elif tag == "input" and name and kind in ("checkbox", "radio"):
        if "checked" in attributes:
            form.fields[name] = value or "on"
    elif tag == "input" and name and kind not in NOT_SENT:
        form.fields[name] = value
