"""What a command is: an account, what it reads, and a decision. The base of every command."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeVar

from returns.result import Failure, Result

from billhook.application.idempotency import IdempotentRequest, fingerprint_of
from billhook.application.needs import NO_NEEDS, Needs
from billhook.application.records import Contact, IdempotencyKey
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import Conflict, InvoiceNotFound
from billhook.model.arguments import check_fields
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey

A_co = TypeVar("A_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ABC, Generic[A_co, E_co]):
    """A request to the service to do something for one account.

    `key` is an idempotency key, alone or with the fingerprint of the request that it came with;
    `actor` is recorded with every event. A command of your own declares its `kind`, a name that
    never changes, and what it reads (`needs`, `contacts`), and decides in `decide`.
    """

    kind: ClassVar[str]
    account: AccountId
    key: str | IdempotentRequest | None = None
    actor: str | None = None

    def __post_init__(self) -> None:
        """Check the types of its fields; a text is taken for the member of an enum.

        Raises TypeError or ValueError, which name the field.
        """
        check_fields(self)

    @property
    def needs(self) -> Needs:
        """The rows that it reads: its account alone, unless a command says otherwise."""
        return NO_NEEDS

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:  # noqa: ARG002  # a command that sends uses it
        """The contacts that it may write to, once its invoice is read (None: not found)."""
        return ()

    @property
    def idempotency_key(self) -> IdempotencyKey | None:
        """What finds the answer that was recorded under its key."""
        key = self.key
        if key is None:
            return None
        return IdempotencyKey(self.account, key if isinstance(key, str) else key.key)

    @property
    def fingerprint(self) -> str:
        """What distinguishes its request from another one under the same key."""
        if isinstance(self.key, IdempotentRequest):
            return self.key.fingerprint
        names = (field.name for field in fields(self) if field.name not in ("key", "actor"))
        return fingerprint_of(self.kind, (getattr(self, name) for name in names))

    @abstractmethod
    def decide(self, context: CommandContext) -> Result[A_co, E_co]:
        """The decision. What is to be written goes into the context."""


AnyCommand = Command[Any, Any]
"""A command of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCommand(Command[A_co, E_co | InvoiceNotFound | Conflict], Generic[A_co, E_co]):
    """A command on an invoice that exists, and is still at `expected_version`, if one is given."""

    invoice: InvoiceId
    expected_version: int | None = None

    @property
    def needs(self) -> Needs:
        """The invoice."""
        return Needs(invoice=InvoiceKey(self.account, self.invoice))

    def decide(self, context: CommandContext) -> Result[A_co, E_co | InvoiceNotFound | Conflict]:
        """The decision on the invoice that was found."""
        invoice = context.invoice
        if invoice is None:
            return Failure(InvoiceNotFound())
        if self.expected_version is not None and self.expected_version != invoice.version:
            return Failure(Conflict(self.expected_version, invoice.version))
        return self.decide_on(invoice, context)

    @abstractmethod
    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[A_co, E_co]:
        """The decision, once the invoice is found."""
