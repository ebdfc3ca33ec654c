"""Receipts at the desk: what became of messages, and which addresses to leave alone for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.application.ports import Transaction
from billhook.application.records import Contact, PendingWrites
from billhook.messaging.delivery import MessageKey, MessageNotFound, bounce, confirm
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.messaging.message import Message


def apply_reports(
    transaction: Transaction,
    delivery_reports: Sequence[DeliveryReport],
    now: datetime,
    outcome: PendingWrites,
) -> list[Result[Message, MessageNotFound]]:
    """The messages as receipts leave them, in the receipts' order.

    A receipt that comes again, or after another of the same message, changes nothing.
    """
    named = {one.about for one in delivery_reports if isinstance(one.about, ProviderMessageId)}
    keys = dict(transaction.taken_as(sorted(named)))
    wanted = {_key(one.about, keys) for one in delivery_reports} - {None}
    found = dict(transaction.messages(sorted(key for key in wanted if key is not None)))
    answers: list[Result[Message, MessageNotFound]] = []
    for about, fate in delivery_reports:
        key = _key(about, keys)
        message = None if key is None else found.get(key)
        if not isinstance(message, Message):
            answers.append(Failure(MessageNotFound()))
            continue
        told = _told(message, fate, now)
        if told is not None:
            found[told.key] = outcome.messages[told.key] = message = told
            if isinstance(fate, Bounced) and fate.suppresses is not None:
                contact = Contact(told.account, told.medium, told.address)
                outcome.suppressed[contact] = fate.suppresses
        answers.append(Success(message))
    return answers


def _key(
    about: MessageKey | ProviderMessageId, keys: dict[ProviderMessageId, MessageKey]
) -> MessageKey | None:
    return keys.get(about) if isinstance(about, ProviderMessageId) else about


def _told(message: Message, fate: ReportedOutcome, now: datetime) -> Message | None:
    if isinstance(fate, Delivered):
        return confirm(message, now=now)
    return bounce(message, fate.reason, now=now)
