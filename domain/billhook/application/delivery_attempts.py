"""Delivery attempts: what one attempt needs, read in the transaction that claims the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.application.ports import (
    Sender,
    ServiceRules,
    Transaction,
    WebhookContext,
    WebhookSender,
)
from billhook.application.records import (
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    OutboxMessage,
    RecordedEvent,
)
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import (
    NotificationRequested,
    PaymentRecorded,
    ReminderRequested,
)
from billhook.lifecycle.notify import Deliverability, notify
from billhook.messaging.delivery import Accepted, Permanent, SendError
from billhook.messaging.message import Message, as_of
from billhook.messaging.sms_limits import sms_not_allowed
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey, WebhookEvent
from billhook.model.account import Account, RetryPolicy
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Invoice

_REQUESTED = (NotificationRequested, ReminderRequested)

NOT_LIVE = "not_live"
"""The reason for which messages about test invoices are suppressed."""

SendCall = Callable[[], Result[Accepted, SendError]]
"""Sends a message once. It is called outside of any transaction."""


class Prepared(NamedTuple):
    """The call that sends a message, and the URL that it is sent to if it is a webhook event."""

    send: SendCall
    url: str = ""


class DeliveryJob(NamedTuple):
    """A claimed message, its retry policy, the call that sends it, and when to call it.

    `url` is that of the webhook endpoint; empty for messages to payers.
    """

    dispatch: OutboxMessage
    retries: RetryPolicy
    send: SendCall
    at: datetime
    url: str = ""


class Attempt(NamedTuple):
    """The result of a delivery job; None if its lease had ended and nothing was sent."""

    job: DeliveryJob
    result: Result[Accepted, SendError] | None


def contact_of(message: Message, address: str | None = None) -> Contact:
    """The contact of a message, or of another address of its medium."""
    return Contact(message.account, message.medium, address or message.address)


def is_sms(dispatch: OutboxMessage) -> bool:
    """Whether it is an SMS to a payer."""
    return isinstance(dispatch, Message) and dispatch.medium is Medium.SMS


def refused_at_sending(
    message: Message,
    invoice: Invoice,
    account: Account,
    history: ContactHistory,
    rules: ServiceRules,
    now: datetime,
) -> str | None:
    """The code of the error why a queued message must not be sent at a time; None if it may."""
    not_allowed = None
    if message.medium is Medium.SMS:
        not_allowed = sms_not_allowed(account.policy, message.address, enabled=rules.sms_enabled)
    decision = notify(
        invoice,
        message.medium,
        now=now,
        deliverability=Deliverability(history.suppressed, not_allowed=not_allowed),
        guards=rules.guards(account.id),
    )
    if isinstance(decision, Failure):
        code: str = decision.failure().code
        return code
    return None if invoice.document.live else NOT_LIVE


def prepare_message(
    message: Message, invoice: Invoice, sender: Sender | None, seller: str
) -> Prepared:
    """The call that sends a message which may be sent."""
    if sender is None:
        return Prepared(lambda: Failure(Permanent(f"no sender is set up for {message.medium}")))
    return Prepared(lambda: sender.send(message, invoice, seller))


def suppressed_by(
    dispatch: OutboxMessage, result: Result[Accepted, SendError]
) -> Mapping[Contact, Suppression]:
    """The contact that a provider's permanent error puts on the suppression list, if any."""
    if not isinstance(dispatch, Message) or not isinstance(result, Failure):
        return {}
    match result.failure():
        case Permanent(suppresses=str(reason)):
            return {contact_of(dispatch): reason}
        case _:
            return {}


def prepare_webhook_event(
    transaction: Transaction, webhook_event: WebhookEvent, webhook_sender: WebhookSender
) -> Prepared | str:
    """The call that sends a webhook event, or the reason why it must not be sent.

    The invoice is replayed up to the event, so that every attempt sends the same payload.
    """
    webhook_endpoint = _endpoint_of(transaction, webhook_event)
    if webhook_endpoint is None or webhook_endpoint.silenced:
        return "unsubscribed"
    events = transaction.events(webhook_event.invoice_key)
    last = [event.version for event in events].index(webhook_event.version)
    past = events[: last + 1]
    requested = {s.event.message for s in past if isinstance(s.event, _REQUESTED)}
    about = transaction.messages_about((webhook_event.invoice_key,)).get(
        webhook_event.invoice_key, ()
    )
    messages = [as_of(one, past[-1].event.at) for one in about if one.id in requested]
    invoice = replay(stamped.event for stamped in past)
    account = transaction.accounts((invoice.account,)).get(invoice.account)
    context = WebhookContext(
        webhook_event,
        webhook_endpoint,
        invoice,
        past,
        messages,
        time_zone=None if account is None else account.policy.time_zone,
        payment_entry=_payment_entry(transaction, past[-1]),
    )
    return Prepared(lambda: webhook_sender.send(context), webhook_endpoint.url)


def _payment_entry(transaction: Transaction, recorded: RecordedEvent) -> Entry | None:
    if not isinstance(recorded.event, PaymentRecorded):
        return None
    key = EntryKey(recorded.key.account, recorded.event.reference)
    return transaction.entries((key,)).get(key)


def silenced_endpoints(
    transaction: Transaction, dispatch: OutboxMessage
) -> Mapping[WebhookEndpointKey, WebhookEndpoint]:
    """The webhook endpoint to silence, because its event became a dead letter; else empty."""
    if not isinstance(dispatch, WebhookEvent) or dispatch.ended_at is None:
        return {}
    webhook_endpoint = _endpoint_of(transaction, dispatch)
    if webhook_endpoint is None:
        return {}
    return {webhook_endpoint.key: webhook_endpoint.model_copy(update={"silenced": True})}


def _endpoint_of(transaction: Transaction, webhook_event: WebhookEvent) -> WebhookEndpoint | None:
    webhook_endpoints = transaction.webhook_endpoints((webhook_event.account,)).get(
        webhook_event.account, ()
    )
    return next(
        (one for one in webhook_endpoints if one.id == webhook_event.webhook_endpoint), None
    )
