"""The page as HTML: autoescaped, without script, and closed to every other host."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from billhook_adapters.extras import needs
from billhook_adapters.http.exchange import Answer
from billhook_adapters.http.page.sheet import Sheet

with needs("pages"):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "page.css").read_text()
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_OURS = {"style": Markup(_STYLE)}  # noqa: S704  # a file of ours
_PAGE, _SENTENCE = (
    _TEMPLATES.get_template(name, globals=_OURS) for name in ("page.html", "sentence.html")
)

_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}
"""What every page says of itself: only its own style, nobody's frame, no trace left behind."""

_SAID = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


def page(sheet: Sheet) -> Answer:
    """The page of an invoice."""
    return _html(200, _PAGE.render(sheet=sheet))


def sentence(status: int, title: str, text: str) -> Answer:
    """A page of one sentence."""
    return _html(status, _SENTENCE.render(title=title, text=text))


def _html(status: int, body: str) -> Answer:
    return Answer(status, body.encode(), _SAID, b"text/html; charset=utf-8")
