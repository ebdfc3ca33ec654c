"""An invoice's message as one e-mail: fixed headers, one link, and it is ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import Writer
from billhook_adapters.documents.untrusted_text import one_line, visible
from billhook_adapters.email.headers import AddressError, addresses, header, link, mailbox, text

LONGEST_NAME = 60
"""Characters of a seller's name: folded over lines, a longer one is read as an address by some."""


_ASCII = SMTP.clone(cte_type="7bit")


class Mail(NamedTuple):
    """An e-mail as it goes out, and its Message-ID."""

    message_id: str
    content: bytes


def mail(
    message: Message,
    invoice: Invoice,
    seller: str,
    sender: str,
    writer: Writer,
    *,
    date: datetime,
    cc: Sequence[str] = (),
) -> Mail:
    """The e-mail for a message, with copies to `cc`.

    Raises AddressError where an address cannot stand in a header.

    `sender` is the operator's own address, never one from input. The Message-ID is made from the
    message's id, so that a receiver can recognise a repeat. A reminder can be stopped with one
    click (RFC 8058). Bodies are ASCII in transit, so that every server takes them.
    """
    seller = one_line(seller)[:LONGEST_NAME].rstrip()
    letter = writer.letter(message, invoice, seller)
    message_id = f"<{message.id}@{addresses([sender]).rpartition('@')[2]}>"
    headers = [
        header("Date", format_datetime(date)),
        header("From", mailbox("From", sender, seller)),
        header("To", addresses([message.address])),
        *([header("Cc", addresses(cc))] if cc else []),
        *_reply_to(invoice),
        header("Subject", text("Subject", visible(letter.subject))),
        header("Message-ID", message_id),
        header("Auto-Submitted", "auto-generated"),
    ]
    if message.reminder is not None:
        stop = link(f"{invoice.short_url}/stop/{message.id}")
        headers.append(header("List-Unsubscribe", stop))
        headers.append(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    body = EmailMessage(policy=_ASCII)
    body.set_content(letter.text)
    if letter.html is not None:
        body.add_alternative(letter.html, subtype="html")
    return Mail(message_id, b"".join(headers) + body.as_bytes())


def _reply_to(invoice: Invoice) -> Sequence[bytes]:
    """Answers go to the seller, where its profile has an address that a header can hold."""
    profile = invoice.document.seller
    if profile is None or profile.email is None:
        return []
    try:
        return [header("Reply-To", addresses([profile.email]))]
    except AddressError:
        return []
