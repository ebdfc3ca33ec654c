"""An invoice's message as one e-mail: fixed headers, one link, and it is ours."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from billhook.messaging.message import Message
from billhook.model.customer import email_address
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import Writer, one_line

LONGEST_NAME = 60
"""Characters of a seller's name: folded over lines, a longer one is read as an address by some."""


def mail(
    message: Message, invoice: Invoice, seller: str, sender: str, writer: Writer
) -> EmailMessage:
    """The e-mail for a message. Raises ValueError where an address cannot stand in a header.

    `sender` is the operator's own address, never one from input. The Message-ID is made from the
    message's id, so that a receiver can recognise a repeat. A reminder can be stopped with one
    click (RFC 8058).
    """
    seller = one_line(seller)[:LONGEST_NAME]
    letter = writer.letter(message, invoice, seller)
    written = EmailMessage(policy=SMTP)
    written["From"] = Address(display_name=seller, addr_spec=sender)
    written["To"] = Address(addr_spec=email_address(message.address))
    copies = invoice.document.copies(message.address)
    if copies.cc:
        written["Cc"] = [Address(addr_spec=email_address(one)) for one in copies.cc]
    written["Subject"] = letter.subject
    written["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"
    if message.reminder is not None:
        written["List-Unsubscribe"] = f"<{invoice.short_url}/stop/{message.id}>"
        written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written.set_content(letter.text)
    if letter.html is not None:
        written.add_alternative(letter.html, subtype="html")
    return written
