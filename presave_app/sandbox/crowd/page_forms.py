"""Finds the forms of a page, with what a browser would send along."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

NOT_SENT = ("submit", "button", "image", "reset", "file")


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def has_button(self, name: str, value: str) -> bool:
        return (name, value) in self.buttons


def read_forms(page: str, address: str) -> list[Form]:
    reader = _FormReader(address)
    reader.feed(page)
    reader.close()
    return reader.forms


class _FormReader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._address = address
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self._address, attributes.get("action", ""))
            self._open = Form(action, attributes.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and "disabled" not in attributes:
            self._take_field(self._open, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _take_field(self, form: Form, tag: str, attributes: dict[str, str]) -> None:
        name, value, kind = (
            attributes.get("name", ""),
            attributes.get("value", ""),
            attributes.get("type", ""),
        )
        if tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "input" and name and kind in ("checkbox", "radio"):
            if "checked" in attributes:
                form.fields[name] = value or "on"
        elif tag == "input" and name and kind not in NOT_SENT:
            form.fields[name] = value
