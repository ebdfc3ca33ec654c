"""A payment as the payer of the sandbox makes it: by a method, for which a gateway takes a fee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from returns.result import Result, Success

from billhook.application.commands import Pay
from billhook.application.payments import PayError
from billhook.application.records import Entry, PaymentKey
from billhook.application.unit_of_work import CommandContext
from billhook.model.base import Text, Value
from billhook.model.invoice import Invoice
from billhook.model.money import PositiveAmount
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
    method: Literal["card", "netbanking", "upi", "wallet"] | None = None
    source: Annotated[Text, Field(min_length=1, max_length=128)] | None = None
    """The id of the card, the bank, the UPI id or the wallet."""

    @model_validator(mode="after")
    def _method_goes_with_an_id(self) -> Self:
        if self.source is not None and self.method is None:
            raise ValueError("source goes with method")
        if self.method is not None and self.reference is not None and not is_id(self.reference):
            raise ValueError("with method, reference must be 1 to 64 of A-Z, a-z, 0-9, . _ : -")
        return self

    @property
    def details(self) -> dict[str, Any]:
        """How it is made: by UPI, of which no fee is known, unless a method is chosen."""
        if self.method is None:
            return {"method": "upi"}
        fee, tax = gateway_fee(self.amount)
        source = self.source or SOURCES[self.method]
        return {"method": self.method, "source": source, "fee": fee, "tax": tax}


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
