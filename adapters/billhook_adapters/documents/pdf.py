"""The invoice as a PDF: tagged for screen readers (PDF/UA-1), and for archiving (PDF/A-2a)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from billhook.application.hosted_invoice import HostedInvoice
from billhook_adapters.documents.codes import codes
from billhook_adapters.documents.invoice_view import Sheet, sheet
from billhook_adapters.documents.language import SOURCE
from billhook_adapters.documents.untrusted_text import isolated
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import typst

_FOLDER = Path(__file__).parent
_Standards = list[Literal["a-2a", "ua-1"]]
_STANDARDS: _Standards = ["a-2a", "ua-1"]


class Printer:
    """Renders invoices as PDF. Text is data: nothing in a name or a note can be a command.

    `fonts` is a folder of the operator's own, for scripts beyond Latin, Greek, Cyrillic,
    Devanagari and Arabic. An invoice with a character that no font has is rendered without claiming
    the standards, which forbid it.
    """

    def __init__(self, fonts: Path | None = None, default: str = SOURCE) -> None:
        folders = [_FOLDER / "fonts"] if fonts is None else [_FOLDER / "fonts", fonts]
        self._default, self._lock = default, Lock()
        self._compiler = typst.Compiler(
            font_paths=[str(one) for one in folders], ignore_system_fonts=True
        )
        self._source = (_FOLDER / "invoice.typ").read_bytes()

    def printed(self, hosted: HostedInvoice) -> bytes:
        """The PDF of an invoice that is not cancelled."""
        said = sheet(hosted, self._default)
        language = said.language
        issued = hosted.invoice.dated_at.astimezone(UTC)
        data = {
            **_texts(said),
            "language": language.locale.language,
            "rtl": language.direction == "rtl",
            "words": dict(language.phrases),
            "day": [issued.year, issued.month, issued.day],
            "codes": [asdict(code) for code in codes(hosted, language)],
            "link": hosted.invoice.short_url,
        }
        with self._lock:
            try:
                return self._compiled(data, _STANDARDS)
            except typst.TypstError:
                return self._compiled(data, [])

    def _compiled(self, data: object, standards: _Standards) -> bytes:
        made = self._compiler.compile(
            input=self._source,
            format="pdf",
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=list(standards),
        )
        assert isinstance(made, bytes)  # noqa: S101  # one document, and no file was named
        return made


def _texts(said: Sheet) -> dict[str, Any]:
    """The texts of the sheet; those that stand in one paragraph with others are isolated."""
    rtl = said.language.direction == "rtl"

    def alone(text: str | None) -> str | None:
        return None if text is None else isolated(text, rtl=rtl)

    texts = {name: value for name, value in asdict(said).items() if name != "language"}
    texts |= {name: alone(texts[name]) for name in ("title", "number", "payer")}
    for row in texts["items"]:
        row |= {name: alone(row[name]) for name in ("name", "description")}
    return texts
