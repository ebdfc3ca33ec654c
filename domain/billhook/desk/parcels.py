"""What is handed over: everything that one attempt needs, read while its row was claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.account import Account, Retries
from billhook.announcement import Announcement, Subscriber, SubscriberKey
from billhook.change import replay
from billhook.delivery import Accepted, Permanent, SendError
from billhook.errors import InvoiceNotFound
from billhook.facts import NotificationRequested
from billhook.message import Message, as_of
from billhook.operations.notify import Standing, notify
from billhook.party import Medium
from billhook.ports import Announcer, Occasion, Sender, Work
from billhook.records import Contact, History, Outbound

HandOver = Callable[[], Result[Accepted, SendError]]
"""One attempt. Made outside every transaction."""


class Parcel(NamedTuple):
    """What was claimed, how patiently it is tried, and the attempt itself."""

    dispatch: Outbound
    retries: Retries
    hand_over: HandOver


def written(
    work: Work,
    message: Message,
    account: Account,
    now: datetime,
    senders: Mapping[Medium, Sender],
) -> HandOver | str:
    """The attempt to send a message, or the code of the refusal that now stands against it."""
    invoice = work.invoices((message.invoice_key,)).get(message.invoice_key)
    if invoice is None:
        return InvoiceNotFound.code
    contact = Contact(message.account, message.medium, message.address)
    known = work.histories((contact,)).get(contact, History())
    asked = notify(invoice, message.medium, now=now, standing=Standing(known.suppressed))
    if isinstance(asked, Failure):
        code: str = asked.failure().code
        return code
    sender = senders.get(message.medium)
    if sender is None:
        return lambda: Failure(Permanent(f"no sender is set up for {message.medium}"))
    return lambda: sender.send(message, invoice, account.name)


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
    changes = [s.fact for s in past if not isinstance(s.fact, NotificationRequested)]
    asked = {s.fact.message for s in past if isinstance(s.fact, NotificationRequested)}
    about = work.messages_about((announcement.invoice_key,)).get(announcement.invoice_key, ())
    then = [as_of(one, past[-1].fact.at) for one in about if one.id in asked]
    occasion = Occasion(announcement, subscriber, replay(changes), past, then)
    return lambda: announcer.announce(occasion)


def silenced(work: Work, announcement: Announcement) -> Mapping[SubscriberKey, Subscriber]:
    """The subscriber as one that is told nothing more."""
    subscriber = subscriber_of(work, announcement)
    if subscriber is None:
        return {}
    return {subscriber.key: subscriber.model_copy(update={"silenced": True})}


def subscriber_of(work: Work, announcement: Announcement) -> Subscriber | None:
    """Whom the announcement is for, where it still exists."""
    subscribers = work.subscribers((announcement.account,)).get(announcement.account, ())
    return next((one for one in subscribers if one.id == announcement.subscriber), None)
