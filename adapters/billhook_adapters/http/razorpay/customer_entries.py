"""Customers as entries: one for each, and one that holds its e-mail address and phone number.

The pair of these is unique among the customers of an account; the name is not.
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


def pair_key(account: AccountId, customer: CustomerIn) -> EntryKey | None:
    """The key of the entry that holds what must be unique; None for a name alone."""
    if not (customer.email or customer.contact):
        return None
    email = normal_email(customer.email) if customer.email else None
    contact = customer.contact or None
    if contact is not None:
        contact = e164(contact, COUNTRY) or contact
    return EntryKey(account, derived_id("custkey", account, email, contact))


def pairs_of(account: AccountId, *customers: CustomerIn | None) -> tuple[EntryKey, ...]:
    """The keys of the pairs of these customers, for a command that reads them."""
    keys = {pair_key(account, one) for one in customers if one is not None}
    return tuple(sorted(key for key in keys if key is not None))


def owner(pair: Entry) -> str:
    """The id of the customer whose pair this is."""
    customer: str = json.loads(pair.body)["customer"]
    return customer


def filed(context: CommandContext, customer: CustomerIn) -> str:
    """The id of a customer, who is kept unless the pair is known.

    The command must have declared that it reads `pairs_of` the customer.
    """
    account = context.account.id
    key = pair_key(account, customer)
    known = None if key is None else context.entry(key)
    if known is not None:
        return owner(known)
    own = derived_id("cust", account, context.ids.invoice())
    details = CustomerDetails.model_validate(dict(customer))
    entry = Entry(account=account, id=own, body=details.model_dump_json(), filed_at=context.now)
    context.save_entry(entry)
    hold_pair(context, own, key)
    return own


def hold_pair(context: CommandContext, id: str, key: EntryKey | None) -> None:
    """Keep the pair of a customer."""
    if key is not None:
        body = json.dumps({"customer": id})
        pair = Entry(account=key.account, id=key.entry, body=body, filed_at=context.now)
        context.save_entry(pair)


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
