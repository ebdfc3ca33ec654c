"""What is handed over: everything that one attempt needs, read while its row was claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.application.ports import Sender, Transaction, WebhookContext, WebhookSender
from billhook.application.records import Contact, ContactHistory, OutboxMessage
from billhook.lifecycle.apply import replay
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.events import InvoiceViewed, NotificationRequested, ReminderRequested
from billhook.lifecycle.notify import Deliverability, notify
from billhook.messaging.delivery import Accepted, Permanent, SendError, Unknown
from billhook.messaging.message import Message, as_of
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey, WebhookEvent
from billhook.model.account import RetryPolicy
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice

_ASKED = (NotificationRequested, ReminderRequested)

NOT_LIVE = "not_live"
"""Why the message of a trial is suppressed."""

HandOver = Callable[[], Result[Accepted, SendError]]
"""One attempt. Made outside every transaction."""


class DeliveryJob(NamedTuple):
    """What was claimed, how patiently it is tried, the attempt itself, and when its turn is."""

    dispatch: OutboxMessage
    retries: RetryPolicy
    hand_over: HandOver
    at: datetime

    def handed_over(self) -> Result[Accepted, SendError]:
        """What the provider says. Never raises."""
        try:
            return self.hand_over()
        except Exception as bug:  # noqa: BLE001  # a sender's bug must not send a message for ever
            return Failure(Unknown(f"the sender broke: {type(bug).__name__}"))


class Attempt(NamedTuple):
    """What became of a parcel; None where it was never handed over."""

    parcel: DeliveryJob
    answer: Result[Accepted, SendError] | None


def contact_of(message: Message, address: str | None = None) -> Contact:
    """Whom a message is for, or somebody else whom its medium reaches."""
    return Contact(message.account, message.medium, address or message.address)


def written(
    message: Message,
    invoice: Invoice | None,
    history: ContactHistory,
    sender: Sender | None,
    seller: str,
    now: datetime,
) -> HandOver | str:
    """The attempt to send a message, or the code of the refusal that now stands against it."""
    if invoice is None:
        return InvoiceNotFound.code
    asked = notify(
        invoice, message.medium, now=now, deliverability=Deliverability(history.suppressed)
    )
    if isinstance(asked, Failure):
        code: str = asked.failure().code
        return code
    if not invoice.document.live:
        return NOT_LIVE
    if sender is None:
        return lambda: Failure(Permanent(f"no sender is set up for {message.medium}"))
    return lambda: sender.send(message, invoice, seller)


def suppressed_by(
    dispatch: OutboxMessage, answer: Result[Accepted, SendError]
) -> Mapping[Contact, Suppression]:
    """The address that a provider refused for good, where it is to be left alone from now on."""
    if not isinstance(dispatch, Message) or not isinstance(answer, Failure):
        return {}
    match answer.failure():
        case Permanent(suppresses=str(reason)):
            return {contact_of(dispatch): reason}
        case _:
            return {}


def announced(
    transaction: Transaction, webhook_event: WebhookEvent, webhook_sender: WebhookSender
) -> HandOver | str:
    """The attempt to announce an event, or why there is nobody left to tell.

    The invoice is the one of that moment, replayed from its facts, so that every attempt tells
    the same.
    """
    webhook_endpoint = subscriber_of(transaction, webhook_event)
    if webhook_endpoint is None or webhook_endpoint.silenced:
        return "unsubscribed"
    events = transaction.events(webhook_event.invoice_key)
    last = [event.version for event in events].index(webhook_event.version)
    past = events[: last + 1]
    changes = [s.event for s in past if not isinstance(s.event, (*_ASKED, InvoiceViewed))]
    asked = {s.event.message for s in past if isinstance(s.event, _ASKED)}
    about = transaction.messages_about((webhook_event.invoice_key,)).get(
        webhook_event.invoice_key, ()
    )
    then = [as_of(one, past[-1].event.at) for one in about if one.id in asked]
    occasion = WebhookContext(webhook_event, webhook_endpoint, replay(changes), past, then)
    return lambda: webhook_sender.send(occasion)


def ended(
    transaction: Transaction, dispatch: OutboxMessage
) -> Mapping[WebhookEndpointKey, WebhookEndpoint]:
    """What the end of a dispatch makes of its subscriber.

    One that was told for a day and never answered, or can never be told, is silenced.
    """
    if not isinstance(dispatch, WebhookEvent) or dispatch.ended_at is None:
        return {}
    webhook_endpoint = subscriber_of(transaction, dispatch)
    if webhook_endpoint is None:
        return {}
    return {webhook_endpoint.key: webhook_endpoint.model_copy(update={"silenced": True})}


def subscriber_of(transaction: Transaction, webhook_event: WebhookEvent) -> WebhookEndpoint | None:
    """Whom the announcement is for, where it still exists."""
    webhook_endpoints = transaction.webhook_endpoints((webhook_event.account,)).get(
        webhook_event.account, ()
    )
    return next(
        (one for one in webhook_endpoints if one.id == webhook_event.webhook_endpoint), None
    )
