"""Issue and send: the use case that combines two operations in one transaction."""

from __future__ import annotations

from enum import StrEnum

from returns.result import Failure, Result, Success

from billhook.application.idempotency import SendResult
from billhook.application.numbering import number_for
from billhook.application.records import Contact
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import NumberTaken, SmsError
from billhook.lifecycle.issue import IssueError, issue, violations
from billhook.lifecycle.notify import DELIVERABLE, Notification, NotifyError, notify
from billhook.lifecycle.notify import STATUS_CHECK as NOTIFY
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice

NumberedIssueError = IssueError | NumberTaken
IssueOrNotifyError = NumberedIssueError | NotifyError


class MissingAddressPolicy(StrEnum):
    """What happens if a medium has no address that a message can be sent to."""

    REQUIRED = "required"
    """The command fails: nothing is issued and nothing is sent."""
    AVAILABLE = "available"
    """That medium is skipped."""


def issue_in(context: CommandContext, invoice: Invoice) -> Result[Invoice, NumberedIssueError]:
    """Issue an invoice under a new short URL and, if the account has a series, a number."""
    for error in violations(invoice, context.min_expiry_lead, context.now, context.guards):
        return Failure(error)  # before a number is drawn, so that errors leave no gap
    number = number_for(context, invoice)
    if isinstance(number, Failure):
        return number
    return issue(
        invoice,
        now=context.now,
        short_url=context.ids.short_url(),
        number=number.unwrap(),
    ).map(context.keep)


def send_in(
    context: CommandContext,
    invoice: Invoice,
    media: tuple[Medium, ...] | None,
    addresses: MissingAddressPolicy,
    *,
    issuing: bool,
) -> Result[SendResult, IssueOrNotifyError]:
    """Issue the invoice if `issuing`, then queue messages by every medium.

    On an error nothing is stored, because a failed command's context is dropped.
    """
    to_send = invoice
    if issuing:
        # A trial without a number. The number is drawn last, so that errors leave no gap.
        issued = issue(
            invoice,
            now=context.now,
            short_url="-",
            min_expiry_lead=context.min_expiry_lead,
            guards=context.guards,
        )
        if isinstance(issued, Failure):
            return issued
        to_send = issued.unwrap().invoice
    refused = NOTIFY.error(to_send, context.now)
    if refused is not None:
        return refused
    notifications: list[Notification] = []
    for medium in to_send.document.media if media is None else dict.fromkeys(media):
        result = notifications_for(context, to_send, medium)
        if isinstance(result, Success):
            notifications += result.unwrap()
        elif addresses is MissingAddressPolicy.REQUIRED:
            return Failure(result.failure())
    sent = issue_in(context, invoice) if issuing else Success(invoice)
    return sent.map(lambda one: SendResult(one, tuple(map(context.queue, notifications))))


def notifications_for(
    context: CommandContext, invoice: Invoice, medium: Medium
) -> Result[list[Notification], NotifyError]:
    """The notifications of a medium: one for each recipient that `notify` allows.

    If it allows none, the result is the error of the first recipient.
    """
    results: list[Result[Notification, NotifyError]] = []
    for address in invoice.document.addresses(medium) or (None,):
        deliverability = DELIVERABLE
        if address is not None:
            contact = Contact(invoice.account, medium, address)
            deliverability = context.deliverability(invoice, contact)
        result = notify(
            invoice,
            medium,
            now=context.now,
            deliverability=deliverability,
            address=address,
            guards=context.guards,
        )
        if isinstance(result, Failure) and isinstance(error := result.failure(), SmsError):
            context.refuse_sms(error)
        results.append(result)
    notifications = [result.unwrap() for result in results if isinstance(result, Success)]
    return Success(notifications) if notifications else Failure(results[0].failure())
