"""The body of HighLevel's record-payment."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from billhook_adapters.http.highlevel.schemas.fields import Free, Long, Number, Short
from billhook_adapters.http.highlevel.schemas.invoices import Tenant
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.http.highlevel.schemas.sending import CardIn


class ChequeIn(In):
    """A cheque, by its number."""

    number: Short


class RecordPaymentIn(Tenant):
    """The body of `POST /invoices/{invoiceId}/record-payment`.

    The vendor's file requires card and cheque whatever the mode; only that of the mode is required
    here.
    """

    mode: Literal["cash", "card", "cheque", "bank_transfer", "other"]
    card: CardIn | None = None
    cheque: ChequeIn | None = None
    notes: Long
    amount: Annotated[Number, Field(gt=0)] | None = None
    meta: Free | None = None
    payment_schedule_ids: Annotated[list[Short], Field(max_length=60)] | None = None
    fulfilled_at: Short | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What is kept of it beside the amount."""
        given = self.given
        return {name: given[name] for name in given if name not in ("altId", "altType", "amount")}
