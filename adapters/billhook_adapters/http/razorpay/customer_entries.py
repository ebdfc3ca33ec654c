"""Customers as entries: one for each, and one that holds its e-mail address and phone number.

The pair of these is unique among the customers of an account; the name is not. A customer without
both is known by its name and its GSTIN.
"""

from __future__ import annotations

import json
from typing import Any

from billhook.application.records import Entry, EntryKey, Listing, Search
from billhook.application.service import InvoiceService
from billhook.application.unit_of_work import CommandContext
from billhook.model.addresses import normal_email
from billhook.model.base import AccountId
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.razorpay.schemas.customers import (
    COUNTRY,
    CustomerDetails,
    CustomerIn,
    StoredCustomer,
    echoed,
)
from billhook_adapters.system.ids import is_id
from billhook_adapters.system.phone_numbers import e164

PREFIX = "cust_"


def pair_key(account: AccountId, customer: CustomerIn) -> EntryKey:
    """The key of the entry that holds what must be unique."""
    email = customer.email and normal_email(customer.email)
    contact = customer.contact and (e164(customer.contact, COUNTRY) or customer.contact)
    parts = (email, contact) if email or contact else (customer.name, customer.gstin)
    return EntryKey(account, derived_id("custkey", account, *(part or None for part in parts)))


def owner(pair: Entry) -> str:
    """The id of the customer whose pair this is."""
    customer: str = json.loads(pair.body)["customer"]
    return customer


def filed(context: CommandContext, customer: CustomerIn) -> Entry:
    """The entry of a customer's pair; where it is new, the customer is kept with it.

    The command must have declared that it reads the entry of `pair_key`.
    """
    account = context.account.id
    known = context.entry(pair_key(account, customer))
    if known is not None:
        return known
    own = derived_id("cust", account, context.ids.invoice())
    details = CustomerDetails.model_validate(dict(customer))
    entry = Entry(account=account, id=own, body=details.model_dump_json(), filed_at=context.now)
    context.save_entry(entry)
    return hold_pair(context, own, details)


def hold_pair(context: CommandContext, id: str, details: CustomerDetails) -> Entry:
    """Keep the pair of a customer."""
    key = pair_key(context.account.id, details)
    body = json.dumps({"customer": id})
    pair = Entry(account=key.account, id=key.entry, body=body, filed_at=context.now)
    return context.save_entry(pair)


def stored_customer(entry: Entry) -> StoredCustomer:
    """The customer of an entry."""
    details = kept_details(entry)
    customer = details.domain(entry.id)
    return StoredCustomer(customer, details.echo, entry.filed_at, details.notes)


def kept_details(entry: Entry) -> CustomerDetails:
    """What an entry holds of a customer."""
    return CustomerDetails.model_validate_json(entry.body)


def find_entry(service: InvoiceService, account: AccountId, id: str) -> Entry | None:
    """The entry of the customer with this id."""
    return service.entry(account, id) if id.startswith(PREFIX) and is_id(id) else None


def find_customer(service: InvoiceService, account: AccountId, id: str) -> StoredCustomer | None:
    """The customer with this id: its entry, else the first invoice that it came with.

    Invoices of other APIs name customers without an entry here.
    """
    if not is_id(id):
        return None
    entry = find_entry(service, account, id)
    if entry is not None:
        return stored_customer(entry)
    oldest = Search(customer=id, oldest_first=True, limit=1)
    first = service.search(account, oldest, fill=True)
    customer = first[0].document.customer if first else None
    return (
        None
        if customer is None
        else StoredCustomer(customer, echoed(first[0]), first[0].created_at, {})
    )


def listed_customers(
    service: InvoiceService, account: AccountId, listing: Listing
) -> list[StoredCustomer]:
    """A page of the customers of an account, the newest first."""
    return [stored_customer(entry) for entry in service.entries_of(account, PREFIX, listing)]


def merged(entry: Entry, changes: dict[str, Any]) -> CustomerDetails:
    """The details of a customer with these set. Raises ValidationError."""
    return CustomerDetails.model_validate({**dict(kept_details(entry)), **changes})
