"""Payment QR codes (UPI, EPC): the amount due and where to send it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.money import major
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.language import Language
from billhook_adapters.documents.untrusted_text import visible
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import segno
    from segno.helpers import make_epc_qr

EPC_MOST = 99_999_999_999
"""Cents: the largest amount of the EPC standard."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code; `says` is its caption."""

    says: str
    svg: str
    """The picture, on a white background."""


def codes(hosted: HostedInvoice, language: Language) -> list[Code]:
    """The codes for the amount requested; none where nothing can be paid, or nothing says where."""
    invoice, payment_instructions = hosted.invoice, hosted.payment_instructions
    if payment_instructions is None or not hosted.payable:
        return []
    amount = language.amount(hosted.requested, invoice.document.currency)
    return [
        Code(language.say(phrase, amount=amount), _svg(code))
        for phrase, code in _payment_codes(hosted, payment_instructions)
    ]


def _payment_codes(
    hosted: HostedInvoice, payment_instructions: PaymentInstructions
) -> Iterator[tuple[str, segno.QRCode]]:
    invoice, seller = hosted.invoice, visible(hosted.seller)
    due = major(hosted.requested, invoice.document.currency)
    about = visible(invoice.number or invoice.id)
    match invoice.document.currency:
        case "INR" if payment_instructions.upi is not None:
            payee = f"pa={quote(payment_instructions.upi, '@')}&pn={quote(seller[:50])}"
            link = f"upi://pay?{payee}&am={due:f}&cu=INR&tn={quote(about[:50])}"
            yield "pay_upi", segno.make_qr(link, error="m")
        case "EUR" if payment_instructions.iban is not None and hosted.requested <= EPC_MOST:
            yield (
                "pay_bank",
                make_epc_qr(
                    seller[:70],
                    payment_instructions.iban,
                    due,
                    text=about[:140],
                    bic=payment_instructions.bic,
                    encoding=1,
                ),
            )
        case _:
            return


def _svg(code: segno.QRCode) -> str:
    rendered = BytesIO()
    code.save(rendered, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None)
    return rendered.getvalue().decode().strip()
