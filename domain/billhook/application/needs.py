"""What a command reads: declared by the command, and read before anything is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from billhook.application.records import Contact, EntryKey, PaymentKey
from billhook.messaging.delivery import MessageKey
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.document import DocumentFields
from billhook.model.invoice import InvoiceKey


@dataclass(frozen=True, slots=True)
class Needs:
    """The rows that one command reads, besides its account and its idempotency key.

    `invoice` is the one that the command is about. `changes_account` locks the account against
    other changes of it. The contacts that a command may write to depend on the invoice that is
    found: a command that sends declares them in its method `contacts`. `new_account` is the account
    that the command would open, where there is none yet.
    """

    invoice: InvoiceKey | None = None
    payments: tuple[PaymentKey, ...] = ()
    entries: tuple[EntryKey, ...] = ()
    messages: tuple[MessageKey, ...] = ()
    contacts: tuple[Contact, ...] = ()
    changes_account: bool = False
    new_account: Account | None = None


NO_NEEDS = Needs()
"""Those of a command that reads its account alone."""


def contacts_of(
    account: AccountId, document: DocumentFields, media: Iterable[Medium] = Medium
) -> Iterator[Contact]:
    """The addresses to which messages about a document go by these media, as contacts."""
    for medium in media:
        for address in document.addresses(medium):
            yield Contact(account, medium, address)
