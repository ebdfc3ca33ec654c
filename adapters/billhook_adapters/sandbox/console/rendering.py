"""The pages as HTML: autoescaped, with one style sheet and one script of their own."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from pathlib import Path

from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console import texts
from billhook_adapters.sandbox.console.fields import NO_FIELDS, Fields
from billhook_adapters.sandbox.console.notices import Notice, Notices
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups "
    "allow-popups-to-escape-sandbox; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HTML = b"text/html; charset=utf-8"
Headers = tuple[tuple[bytes, bytes], ...]


def _headers(policy: str, **more: str) -> Headers:
    named = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        # Forms need it: without a referrer a browser does not say which origin they are of.
        "referrer-policy": "same-origin",
        "cache-control": "no-store",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return tuple((name.encode(), value.encode()) for name, value in named.items())


PRIVATE = _headers(_POLICY, x_frame_options="DENY")
_OF_MAIL = _headers(_MAIL_POLICY)
_KEPT = (
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"x-content-type-options", b"nosniff"),
)
_TYPES = {
    "console.css": b"text/css; charset=utf-8",
    "console.js": b"text/javascript; charset=utf-8",
}
_FILES: Mapping[str, Response] = {
    name: Response(200, (_FOLDER / name).read_bytes(), _KEPT, media_type)
    for name, media_type in _TYPES.items()
}
VERSION = urlsafe_b64encode(
    sha256(b"".join(one.body for one in _FILES.values())).digest()[:9]
).decode()
"""Names the style sheet and script of this version, which browsers keep."""
SECTIONS = (
    ("invoices", "Invoices"),
    ("outbox", "Outbox"),
    ("webhooks", "Webhooks"),
    ("requests", "Requests"),
    ("clock", "Clock"),
    ("faults", "Faults"),
    ("accounts", "Accounts"),
)
"""The pages that every page links to: their paths, and what the links say."""
_OURS = {"sections": SECTIONS, "version": VERSION, "words": texts.words}


def static(name: str) -> Response | None:
    """The style sheet or the script; None for another name."""
    return _FILES.get(name)


def mail_html(body: str) -> Response:
    """The HTML of a mail: no script, nothing from another host, in a frame of the console alone.

    Its links open in tabs of their own: the page of a payer is shown in no frame.
    """
    shown = body.replace("<head>", '<head><base target="_blank">', 1)
    return Response(200, shown.encode(), _OF_MAIL, _HTML)


class Pages:
    """Makes the pages of one sandbox, and sends browsers on with a notice."""

    def __init__(self, sources: Sources) -> None:
        self._sources, self._notices = sources, Notices()

    def page(
        self, template: str, query: Fields = NO_FIELDS, status: int = 200, **values: object
    ) -> Response:
        """A page, with the notice that its query names."""
        shown = {
            "root": self._sources.root,
            "section": None,
            "now": texts.moment(self._sources.now(), UTC),
            "notice": self._notices.get(query.get("notice")),
            **values,
        }
        body = _TEMPLATES.get_template(template, globals=_OURS).render(shown)
        return Response(status, body.encode(errors="replace"), PRIVATE, _HTML)

    def problem(self, status: int, title: str, text: str) -> Response:
        """A page of one sentence."""
        return self.page("problem.html", status=status, title=title, text=text)

    def not_found(self) -> Response:
        """The page for a path that names nothing."""
        return self.problem(404, "Not found", "The sandbox has nothing at this path.")

    def back(self, path: str, text: str, *, refused: bool = False) -> Response:
        """On to a page below the root by a GET, with a notice."""
        name = self._notices.add(Notice(text, refused))
        location = f"{self._sources.root}{path}?notice={name}"
        return Response(303, b"", (*PRIVATE, (b"location", location.encode())), _HTML)
