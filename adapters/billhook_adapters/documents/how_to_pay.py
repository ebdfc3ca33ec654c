"""How an invoice is paid, as texts: the UPI address, the bank account, links and codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billhook.application.hosted_invoice import HostedInvoice
from billhook_adapters.documents.codes import Code, account_holder, codes, reference, upi_link
from billhook_adapters.documents.language import Language
from billhook_adapters.documents.parties import Entry
from billhook_adapters.documents.untrusted_text import label, without_direction_controls


@dataclass(frozen=True, slots=True)
class HowToPay:
    """The ways to pay the requested amount."""

    link: str | None
    """Where the payer pays in a browser."""
    upi_link: str | None
    """Opens a UPI app, on the phone that shows the page."""
    entries: Sequence[Entry]
    """What a payer types elsewhere: the UPI address, the bank account."""
    text: str | None
    """What the seller says of it."""
    codes: Sequence[Code]


def how_to_pay(hosted: HostedInvoice, language: Language) -> HowToPay | None:
    """How to pay an invoice; None where nothing can be paid, or nothing says how."""
    if not hosted.payable:
        return None
    text, link = hosted.profile.payment_text, hosted.profile.payment_link
    ways = HowToPay(
        link=None if link is None else label(link),
        upi_link=upi_link(hosted, language),
        entries=tuple(_entries(hosted, language)),
        text=None if text is None else without_direction_controls(text) or None,
        codes=codes(hosted, language),
    )
    return ways if ways.link or ways.entries or ways.text else None


def _entries(hosted: HostedInvoice, language: Language) -> Iterator[Entry]:
    """The UPI address where that can pay the invoice, else the bank account."""
    instructions, words = hosted.payment_instructions, language.phrases
    if instructions is None:
        return
    link = upi_link(hosted, language)
    if link is not None and instructions.upi is not None:
        yield Entry(words["upi"], instructions.upi)
    elif instructions.iban is not None:
        yield Entry(words["account_holder"], account_holder(hosted, language))
        yield Entry(words["iban"], grouped(instructions.iban))
        if instructions.bic is not None:
            yield Entry(words["bic"], instructions.bic)
    about = reference(hosted)
    if about is not None and (link is not None or instructions.iban is not None):
        yield Entry(words["reference"], about)


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as it is printed (ISO 13616).

    >>> grouped("DE89370400440532013000")
    'DE89 3704 0044 0532 0130 00'
    """
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
