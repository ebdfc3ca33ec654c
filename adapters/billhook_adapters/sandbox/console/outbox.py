"""The messages that were sent, and one of them as its reader sees it and as a server gets it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import partial
from typing import NamedTuple

from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import Letter
from billhook_adapters.email.headers import AddressError
from billhook_adapters.email.mail import mail
from billhook_adapters.http.core.response import Response
from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.sandbox.console.fields import Fields, part
from billhook_adapters.sandbox.console.rendering import Pages, mail_html
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import Moment, medium_name, moment
from billhook_adapters.sms.segments import measured, strange

SENDER = "invoices@sandbox.example"
"""The address that mails of the sandbox are from; no mail is sent."""
LONGEST_START = 60
"""Characters of an SMS in a list."""


class MessageRow(NamedTuple):
    """A message as a line of a list."""

    id: str
    medium: str
    to: str
    start: str
    invoice: str
    account: str
    status: str | None
    at: Moment | None


class _Written:
    """Writes a message again as it was captured."""

    def __init__(self, message: CapturedMessage) -> None:
        self._message = message

    def sms(self, message: Message, invoice: Invoice, seller: str) -> str:  # noqa: ARG002  # Writer
        """The text."""
        return self._message.text

    def letter(self, message: Message, invoice: Invoice, seller: str) -> Letter:  # noqa: ARG002  # Writer
        """The e-mail."""
        return Letter(self._message.subject or "", self._message.text, self._message.html)


def rows_of(sources: Sources, sent: Sequence[CapturedMessage]) -> Sequence[MessageRow]:
    """The lines of these messages."""
    stored = sources.messages([MessageKey(one.account, one.id) for one in sent])
    return [_row(one, stored.get(MessageKey(one.account, one.id))) for one in sent]


async def outbox_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The list, the newest first."""
    shown = part(sources.sent, fields.get("page"))
    rows = await sources.batched.read_page(lambda _: rows_of(sources, shown.rows))
    return pages.page("outbox.html", fields, section="outbox", rows=rows, part=shown)


async def message_page(sources: Sources, pages: Pages, name: str, fields: Fields) -> Response:
    """One message."""
    one = _sent(sources, name)
    if one is None:
        return pages.not_found()
    message, hosted = await sources.batched.read(partial(_read, one=one))
    is_mail = one.medium is Medium.EMAIL
    source = _source(one, message, hosted) if is_mail else None
    return pages.page(
        "message.html",
        fields,
        section="outbox",
        one=one,
        row=_row(one, message),
        message=message,
        is_mail=is_mail,
        headers=None if source is None else source.partition("\n\n")[0],
        source=source,
        length=None if is_mail else measured(one.text),
        strange=None if is_mail else strange(one.text),
    )


def message_html(sources: Sources, pages: Pages, name: str) -> Response:
    """The HTML of a mail alone, for a frame."""
    one = _sent(sources, name)
    return pages.not_found() if one is None or one.html is None else mail_html(one.html)


def _sent(sources: Sources, name: str) -> CapturedMessage | None:
    return next((one for one in sources.sent if one.id == name), None)


def _read(
    service: InvoiceService, *, one: CapturedMessage
) -> tuple[Message | None, HostedInvoice | None]:
    message = service.message(MessageKey(one.account, one.id))
    hosted = service.hosted(one.account, one.invoice).value_or(None)
    return message if isinstance(message, Message) else None, hosted


def _row(one: CapturedMessage, stored: Message | None) -> MessageRow:
    return MessageRow(
        id=one.id,
        medium=medium_name(one.medium),
        to=one.to,
        start=one.subject or _start(one.text),
        invoice=one.invoice,
        account=one.account,
        status=None if stored is None else stored.status.value,
        at=None if one.at is None else moment(one.at, UTC),
    )


def _start(text: str) -> str:
    return text if len(text) <= LONGEST_START else f"{text[:LONGEST_START]}…"


def _source(
    one: CapturedMessage, message: Message | None, hosted: HostedInvoice | None
) -> str | None:
    """The mail as the SMTP sender hands it over; None where it could not be sent by SMTP."""
    if message is None or hosted is None:
        return None
    invoice, date = hosted.invoice.of_seller(hosted.profile), message.sent_at
    copies = invoice.document.copies(one.to)
    try:
        written = mail(
            message,
            invoice,
            hosted.seller,
            SENDER,
            _Written(one),
            date=date or message.requested_at,
            cc=copies.cc,
        )
    except AddressError:
        return None
    return written.content.decode(errors="replace").replace("\r\n", "\n")
