"""Delivery reports: what a provider reports later about a message, delivered or bounced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message
from billhook.model.addresses import normal_form
from billhook.model.customer import Medium, Suppression
from billhook.model.document import NO_COPIES, Document
from billhook.model.object_schema import written_as_object


@written_as_object
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


@written_as_object
class DeliveryReport(NamedTuple):
    """The delivery report of one message, named by its key or by its provider's id.

    `recipients` are the addresses that it names, the one written to first: a report about a copy
    is none about the message. Empty where it names none.

    >>> from billhook import AccountId, MessageId
    >>> key = MessageKey(AccountId("acc_1"), MessageId("msg_1"))
    >>> DeliveryReport(key, Bounced("no such mailbox", suppresses="bounced")).outcome.suppresses
    'bounced'
    """

    about: MessageKey | ProviderMessageId
    outcome: ReportedOutcome
    recipients: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"DeliveryReport(about={self.about!r}, outcome={self.outcome!r})"


class OfCopy(NamedTuple):
    """The address of a copy that a report is about; None is no one that the message went to."""

    address: str | None

    def __repr__(self) -> str:
        return "OfCopy()"


def names_another(message: Message, recipients: tuple[str, ...]) -> bool:
    """Whether a report names recipients, and not the one of the message."""
    return bool(recipients) and normal_form(message.address) not in map(normal_form, recipients)


def reported_copy(
    message: Message, document: Document | None, recipients: tuple[str, ...]
) -> OfCopy | None:
    """What a report is about: None is the message itself, else one of its copies.

    An address that is neither may be where the recipient's mail is forwarded to: with copies it
    is not known whose, and the report is about no one.
    """
    if not names_another(message, recipients):
        return None
    named = set(map(normal_form, recipients))
    copies = NO_COPIES if document is None else document.copies(message.address)
    copied = (*copies.cc, *copies.bcc)
    if not copied:
        return None
    return OfCopy(next((copy for copy in copied if normal_form(copy) in named), None))
