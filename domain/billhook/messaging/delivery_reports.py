"""Delivery reports: what a provider reports later about a message, delivered or bounced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from billhook.messaging.delivery import MessageKey
from billhook.model.customer import Medium, Suppression


class ProviderMessageId(NamedTuple):
    """A message by the id that its provider assigned when it accepted it."""

    medium: Medium
    id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message was delivered to its recipient."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """The message was not delivered. `suppresses` puts the address on the suppression list."""

    reason: str
    suppresses: Suppression | None = None


ReportedOutcome = Delivered | Bounced
"""The final result of a message that a provider accepted."""


class DeliveryReport(NamedTuple):
    """The delivery report of one message, named by its key or by its provider's id.

    >>> from billhook import AccountId, MessageId
    >>> key = MessageKey(AccountId("acc_1"), MessageId("msg_1"))
    >>> DeliveryReport(key, Bounced("no such mailbox", suppresses="bounced")).outcome.suppresses
    'bounced'
    """

    about: MessageKey | ProviderMessageId
    outcome: ReportedOutcome
