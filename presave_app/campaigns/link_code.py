"""A campaign's link as a QR code, for posters and covers: to be printed, so sharp and never in colour."""

from __future__ import annotations

import io
import re

import segno

DEFAULT_SOURCE = "poster"
KINDS = {"svg": "image/svg+xml", "png": "image/png"}

# A quarter of the code may be torn or dirty; what shortens it most is a short link.
_CORRECTION = "q"
# The margin that ISO/IEC 18004 asks for, in modules, white like the ground: a poster may be of any colour.
_QUIET_ZONE = 4
# Some 17 cm at 300 dots an inch; what is larger is made from the SVG.
_LEAST_PIXELS = 2000
_DOTS_PER_INCH = 300
_NO_WORD = re.compile(r"[^a-z0-9]+")


def code_of(link: str, kind: str) -> bytes:
    """The code of an absolute link as a file, `kind` being one of KINDS."""
    code = segno.make_qr(link, error=_CORRECTION, boost_error=False)
    out = io.BytesIO()
    if kind == "svg":
        code.save(out, "svg", scale=10, border=_QUIET_ZONE, light="#fff", svgclass=None, lineclass=None)
    else:
        modules = code.symbol_size(border=_QUIET_ZONE)[0]
        code.save(out, "png", scale=-(-_LEAST_PIXELS // modules), border=_QUIET_ZONE, dpi=_DOTS_PER_INCH)
    return out.getvalue()


def file_name(slug: str, source: str, kind: str) -> str:
    """A name to keep the file under: night-drive-poster.svg."""
    return "-".join(part for part in (slug, _NO_WORD.sub("-", source.lower()).strip("-")) if part) + f".{kind}"
