"""The invoice as a PDF: tagged for screen readers (PDF/UA-1), and for archiving (PDF/A-3a)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any, Literal, cast

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.logo import Logo
from billhook_adapters.documents.colors import ACCENT, LIGHT, readable
from billhook_adapters.documents.font_chain import FontChain
from billhook_adapters.documents.invoice_view import Sheet, sheet
from billhook_adapters.documents.language import SOURCE, Language
from billhook_adapters.documents.missing_glyphs import Boxes, missing_texts
from billhook_adapters.documents.untrusted_text import isolated
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import typst

_log = logging.getLogger(__name__)
_TEMPLATE = Path(__file__).parent / "invoice.typ"
_Standards = list[Literal["a-3a", "ua-1"]]
_STANDARDS: _Standards = ["a-3a", "ua-1"]

_LETTER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE", "GT", "CR", "PA", "DO", "PR"})
"""Countries (CLDR) whose paper is US Letter; elsewhere it is A4."""

_TRIES = 4
"""A logo can be wrong, and a box in place of a letter leave a mark alone that has no glyph."""

CountMissing = Callable[[Mapping[str, int]], None]
"""Takes how many characters of a PDF no font has, by script."""


class Printer:
    """Renders invoices as PDF. Text is data: nothing in a name or a note can be a command.

    A character that no font has is printed as a box, named by its script in the log, and given to
    `count_missing`.
    """

    def __init__(
        self,
        fonts: FontChain | None = None,
        default: str = SOURCE,
        *,
        count_missing: CountMissing | None = None,
    ) -> None:
        self._fonts = fonts or FontChain()
        self._default, self._count_missing, self._lock = default, count_missing, Lock()
        self._compiler = typst.Compiler(
            root=str(_TEMPLATE.parent),  # a picture in a logo can name no other file
            font_paths=self._fonts.fonts,
            ignore_system_fonts=True,
        )
        self._source = _TEMPLATE.read_bytes()

    def printed(self, hosted: HostedInvoice, e_invoice: bytes | None = None) -> bytes:
        """The PDF of an invoice that is not cancelled; with its CII it is a Factur-X document."""
        data, boxes = self._data(hosted), Boxes()
        with self._lock:
            body = self._with_boxes(data, boxes, e_invoice)
        if boxes.scripts:
            counts = ", ".join(
                f"{script} {count}" for script, count in sorted(boxes.scripts.items())
            )
            _log.warning("pdf: no font has some characters: %s; install billhook[fonts]", counts)
            if self._count_missing is not None:
                self._count_missing(boxes.scripts)
        return body

    def _data(self, hosted: HostedInvoice) -> dict[str, Any]:
        said = sheet(hosted, self._default)
        language = said.language
        issued = hosted.invoice.dated_at.astimezone(UTC)
        address, customer = hosted.profile.address, hosted.invoice.document.customer
        data = {
            **_texts(said),
            "language": language.locale.language,
            "rtl": language.direction == "rtl",
            "words": dict(language.phrases),
            "digits": "".join(language.number(Decimal(digit)) for digit in range(10)),
            "day": [issued.year, issued.month, issued.day],
            "link": hosted.invoice.short_url,
            "author": said.seller.name or said.title,
            "running": " · ".join(filter(None, (_short(said.seller.name), _short(said.number)))),
            "accent": readable(hosted.profile.accent_color or ACCENT, LIGHT),
            "paper": "us-letter" if address and address.country in _LETTER else "a4",
        }
        tag = None if customer is None else customer.language
        fonts = self._fonts.families(tag, json.dumps(data, ensure_ascii=False))
        return {**data, "fonts": fonts, "logo": _logo(hosted.logo)}

    def _with_boxes(self, data: dict[str, Any], boxes: Boxes, e_invoice: bytes | None) -> bytes:
        for _ in range(_TRIES):
            try:
                body = self._compiled(data, _STANDARDS, e_invoice)
                return body if e_invoice is None else _as_factur_x(body)
            except typst.TypstError as error:
                texts = missing_texts(error)
                if texts:
                    data = boxes.put(data, texts)
                elif data["logo"] is not None:
                    _log.warning("pdf: a logo cannot be drawn, and is left out")
                    data = {**data, "logo": None}
                else:
                    break
        return self._compiled(data, [])

    def _compiled(
        self, data: object, standards: _Standards, e_invoice: bytes | None = None
    ) -> bytes:
        inputs = {"data": json.dumps(data)}
        if e_invoice is not None:
            inputs["e-invoice"] = e_invoice.decode()
        made = self._compiler.compile(
            input=self._source,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=list(standards),
        )
        assert isinstance(made, bytes)  # noqa: S101  # one document, and no file was named
        return made


def _as_factur_x(pdf: bytes) -> bytes:
    from billhook_adapters.documents.factur_x import claimed  # comes with an extra of its own

    return claimed(pdf)


def _short(text: str | None) -> str:
    """A name or a number for the foot of every page, where it has half a line."""
    return "" if text is None else isolated(text if len(text) <= 60 else f"{text[:59]}…")


def _logo(logo: Logo | None) -> dict[str, Any] | None:
    return None if logo is None else {"format": logo.format.value, "data": list(logo.data)}


def _texts(said: Sheet) -> dict[str, Any]:
    """The texts of the sheet; those that stand in one paragraph with others are isolated."""
    texts = {name: value for name, value in asdict(said).items() if name != "language"}
    apart: dict[str, Any] = _isolated(texts, said.language)
    return {**apart, "totals": texts["totals"]}


_OTHERS = frozenset(
    {"address", "description", "footer", "hsn_sac", "legal_name", "name", "number", "reference"}
    | {"comment", "shipping_address", "tax_name", "terms", "text", "title"}
)
"""The fields of texts that others wrote, in the sheet and all that it holds."""


def _isolated(value: Any, language: Language, field: str = "") -> Any:
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _isolated(one, language, name) for name, one in named.items()}
    if isinstance(value, list | tuple):
        return [_isolated(one, language, field) for one in cast("list[Any]", value)]
    return language.isolated(value) if isinstance(value, str) and field in _OTHERS else value
