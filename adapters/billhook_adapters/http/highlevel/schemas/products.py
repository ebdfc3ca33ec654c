"""HighLevel's products and prices, which items of invoices may name."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from billhook.application.commands import SaveEntry
from billhook.application.idempotency import IdempotentRequest
from billhook.application.records import Entry
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.search_text import searched_text
from billhook_adapters.http.core.entries import LONGEST_BODY
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.highlevel.amounts import plain
from billhook_adapters.http.highlevel.errors import TOO_LONG
from billhook_adapters.http.highlevel.location import instant
from billhook_adapters.http.highlevel.schemas.contacts import Whole
from billhook_adapters.http.highlevel.schemas.fields import (
    Free,
    InvalidRequestError,
    Long,
    Number,
    Positive,
    Required,
    Short,
    unit_price,
)
from billhook_adapters.http.highlevel.schemas.parts import Flag, In
from billhook_adapters.system.ids import is_id

PREFIX = "product_"

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The fields before there were any."""

Frees = Annotated[list[Free], Field(max_length=100)]
Texts = Annotated[list[Short], Field(max_length=100)]


class LocatedIn(In):
    """A body that names its location."""

    location_id: Required


class ProductIn(LocatedIn):
    """The body of `POST /products/`, and of `PUT /products/{productId}`."""

    name: Required
    product_type: Literal["DIGITAL", "PHYSICAL", "SERVICE", "PHYSICAL/DIGITAL"]
    description: Long | None = None
    image: Annotated[Long, Field(max_length=2048)] | None = None
    statement_descriptor: Short | None = None
    available_in_store: Flag | None = None
    medias: Frees | None = None
    variants: Frees | None = None
    collection_ids: Texts | None = None
    is_taxes_enabled: Flag | None = None
    taxes: Texts | None = None
    automatic_tax_category_id: Short | None = None
    is_label_enabled: Flag | None = None
    label: Free | None = None
    slug: Short | None = None
    seo: Free | None = None
    tax_inclusive: Flag | None = None
    prices: Texts | None = None


class RecurringIn(In):
    """How often a price is due."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Positive


class PriceIn(LocatedIn):
    """The body of `POST /products/{productId}/price`, and of `PUT` to one."""

    name: Required
    type: Literal["one_time", "recurring"]
    currency: Short
    amount: Positive
    recurring: RecurringIn | None = None
    description: Long | None = None
    membership_offers: Frees | None = None
    trial_period: Number | None = None
    total_cycles: Number | None = None
    setup_fee: Positive | None = None
    variant_option_ids: Texts | None = None
    compare_at_price: Positive | None = None
    user_id: Short | None = None
    meta: Free | None = None
    track_inventory: Flag | None = None
    available_quantity: Number | None = None
    allow_out_of_stock_purchases: Flag | None = None
    sku: Short | None = None
    shipping_options: Free | None = None
    is_digital_product: Flag | None = None
    digital_delivery: Texts | None = None

    def check_amount(self) -> None:
        """Check that an item of an invoice can have the amount. Raises InvalidRequestError."""
        unit_price(self.amount, self.currency, "amount")


class ListIn(In):
    """The query of the lists of products and of prices."""

    location_id: Required
    limit: Whole = 20
    offset: Whole = 0
    ids: Long = ""
    search_: Short = Field(default="", alias="search")
    product_ids: Long = ""
    collection_ids: Long = ""
    collection_slug: Short = ""
    store_id: Short = ""
    included_in_store: Short = ""
    available_in_store: Short = ""
    expand: Long = ""
    sort_order: Literal["asc", "desc", ""] = ""

    @property
    def most(self) -> int:
        """The rows of the page."""
        return min(max(self.limit, 1), 100)

    @property
    def skipped(self) -> int:
        """The rows before the page."""
        return min(self.offset, 10**9)

    @property
    def matches_nothing(self) -> bool:
        """Whether it wants what there is none of: no product is in a collection or a store."""
        in_store = "true" in (self.included_in_store, self.available_in_store)
        return bool(self.collection_ids or self.collection_slug or self.store_id) or in_store

    @property
    def is_filtered(self) -> bool:
        """Whether it wants some rows alone, or another order."""
        return bool(self.search_ or self.wanted) or self.sort_order == "asc"

    @property
    def wanted(self) -> frozenset[str]:
        """The ids that are wanted; none where all are."""
        named = (*self.ids.split(","), *self.product_ids.split(","))
        return frozenset(one.strip() for one in named if one.strip())

    def selects(self, shown: Mapping[str, Any]) -> bool:
        """Whether a product or a price is wanted."""
        is_found = searched_text(self.search_) in searched_text(shown["name"])
        return is_found and (not self.wanted or shown["_id"] in self.wanted)


def price_prefix(product: str) -> str:
    """How the ids of the prices of a product begin.

    >>> price_prefix("product_1")
    'price_1_'
    """
    return f"price_{product.removeprefix(PREFIX)}_"


def filed(
    account: AccountId, prefix: str, payload: LocatedIn, key: IdempotentRequest | None
) -> SaveEntry:
    """The command that keeps a product or a price, under a new id.

    A request with an Idempotency-Key always has the same. Raises InvalidRequestError.
    """
    unique = secrets.token_hex(16) if key is None else key.key
    name = derived_id(prefix.removesuffix("_"), account, unique)
    return SaveEntry(account=account, id=name, body=body_of(payload), key=key)


def body_of(
    payload: LocatedIn, before: Mapping[str, Any] = NOTHING, now: datetime | None = None
) -> str:
    """What an entry keeps: the fields that were given, and when it was changed, if it was.

    Raises InvalidRequestError.
    """
    given: dict[str, Any] = plain({**before, **payload.given})
    given.pop("locationId", None)
    changed = {} if now is None else {"updatedAt": instant(now)}
    body = json.dumps({"given": given, **changed}, ensure_ascii=False)
    if len(body) > LONGEST_BODY:
        raise InvalidRequestError(422, TOO_LONG)
    return body


def given_of(entry: Entry) -> Mapping[str, Any]:
    """The fields that an entry keeps."""
    given: Mapping[str, Any] = json.loads(entry.body)["given"]
    return given


def find_product(service: InvoiceService, account: AccountId, id: str) -> Entry | None:
    """The entry of the product with this id."""
    return service.entry(account, id) if id.startswith(PREFIX) and is_id(id) else None


def find_price(service: InvoiceService, account: AccountId, product: str, id: str) -> Entry | None:
    """The entry of the price of a product; None where either is unknown."""
    if find_product(service, account, product) is None or not is_id(id):
        return None
    return service.entry(account, id) if id.startswith(price_prefix(product)) else None


def product_entity(entry: Entry, location: str) -> dict[str, Any]:
    """The vendor's product."""
    return {"availableInStore": False, **_entity(entry, location)}


def price_entity(entry: Entry, location: str) -> dict[str, Any]:
    """The vendor's price."""
    product = PREFIX + entry.id.split("_")[1]
    return {"product": product, **_entity(entry, location)}


def _entity(entry: Entry, location: str) -> dict[str, Any]:
    body = json.loads(entry.body)
    return {
        **body["given"],
        "_id": entry.id,
        "locationId": location,
        "createdAt": instant(entry.filed_at),
        "updatedAt": body.get("updatedAt") or instant(entry.filed_at),
    }
