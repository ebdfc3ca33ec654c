"""The e-invoice beside the page and within the PDF, where the extra for it is installed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from returns.pipeline import is_successful
from returns.result import Failure

from billhook.application.hosted_invoice import HostedInvoice
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.einvoice import is_installed
from billhook_adapters.einvoice.mapping import e_invoice
from billhook_adapters.einvoice.reasons import Reason, reason_json
from billhook_adapters.einvoice.semantic_model import Syntax
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.hosted_page.rendering import PRIVATE

FILES = {"invoice.xml": Syntax.CII, "invoice.ubl.xml": Syntax.UBL}
"""The syntax of each file below the path of an invoice."""


def has_e_invoice(hosted: HostedInvoice) -> bool:
    """Whether the invoice has an e-invoice here."""
    return is_installed() and is_successful(e_invoice(hosted))


def printed(printer: Printer, hosted: HostedInvoice) -> bytes:
    """The PDF, with the e-invoice in it where there is one."""
    if not is_installed():
        return printer.printed(hosted)
    from billhook_adapters.einvoice.writing import e_invoice_xml

    return printer.printed(hosted, e_invoice_xml(hosted).value_or(None))


def xml(hosted: HostedInvoice, name: str) -> Response:
    """The file of this name, or every reason why there is none."""
    from billhook_adapters.einvoice.writing import e_invoice_xml

    made = e_invoice_xml(hosted, FILES[name])
    if isinstance(made, Failure):
        return _problem(made.failure())
    saved = (b"content-disposition", f'attachment; filename="{name}"'.encode())
    return Response(200, made.unwrap(), (*PRIVATE, saved), b"application/xml")


def _problem(reasons: Sequence[Reason]) -> Response:
    """A problem of RFC 9457."""
    problem = {
        "type": "urn:billhook:problem:no_e_invoice",
        "title": "No e-invoice",
        "status": 404,
        "detail": "This invoice has no e-invoice; `reasons` lists what its seller has to do.",
        "code": "no_e_invoice",
        "reasons": list(map(reason_json, reasons)),
    }
    return Response(404, json.dumps(problem).encode(), PRIVATE, b"application/problem+json")
