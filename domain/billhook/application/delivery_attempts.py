"""What is handed over: everything that one attempt needs, read while its row was claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.application.ports import Announcer, Occasion, Sender, Work
from billhook.application.records import Contact, History, Outbound
from billhook.lifecycle.apply import replay
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.events import NotificationRequested, ReminderRequested, Visited
from billhook.lifecycle.notify import Standing, notify
from billhook.messaging.delivery import Accepted, Permanent, SendError, Unknown
from billhook.messaging.message import Message, as_of
from billhook.messaging.webhooks import Announcement, Subscriber, SubscriberKey
from billhook.model.account import Retries
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice

_ASKED = (NotificationRequested, ReminderRequested)

NOT_LIVE = "not_live"
"""Why the message of a trial is suppressed."""

HandOver = Callable[[], Result[Accepted, SendError]]
"""One attempt. Made outside every transaction."""


class Parcel(NamedTuple):
    """What was claimed, how patiently it is tried, the attempt itself, and when its turn is."""

    dispatch: Outbound
    retries: Retries
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

    parcel: Parcel
    answer: Result[Accepted, SendError] | None


def contact_of(message: Message, address: str | None = None) -> Contact:
    """Whom a message is for, or somebody else whom its medium reaches."""
    return Contact(message.account, message.medium, address or message.address)


def written(
    message: Message,
    invoice: Invoice | None,
    history: History,
    sender: Sender | None,
    seller: str,
    now: datetime,
) -> HandOver | str:
    """The attempt to send a message, or the code of the refusal that now stands against it."""
    if invoice is None:
        return InvoiceNotFound.code
    asked = notify(invoice, message.medium, now=now, standing=Standing(history.suppressed))
    if isinstance(asked, Failure):
        code: str = asked.failure().code
        return code
    if not invoice.document.live:
        return NOT_LIVE
    if sender is None:
        return lambda: Failure(Permanent(f"no sender is set up for {message.medium}"))
    return lambda: sender.send(message, invoice, seller)


def suppressed_by(
    dispatch: Outbound, answer: Result[Accepted, SendError]
) -> Mapping[Contact, Suppression]:
    """The address that a provider refused for good, where it is to be left alone from now on."""
    if not isinstance(dispatch, Message) or not isinstance(answer, Failure):
        return {}
    match answer.failure():
        case Permanent(suppresses=str(reason)):
            return {contact_of(dispatch): reason}
        case _:
            return {}


def announced(work: Work, announcement: Announcement, announcer: Announcer) -> HandOver | str:
    """The attempt to announce an event, or why there is nobody left to tell.

    The invoice is the one of that moment, replayed from its facts, so that every attempt tells
    the same.
    """
    subscriber = subscriber_of(work, announcement)
    if subscriber is None or subscriber.silenced:
        return "unsubscribed"
    facts = work.facts(announcement.invoice_key)
    last = [fact.version for fact in facts].index(announcement.version)
    past = facts[: last + 1]
    changes = [s.fact for s in past if not isinstance(s.fact, (*_ASKED, Visited))]
    asked = {s.fact.message for s in past if isinstance(s.fact, _ASKED)}
    about = work.messages_about((announcement.invoice_key,)).get(announcement.invoice_key, ())
    then = [as_of(one, past[-1].fact.at) for one in about if one.id in asked]
    occasion = Occasion(announcement, subscriber, replay(changes), past, then)
    return lambda: announcer.announce(occasion)


def ended(work: Work, dispatch: Outbound) -> Mapping[SubscriberKey, Subscriber]:
    """What the end of a dispatch makes of its subscriber.

    One that was told for a day and never answered, or can never be told, is silenced.
    """
    if not isinstance(dispatch, Announcement) or dispatch.ended_at is None:
        return {}
    subscriber = subscriber_of(work, dispatch)
    if subscriber is None:
        return {}
    return {subscriber.key: subscriber.model_copy(update={"silenced": True})}


def subscriber_of(work: Work, announcement: Announcement) -> Subscriber | None:
    """Whom the announcement is for, where it still exists."""
    subscribers = work.subscribers((announcement.account,)).get(announcement.account, ())
    return next((one for one in subscribers if one.id == announcement.subscriber), None)
