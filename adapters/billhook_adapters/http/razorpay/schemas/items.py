"""The vendor's items: things with a price that lines of invoices may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from billhook.application.commands import SaveEntry
from billhook.application.idempotency import IdempotentRequest
from billhook.application.ports import Ids
from billhook.application.records import Entry
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId, OneLine, Value
from billhook.model.line_items import HsnSac, Line, is_sac
from billhook.model.money import LARGEST, Currency, CurrencyCode
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.razorpay.schemas.fields import Flag, Integer, Paragraph
from billhook_adapters.system.ids import is_id

PREFIX = "item_"

Name = Annotated[OneLine, StringConstraints(min_length=1, max_length=256)]


class ItemIn(Value):
    """The body of `POST /v1/items`."""

    name: Name
    amount: Annotated[Integer, Field(gt=0, le=LARGEST)]
    currency: CurrencyCode
    description: Paragraph | None = None
    active: Flag = True
    hsn_code: HsnSac | None = None
    sac_code: HsnSac | None = None

    @property
    def hsn_sac(self) -> str | None:
        """The code of the goods or the service, in whichever field it came."""
        return self.hsn_code or self.sac_code

    def line(self, name: str) -> Line:
        """One of it, as a line of an invoice."""
        return Line(
            name=self.name,
            unit_amount=self.amount,
            currency=self.currency,
            description=self.description,
            item=name,
            hsn_sac=self.hsn_sac,
        )

    def filed(self, account: AccountId, key: IdempotentRequest | None, ids: Ids) -> SaveEntry:
        """The command that keeps it, under a new id; a request with a key always has the same."""
        unique = ids.payment() if key is None else key.key
        name = derived_id("item", account, unique)
        return SaveEntry(account=account, id=name, body=self.model_dump_json(), key=key)


class ItemEditIn(Value):
    """The body of `PATCH /v1/items/:id`: the fields that are set."""

    name: Name = ""
    amount: Annotated[Integer, Field(gt=0, le=LARGEST)] = 1
    currency: CurrencyCode = Currency("INR")
    description: Paragraph | None = None
    active: Flag = True
    hsn_code: HsnSac | None = None
    sac_code: HsnSac | None = None


def find_item(service: InvoiceService, account: AccountId, name: str) -> ItemIn | None:
    """The item of this id."""
    entry = find_entry(service, account, name)
    return None if entry is None else ItemIn.model_validate_json(entry.body)


def find_entry(service: InvoiceService, account: AccountId, id: str) -> Entry | None:
    """The entry of the item with this id."""
    return service.entry(account, id) if id.startswith(PREFIX) and is_id(id) else None


def edited(entry: Entry, changes: Mapping[str, Any]) -> ItemIn:
    """An item with these fields set. Raises ValidationError."""
    return ItemIn.model_validate({**dict(ItemIn.model_validate_json(entry.body)), **changes})


def codes(hsn_sac: str | None) -> dict[str, str | None]:
    """A code in the vendor's two fields: SAC, those of services, begin with 99.

    >>> codes("4901"), codes("998314")
    ({'hsn_code': '4901', 'sac_code': None}, {'hsn_code': None, 'sac_code': '998314'})
    """
    is_service = hsn_sac is not None and is_sac(hsn_sac)
    return {
        "hsn_code": None if is_service else hsn_sac,
        "sac_code": hsn_sac if is_service else None,
    }


def item_entity(entry: Entry) -> dict[str, Any]:
    """The vendor's item entity."""
    item = ItemIn.model_validate_json(entry.body)
    return {
        "id": entry.id,
        "active": item.active,
        "name": item.name,
        "description": item.description,
        "amount": item.amount,
        "unit_amount": item.amount,
        "currency": item.currency,
        "type": "invoice",
        "unit": None,
        "tax_inclusive": False,
        **codes(item.hsn_sac),
        "tax_rate": None,
        "tax_id": None,
        "tax_group_id": None,
        "created_at": int(entry.filed_at.timestamp()),
    }
