"""Payment QR codes (UPI, EPC): the amount requested and where to send it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from io import BytesIO
from urllib.parse import quote

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import InvoiceId
from billhook.model.money import major
from billhook_adapters.documents.language import Language
from billhook_adapters.documents.untrusted_text import visible
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import segno
    from segno.helpers import make_epc_qr

_log = logging.getLogger(__name__)

EPC_MOST = 99_999_999_999
"""Cents: the largest amount of the EPC standard."""

_LONGEST_EPC_NAME = 180
"""Bytes: a code of the EPC standard holds 331, and the name of the payee may be cut."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code; `says` is its caption."""

    says: str
    svg: str
    """The picture, on a white background."""


def codes(hosted: HostedInvoice, language: Language) -> list[Code]:
    """The codes for the amount requested; none where nothing can be paid, or nothing says where.

    One that cannot be drawn is left out, with a line in the log.
    """
    if not hosted.payable:
        return []
    amount = language.amount(hosted.requested, hosted.invoice.document.currency)
    found: list[Code] = []
    for phrase, draw in (("pay_upi", _upi_code), ("pay_bank", _epc_code)):
        svg = _drawn(partial(draw, hosted, language), hosted.invoice.id)
        if svg is not None:
            found.append(Code(language.say(phrase, amount=amount), svg))
    return found


def upi_link(hosted: HostedInvoice, language: Language) -> str | None:
    """The link that opens a UPI app with the amount requested; None where UPI cannot pay it."""
    instructions, currency = hosted.payment_instructions, hosted.invoice.document.currency
    if instructions is None or instructions.upi is None or currency != "INR" or not hosted.payable:
        return None
    address, name = quote(instructions.upi, "@"), quote(account_holder(hosted, language)[:50])
    due = major(hosted.requested, currency)
    link = f"upi://pay?pa={address}&pn={name}&am={due:f}&cu=INR"
    about = reference(hosted)
    return link if about is None else f"{link}&tn={quote(about[:50])}"


def account_holder(hosted: HostedInvoice, language: Language) -> str:
    """Whom the payer sends money to: the registered name, else the name that payers know."""
    holders = (hosted.account_holder or "", hosted.profile.legal_name or "", hosted.seller)
    names = (visible(name) for name in holders)
    return next((name for name in names if name), language.phrases["seller"])


def reference(hosted: HostedInvoice) -> str | None:
    """What the payer writes on the payment: the number that the invoice shows."""
    return visible(hosted.invoice.shown_number or "") or None


def _drawn(draw: Callable[[], str | None], invoice: InvoiceId) -> str | None:
    try:
        return draw()
    except ValueError:  # too much for a code, or nothing that its standard has letters for
        _log.warning("a payment code of invoice %s cannot be drawn", invoice)
        return None


def _upi_code(hosted: HostedInvoice, language: Language) -> str | None:
    link = upi_link(hosted, language)
    if link is None:
        return None
    # A code is not text that a page shows: it may name the id where there is no number.
    about = "" if reference(hosted) else f"&tn={hosted.invoice.id}"
    return _upi_svg(link + about)


def _epc_code(hosted: HostedInvoice, language: Language) -> str | None:
    instructions, currency = hosted.payment_instructions, hosted.invoice.document.currency
    if instructions is None or instructions.iban is None or currency != "EUR":
        return None
    if hosted.requested > EPC_MOST:
        return None
    name = account_holder(hosted, language)[:70].encode()[:_LONGEST_EPC_NAME]
    return _epc_svg(
        name.decode(errors="ignore"),
        instructions.iban,
        instructions.bic,
        major(hosted.requested, currency),
        (reference(hosted) or hosted.invoice.id)[:140],
    )


# To draw a code takes four times as long as all else of a page, and pages are opened again.
@lru_cache(maxsize=256)
def _upi_svg(link: str) -> str:
    return _svg(segno.make_qr(link, error="m"))


@lru_cache(maxsize=256)
def _epc_svg(name: str, iban: str, bic: str | None, amount: Decimal, about: str) -> str:
    return _svg(make_epc_qr(name, iban, amount, text=about, bic=bic, encoding=1))


def _svg(code: segno.QRCode) -> str:
    rendered = BytesIO()
    code.save(rendered, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None)
    return rendered.getvalue().decode().strip()
