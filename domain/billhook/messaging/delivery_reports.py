"""What a provider says of a message later: it arrived, or it came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from billhook.messaging.delivery import MessageKey
from billhook.model.customer import Medium, Suppression


class ProviderMessageId(NamedTuple):
    """A message by the id that its provider gave it when it took it."""

    medium: Medium
    id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message reached its recipient."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """It did not; `suppresses` where the address is to be left alone from now on."""

    reason: str
    suppresses: Suppression | None = None


ReportedOutcome = Delivered | Bounced
"""What became of a message that a provider took."""


class DeliveryReport(NamedTuple):
    """What became of one message.

    >>> from billhook import AccountId, MessageId
    >>> key = MessageKey(AccountId("acc_1"), MessageId("msg_1"))
    >>> DeliveryReport(key, Bounced("no such mailbox", suppresses="bounced")).outcome.suppresses
    'bounced'
    """

    about: MessageKey | ProviderMessageId
    outcome: ReportedOutcome
