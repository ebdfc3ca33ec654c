"""The payer of the sandbox: pays by a method, for which a gateway takes a fee, and is sent back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, model_validator
from returns.result import Failure, Result, Success

from billhook.application.commands import Pay
from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.payments import PayError
from billhook.application.ports import Ids
from billhook.application.records import Entry, PaymentKey
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import DomainError
from billhook.model.base import AccountId, Text, Value
from billhook.model.invoice import Invoice
from billhook.model.money import PositiveAmount
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.system.ids import is_id

SOURCES = {
    "card": "card_00000000000000",
    "netbanking": "HDFC",
    "upi": "payer@upi",
    "wallet": "freecharge",
}
"""The methods, and with what the payer pays by each unless the test says."""


class PaymentIn(Value):
    """A payment that the payer makes, in smallest units."""

    amount: PositiveAmount
    reference: Annotated[Text, Field(min_length=1, max_length=128)] | None = None
    method: Literal["card", "netbanking", "upi", "wallet"] = "upi"
    source: Annotated[Text, Field(min_length=1, max_length=128)] | None = None
    """The id of the card, the bank, the UPI id or the wallet."""

    @model_validator(mode="after")
    def _method_goes_with_an_id(self) -> Self:
        chosen = "method" in self.model_fields_set
        if self.source is not None and not chosen:
            raise ValueError("source goes with method")
        if chosen and self.reference is not None and not is_id(self.reference):
            raise ValueError("with method, reference must be 1 to 64 of A-Z, a-z, 0-9, . _ : -")
        return self

    @property
    def details(self) -> str:
        """How it is made, as JSON: by UPI unless a method is chosen."""
        fee, tax = gateway_fee(self.amount)
        source = self.source or SOURCES[self.method]
        return json.dumps({"method": self.method, "source": source, "fee": fee, "tax": tax})


def gateway_fee(amount: int) -> tuple[int, int]:
    """The fee of a gateway, which is 2 % and the tax of 18 % on that, and the tax in it.

    >>> gateway_fee(100000)
    (2360, 360)
    """
    base = (amount * 2 + 50) // 100
    tax = (base * 18 + 50) // 100
    return base + tax, tax


@dataclass(frozen=True, slots=True, kw_only=True)
class PayByMethod(Pay):
    """Pay, and keep beside the payment how it was made."""

    kind: ClassVar = "sandbox.pay"
    details: str

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Invoice, PayError]:
        """The invoice with the payment."""
        reference = self.payment.reference
        known = context.payment(PaymentKey(self.account, reference))
        paid = Pay.decide_on(self, invoice, context)
        if isinstance(paid, Success) and known is None and is_id(reference):
            entry = Entry(
                account=self.account, id=reference, body=self.details, filed_at=context.now
            )
            context.save_entry(entry)
        return paid


def payment_command(invoice: Invoice, payload: PaymentIn, ids: Ids) -> PayByMethod:
    """The command by which a payer pays an invoice."""
    payment = Payment(
        reference=Reference(payload.reference) if payload.reference else ids.payment(),
        amount=payload.amount,
        currency=invoice.document.currency,
    )
    return PayByMethod(
        account=invoice.account, invoice=invoice.id, payment=payment, details=payload.details
    )


PayerRedirect = Callable[[Invoice, str, str], str | None]
"""Where a payer is sent: from the invoice, the reference of the payment, and a secret."""


class Made(NamedTuple):
    """A payment that was made, the invoice as it is then, and where the payer is sent."""

    payment: Payment
    invoice: Invoice
    callback_url: str | None


class Payer:
    """Pays invoices of the sandbox.

    `redirects` are those of the vendors' APIs, and `secrets` what they sign with: the secret of
    each account's API key.
    """

    def __init__(
        self,
        batched: BatchedService,
        redirects: Sequence[PayerRedirect],
        secrets: Mapping[AccountId, str],
        ids: Ids,
    ) -> None:
        self._batched, self._redirects, self._secrets = batched, redirects, secrets
        self._ids = ids

    async def pay(self, invoice: Invoice, payload: PaymentIn) -> Result[Made, DomainError]:
        """Make a payment."""
        command = payment_command(invoice, payload, self._ids)
        paid = await self._batched.execute(command)
        if isinstance(paid, Failure):
            return Failure(paid.failure())
        after = paid.unwrap()
        callback_url = self._callback_url(after, command.payment.reference)
        return Success(Made(command.payment, after, callback_url))

    async def pay_requested(self, hosted: HostedInvoice) -> str | None:
        """Pay what is requested; returns where the payer is sent, None where it stays."""
        made = await self.pay(hosted.invoice, PaymentIn(amount=hosted.requested))
        return None if isinstance(made, Failure) else made.unwrap().callback_url

    def _callback_url(self, invoice: Invoice, payment: str) -> str | None:
        """That of the first API under which the invoice has one."""
        secret = self._secrets.get(invoice.account)
        if secret is None:
            return None
        urls = (redirect(invoice, payment, secret) for redirect in self._redirects)
        return next((url for url in urls if url is not None), None)
