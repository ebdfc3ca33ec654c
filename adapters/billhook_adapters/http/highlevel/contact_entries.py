"""Contacts as entries: one for each, and one for each e-mail address and phone number in use.

An e-mail address belongs to one contact of an account, and so does a phone number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.records import Entry, EntryChanged, EntryKey, Listing, Place, Search
from billhook.application.service import InvoiceService
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import AlreadyExists
from billhook.model.addresses import normal_form
from billhook.model.base import AccountId
from billhook.model.customer import PostalAddress
from billhook.model.instants import utc
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.system.ids import is_id

PREFIX = "contact_"

UNIQUE = ("email", "phone")
"""The fields of which no two contacts have the same, in the order in which a contact is found."""

Given = Mapping[str, Any]
"""The fields of a contact as they were given, its phone number in E.164."""


class StoredContact(NamedTuple):
    """A contact: its id, its fields, and when it was made and changed."""

    id: str
    given: Given
    made_at: datetime
    updated_at: datetime
    is_new: bool = False
    """Whether it was never changed."""


def stored_contact(entry: Entry) -> StoredContact:
    """The contact of an entry."""
    body = json.loads(entry.body)
    return StoredContact(
        entry.id,
        body["given"],
        entry.filed_at,
        datetime.fromisoformat(body["updatedAt"]),
        body["revision"] == 1,
    )


def body_of(given: Given, updated_at: datetime, revision: int) -> str:
    """What an entry keeps of a contact."""
    body = {"given": given, "updatedAt": updated_at.isoformat(), "revision": revision}
    return json.dumps(body, ensure_ascii=False)


def unique_key(account: AccountId, field: str, address: str) -> EntryKey:
    """The key of the entry that says whose an e-mail address or a phone number is."""
    return EntryKey(account, derived_id("ckey", account, field, normal_form(address)))


def unique_keys(account: AccountId, given: Given) -> dict[str, EntryKey]:
    """The keys of the addresses of a contact, by field."""
    return {field: unique_key(account, field, given[field]) for field in UNIQUE if given.get(field)}


def find_entry(service: InvoiceService, account: AccountId, id: str) -> Entry | None:
    """The entry of the contact with this id."""
    return service.entry(account, id) if id.startswith(PREFIX) and is_id(id) else None


def find_holders(service: InvoiceService, account: AccountId, given: Given) -> dict[str, Entry]:
    """The contacts that have the addresses of another one, by the field that is the same."""
    found: dict[str, Entry] = {}
    for field, key in unique_keys(account, given).items():
        holder = service.entry(account, key.entry)
        entry = None if holder is None else find_entry(service, account, _owner(holder))
        if entry is not None:
            found[field] = entry
    return found


def find_contact(service: InvoiceService, account: AccountId, id: str) -> StoredContact | None:
    """The contact with this id: its entry, else the first invoice that it came with.

    Invoices name contacts that have no entry, and so do those of other APIs. An id of ours without
    an entry was deleted.
    """
    entry = find_entry(service, account, id)
    if entry is not None:
        return stored_contact(entry)
    if id.startswith(PREFIX) or not is_id(id):
        return None
    first = service.search(account, Search(customer=id, oldest_first=True, limit=1), fill=True)
    return _of_invoice(id, first[0]) if first else None


def _of_invoice(id: str, invoice: Invoice) -> StoredContact | None:
    customer = invoice.document.customer
    if customer is None:  # pragma: no cover  # it was found by its customer
        return None
    address = customer.billing_address or PostalAddress()
    given = {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.contact,
        "address1": address.line1,
        "city": address.city,
        "state": address.state,
        "postalCode": address.postal_code,
        "country": address.country,
    }
    known = {name: value for name, value in given.items() if value}
    return StoredContact(id, known, invoice.created_at, invoice.created_at)


def place_of(entry: Entry) -> Place:
    """The place of a contact in lists, which begin with the newest."""
    return entry.filed_at, entry.id


def page_after(
    service: InvoiceService, account: AccountId, after: Entry | None, limit: int
) -> list[Entry]:
    """The newest contacts, or those behind another one in the list that begins with the newest."""
    if after is None:
        return [*service.entries_of(account, PREFIX, Listing(limit))]
    place, found = place_of(after), list[Entry]()
    skip, at_once = 0, limit + 1
    while len(found) < limit:
        listing = Listing(at_once, skip, until=after.filed_at)
        rows = service.entries_of(account, PREFIX, listing)
        found += [row for row in rows if place_of(row) < place]
        if len(rows) < at_once:
            break
        skip += at_once
    return found[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContact(Command[Entry, AlreadyExists | EntryChanged]):
    """Keep a contact, or replace the fields of one that is still as it was read."""

    kind: ClassVar = "highlevel.save_contact"
    fields: str
    """All fields of the contact, as JSON text."""
    before: Entry | None = None

    @property
    def needs(self) -> Needs:
        """The contact, and the entries of its addresses before and after."""
        return Needs(entries=_keys(self.account, self.before, json.loads(self.fields)))

    def decide(self, context: CommandContext) -> Result[Entry, AlreadyExists | EntryChanged]:
        """The entry of the contact."""
        before, now = self.before, utc(context.now)
        given: Given = json.loads(self.fields)
        if before is not None and context.entry(before.key) != before:
            return Failure(EntryChanged())
        own = (
            derived_id("contact", self.account, context.ids.invoice())
            if before is None
            else before.id
        )
        old = set[EntryKey]() if before is None else _unique(self.account, before)
        new = unique_keys(self.account, given).values()
        holders = [context.entry(key) for key in new]
        if any(holder is not None and _owner(holder) != own for holder in holders):
            return Failure(AlreadyExists())
        for key in sorted(old - {*new}):
            context.delete_entry(key)
        for key in new:
            body = json.dumps({"contact": own})
            context.save_entry(Entry(account=key.account, id=key.entry, body=body, filed_at=now))
        revision = 1 if before is None else json.loads(before.body)["revision"] + 1
        return Success(
            context.save_entry(
                Entry(
                    account=self.account,
                    id=own,
                    body=body_of(given, now, revision),
                    filed_at=now if before is None else before.filed_at,
                )
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteContact(Command[Entry, EntryChanged]):
    """Delete a contact that is still as it was read; invoices keep what they were made with."""

    kind: ClassVar = "highlevel.delete_contact"
    before: Entry

    @property
    def needs(self) -> Needs:
        """The contact, and the entries of its addresses."""
        return Needs(entries=_keys(self.account, self.before))

    def decide(self, context: CommandContext) -> Result[Entry, EntryChanged]:
        """The entry of the contact, for the last time."""
        if context.entry(self.before.key) != self.before:
            return Failure(EntryChanged())
        for key in _keys(self.account, self.before):
            context.delete_entry(key)
        return Success(self.before)


def _owner(holder: Entry) -> str:
    contact: str = json.loads(holder.body)["contact"]
    return contact


def _unique(account: AccountId, entry: Entry) -> set[EntryKey]:
    return {*unique_keys(account, stored_contact(entry).given).values()}


def _keys(account: AccountId, entry: Entry | None, *given: Given) -> tuple[EntryKey, ...]:
    """The keys of a contact and of all its addresses, each once."""
    keys: Iterable[EntryKey] = () if entry is None else (entry.key, *_unique(account, entry))
    new = [key for one in given for key in unique_keys(account, one).values()]
    return tuple(sorted({*keys, *new}))
