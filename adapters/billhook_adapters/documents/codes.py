"""What payers scan: the amount due and where to send it, as UPI and EPC QR codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Invoice
from billhook.model.money import major
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.language import Language
from billhook_adapters.documents.message_texts import one_line
from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import segno
    from segno.helpers import make_epc_qr

EPC_MOST = 99_999_999_999
"""Cents: what the standard for transfers lets a code ask for."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to be scanned; `says` is what it is for, in words."""

    says: str
    svg: str
    """The picture, on white, whatever is around it."""


def codes(hosted: HostedInvoice, language: Language) -> list[Code]:
    """The codes for what is due; none where nothing can be paid, or nobody said where to."""
    invoice, payment_instructions = hosted.invoice, hosted.payment_instructions
    if payment_instructions is None or not hosted.payable:
        return []
    amount = language.amount(invoice.due, invoice.document.currency)
    return [
        Code(language.say(phrase, amount=amount), _svg(code))
        for phrase, code in _made(invoice, payment_instructions, one_line(hosted.seller))
    ]


def _made(
    invoice: Invoice, payment_instructions: PaymentInstructions, seller: str
) -> Iterator[tuple[str, segno.QRCode]]:
    due = major(invoice.due, invoice.document.currency)
    about = invoice.number or invoice.id
    match invoice.document.currency:
        case "INR" if payment_instructions.upi is not None:
            link = f"upi://pay?pa={quote(payment_instructions.upi, '@')}&pn={quote(seller[:50])}&am={due:f}&cu=INR"
            yield "pay_upi", segno.make_qr(f"{link}&tn={quote(about[:50])}", error="m")
        case "EUR" if payment_instructions.iban is not None and invoice.due <= EPC_MOST:
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
    drawn = BytesIO()
    code.save(drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None)
    return drawn.getvalue().decode().strip()
