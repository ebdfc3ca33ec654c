"""The page as HTML: autoescaped, without script, and closed to every other host."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from billhook_adapters.documents.codes import Code
from billhook_adapters.documents.invoice_view import Sheet
from billhook_adapters.documents.language import Language
from billhook_adapters.http.core.exchange import Response
from billhook_adapters.system.optional_dependencies import needs

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
_TEMPLATES.filters["picture"] = Markup  # drawn by us, from nothing but squares
_OURS = {"style": Markup(_STYLE)}  # noqa: S704  # a file of ours
_PAGE, _SENTENCE = (
    _TEMPLATES.get_template(name, globals=_OURS) for name in ("page.html", "sentence.html")
)

_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}
"""What every page says of itself: only its own style, nobody's frame, no trace left behind."""

_SAID = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
_INLINE = (b"content-disposition", b'inline; filename="invoice.pdf"')


def page(
    sheet: Sheet, token: str, codes: Sequence[Code] = (), *, simulating: bool = False
) -> Response:
    """The page of an invoice. With `simulating`, its payer may be played."""
    language = sheet.language
    simulated = None
    if simulating and sheet.due is not None:
        simulated = language.say("simulate", amount=sheet.due)
    body = _PAGE.render(
        sheet=sheet,
        token=token,
        codes=codes,
        simulating=simulated,
        language=language,
        words=language.phrases,
    )
    return _html(200, body)


def sentence(
    status: int, title: str, text: str, language: Language, *, button: str | None = None
) -> Response:
    """A page of one sentence, by the names of its phrases; with a button, it can be agreed to."""
    said = language.phrases
    body = _SENTENCE.render(
        title=said[title], text=said[text], button=button and said[button], language=language
    )
    return _html(status, body)


def document(body: bytes) -> Response:
    """A PDF, to be looked at in place."""
    return Response(200, body, (*_SAID, _INLINE), b"application/pdf")


def back_to(token: str) -> Response:
    """Back to an invoice's page, one level up."""
    return Response(303, b"", (*_SAID, (b"location", f"../{token}".encode())), b"text/html")


def _html(status: int, body: str) -> Response:
    return Response(status, body.encode(), _SAID, b"text/html; charset=utf-8")
