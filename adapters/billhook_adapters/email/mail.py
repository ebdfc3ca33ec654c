"""An invoice's message as one e-mail: fixed headers, one link, and it is ours."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from billhook.invoice import Invoice
from billhook.message import Message
from billhook.party import email_address
from billhook_adapters.wording import amount_text, one_line, short_text


def mail(message: Message, invoice: Invoice, seller: str, sender: str) -> EmailMessage:
    """The e-mail for a message. Raises ValueError where an address cannot stand in a header.

    `sender` is the operator's own address, never one from input. The Message-ID is made from the
    message's id, so that a receiver can tell a repeat.
    """
    due = amount_text(invoice.due, invoice.document.currency)
    written = EmailMessage(policy=SMTP)
    written["From"] = Address(display_name=one_line(seller), addr_spec=sender)
    written["To"] = Address(addr_spec=email_address(message.address))
    copies = invoice.document.copies(message.address)
    if copies.cc:
        written["Cc"] = [Address(addr_spec=email_address(one)) for one in copies.cc]
    reminding = message.reminder is not None
    what = "Reminder: invoice" if reminding else "Invoice"
    written["Subject"] = f"{what} over {due} from {one_line(seller)}"
    written["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"
    customer = invoice.document.customer
    name = one_line(customer.name) if customer is not None and customer.name else ""
    greeting = f"Hello {name}," if name else "Hello,"
    text = short_text(invoice, seller, reminding=reminding)
    written.set_content(f"{greeting}\n\n{text}\n")
    return written
