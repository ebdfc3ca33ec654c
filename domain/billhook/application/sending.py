"""Issue and send: the one use case that joins two verbs in one transaction."""

from __future__ import annotations

from enum import StrEnum

from returns.result import Failure, Result, Success

from billhook.application.idempotency import SendResult
from billhook.application.records import Contact
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.issue import IssueError, issue, violations
from billhook.lifecycle.notify import DELIVERABLE, Notification, NotifyError, notify
from billhook.lifecycle.notify import STATUS_CHECK as NOTIFY
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice

IssueOrNotifyError = IssueError | NotifyError


class MissingAddressPolicy(StrEnum):
    """What to do about a medium by which the payer cannot be reached."""

    REQUIRED = "required"
    """Refuse the whole: nothing is issued and nothing is sent."""
    AVAILABLE = "available"
    """Leave that medium out."""


def issue_in(context: CommandContext, invoice: Invoice) -> Result[Invoice, IssueError]:
    """Issue an invoice under a fresh short URL and, where the account has a series, a number."""
    for refusal in violations(invoice, context.min_expiry_lead, context.now):
        return Failure(refusal)  # before a number is drawn, so that refusals leave no gap
    return issue(
        invoice,
        now=context.now,
        short_url=context.ids.short_url(),
        number=context.next_number(),
    ).map(context.keep)


def notify_in(
    context: CommandContext, invoice: Invoice, medium: Medium
) -> Result[Message, NotifyError]:
    """Queue a message about an invoice to all who may be told by this medium; the first of them."""

    def queued(told: list[Notification]) -> Message:
        first, *_ = map(context.queue, told)
        return first

    return notifications_for(context, invoice, medium).map(queued)


def send_in(
    context: CommandContext,
    invoice: Invoice,
    media: tuple[Medium, ...] | None,
    addresses: MissingAddressPolicy,
    *,
    issuing: bool,
) -> Result[SendResult, IssueOrNotifyError]:
    """Issue where that is to be done, then queue a message for every medium.

    A refusal leaves no trace, because a case that fails keeps nothing.
    """
    told = invoice
    if issuing:
        # A trial, without a number: one is drawn last, so that no refusal leaves a gap.
        tried = issue(
            invoice, now=context.now, short_url="-", min_expiry_lead=context.min_expiry_lead
        )
        if isinstance(tried, Failure):
            return tried
        told = tried.unwrap().invoice
    refused = NOTIFY.refusal(told, context.now)
    if refused is not None:
        return refused
    notifications: list[Notification] = []
    for medium in told.document.media if media is None else dict.fromkeys(media):
        decided = notifications_for(context, told, medium)
        if isinstance(decided, Success):
            notifications += decided.unwrap()
        elif addresses is MissingAddressPolicy.REQUIRED:
            return Failure(decided.failure())
    sent = issue_in(context, invoice).unwrap() if issuing else invoice
    return Success(SendResult(sent, tuple(map(context.queue, notifications))))


def notifications_for(
    context: CommandContext, invoice: Invoice, medium: Medium
) -> Result[list[Notification], NotifyError]:
    """Whom of a medium's recipients to tell: refused only where none of them may be told.

    The reason is then that of the first.
    """
    document = invoice.document
    if document.recipients is None:  # the customer alone, as nearly always
        address = document.address(medium)
        return _decided(context, invoice, medium, address).map(lambda one: [one])
    answers = [
        _decided(context, invoice, medium, address)
        for address in document.addresses(medium) or (None,)
    ]
    told = [answer.unwrap() for answer in answers if isinstance(answer, Success)]
    return Success(told) if told else Failure(answers[0].failure())


def _decided(
    context: CommandContext, invoice: Invoice, medium: Medium, address: str | None
) -> Result[Notification, NotifyError]:
    deliverability = DELIVERABLE
    if address is not None:
        deliverability = context.deliverability(invoice, Contact(invoice.account, medium, address))
    return notify(invoice, medium, now=context.now, deliverability=deliverability, address=address)
