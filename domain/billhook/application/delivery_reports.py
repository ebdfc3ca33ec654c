"""Receipts at the desk: what became of messages, and which addresses to leave alone for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.application.ports import Work
from billhook.application.records import Contact, Outcome
from billhook.messaging.delivery import MessageKey, MessageNotFound, bounce, confirm
from billhook.messaging.delivery_reports import Arrived, CameBack, Fate, ProviderId, Receipt
from billhook.messaging.message import Message


def receive_in(
    work: Work, receipts: Sequence[Receipt], now: datetime, outcome: Outcome
) -> list[Result[Message, MessageNotFound]]:
    """The messages as receipts leave them, in the receipts' order.

    A receipt that comes again, or after another of the same message, changes nothing.
    """
    named = {one.about for one in receipts if isinstance(one.about, ProviderId)}
    keys = dict(work.taken_as(sorted(named)))
    wanted = {_key(one.about, keys) for one in receipts} - {None}
    found = dict(work.messages(sorted(key for key in wanted if key is not None)))
    answers: list[Result[Message, MessageNotFound]] = []
    for about, fate in receipts:
        key = _key(about, keys)
        message = None if key is None else found.get(key)
        if not isinstance(message, Message):
            answers.append(Failure(MessageNotFound()))
            continue
        told = _told(message, fate, now)
        if told is not None:
            found[told.key] = outcome.messages[told.key] = message = told
            if isinstance(fate, CameBack) and fate.suppresses is not None:
                contact = Contact(told.account, told.medium, told.address)
                outcome.suppressed[contact] = fate.suppresses
        answers.append(Success(message))
    return answers


def _key(about: MessageKey | ProviderId, keys: dict[ProviderId, MessageKey]) -> MessageKey | None:
    return keys.get(about) if isinstance(about, ProviderId) else about


def _told(message: Message, fate: Fate, now: datetime) -> Message | None:
    if isinstance(fate, Arrived):
        return confirm(message, now=now)
    return bounce(message, fate.reason, now=now)
