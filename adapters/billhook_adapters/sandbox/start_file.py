"""What a sandbox has when it starts, from a file: the time, the seller, customers and invoices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator, Field, Strict, ValidationError
from returns.result import Failure, Result

from billhook.application.command import AnyCommand
from billhook.application.commands import Draft, Issue, Notify
from billhook.application.ports import Ids
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError
from billhook.model.base import IDENTIFIER, AccountId, Instant, Label, Value
from billhook.model.customer import MAX_MEDIA, Customer, Medium
from billhook.model.document import Document
from billhook.model.invoice import InvoiceId
from billhook.model.seller_profile import SellerProfile
from billhook.sentences import sentence
from billhook_adapters.sandbox.payments import PaymentIn, payment_command
from billhook_adapters.system.file_faults import FileFault, faults_in

V = TypeVar("V", bound=Value)

MOST_INVOICES = 1000
LARGEST = 8 * 1024 * 1024
"""Bytes of a start file."""


class StartFileError(ValueError):
    """A start file cannot be used; nothing of it is loaded."""

    def __init__(self, faults: Sequence[FileFault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


class StartSeller(SellerProfile):
    """The seller of every account: the name that payers know, and the profile."""

    name: Label | None = None

    @property
    def profile(self) -> SellerProfile:
        """The profile alone."""
        return _part(SellerProfile, self)


class StartInvoice(Document):
    """The document of an invoice, and what has happened to it, in the order of the fields."""

    id: Annotated[InvoiceId, IDENTIFIER] | None = None
    """Minted where it is left out."""
    account: Annotated[str, Strict(), Field(min_length=1, max_length=512)] | None = None
    """The id of the API key whose account it belongs to; the first one's where it is left out."""
    issue: Annotated[bool, Strict()] = False
    payments: Annotated[tuple[PaymentIn, ...], Field(max_length=100)] = ()
    notify: Annotated[tuple[Medium, ...], Field(max_length=MAX_MEDIA)] = ()
    """The media by which its payer is sent a message, which is in the outbox."""

    @property
    def document(self) -> Document:
        """The document alone."""
        return _part(Document, self)


def _with_id(customer: Customer) -> Customer:
    if customer.id is None:
        raise ValueError("id is required: invoices name a customer by it")
    return customer


def _within_years(now: datetime) -> datetime:
    if not 1970 <= now.year < 3000:
        raise ValueError("must be in the years 1970 to 2999")
    return now


class StartFile(Value):
    """The content of a start file."""

    now: Annotated[Instant, AfterValidator(_within_years)] | None = None
    seller: StartSeller = StartSeller()
    customers: Annotated[
        tuple[Annotated[Customer, AfterValidator(_with_id)], ...], Field(max_length=MOST_INVOICES)
    ] = ()
    """Customers that invoices can name by their id, and that APIs with customers know."""
    invoices: Annotated[tuple[StartInvoice, ...], Field(max_length=MOST_INVOICES)] = ()


NO_START_FILE = StartFile()


def read_start_file(value: object) -> StartFile:
    """The start file that a JSON value is. Raises StartFileError with all that is wrong.

    The `customer` of an invoice may be the id of one in `customers`, and a line without a currency
    has that of its invoice.
    """
    faults: list[FileFault] = []
    given = _fields(value)
    if given:
        value = {**given, **_completed(given, faults)}
    try:
        read = StartFile.model_validate_json(json.dumps(value))
    except ValidationError as invalid:
        faults += faults_in(invalid)
    else:
        if not faults:
            return read
    raise StartFileError(faults)


KeepCustomer = Callable[[AccountId, Customer], AnyCommand | None]


def load(
    start: StartFile,
    service: InvoiceService,
    accounts: Mapping[str, AccountId],
    ids: Ids,
    keep_customers: Sequence[KeepCustomer] = (),
) -> None:
    """Make the customers and invoices of a start file, the customers in every account.

    `accounts` are those of the API keys, by their ids; `keep_customers` are those of the APIs.

    Raises StartFileError with all that is refused.
    """
    faults = [
        fault
        for position, customer in enumerate(start.customers)
        for account in accounts.values()
        for keep in keep_customers
        if (command := keep(account, customer)) is not None
        for fault in _refused(service.execute(command), f"customers.{position}")
    ]
    faults += [
        fault
        for position, invoice in enumerate(start.invoices)
        for fault in _load_invoice(invoice, f"invoices.{position}", service, accounts, ids)
    ]
    if faults:
        raise StartFileError(faults)


def _load_invoice(
    given: StartInvoice,
    path: str,
    service: InvoiceService,
    accounts: Mapping[str, AccountId],
    ids: Ids,
) -> Iterator[FileFault]:
    account = (
        next(iter(accounts.values())) if given.account is None else accounts.get(given.account)
    )
    if account is None:
        keys = ", ".join(accounts)
        yield FileFault(f"{path}.account", f"must be the id of an API key of this sandbox: {keys}")
        return
    drafted = service.execute(Draft(account=account, document=given.document, invoice=given.id))
    yield from _refused(drafted, path)
    if isinstance(drafted, Failure):
        return
    invoice = drafted.unwrap()
    if given.issue:
        issued = service.execute(Issue(account=account, invoice=invoice.id))
        yield from _refused(issued, f"{path}.issue")
        if isinstance(issued, Failure):
            return
    for position, payment in enumerate(given.payments):
        paid = service.execute(payment_command(invoice, payment, ids))
        yield from _refused(paid, f"{path}.payments.{position}")
    for position, medium in enumerate(given.notify):
        notified = service.execute(Notify(account=account, invoice=invoice.id, medium=medium))
        yield from _refused(notified, f"{path}.notify.{position}")


def _refused(result: Result[Any, Any], path: str) -> Iterator[FileFault]:
    if isinstance(result, Failure):
        error: DomainError = result.failure()
        yield FileFault(path, sentence(error))


def _completed(given: Mapping[str, object], faults: list[FileFault]) -> dict[str, object]:
    """The invoices with what they leave out: details of their customers, currencies of lines."""
    if not isinstance(given.get("invoices"), list):
        return {}
    customers = {
        customer["id"]: customer
        for customer in map(_fields, _items(given.get("customers")))
        if isinstance(customer.get("id"), str)
    }
    completed = list[object]()
    for position, one in enumerate(_items(given["invoices"])):
        invoice = _fields(one)
        if not invoice:
            completed.append(one)
            continue
        customer, lines = invoice.get("customer"), _items(invoice.get("lines"))
        if isinstance(customer, str):
            if customer not in customers:
                detail = "must be the id of one of `customers`, or a customer"
                faults.append(FileFault(f"invoices.{position}.customer", detail))
            invoice["customer"] = customers.get(customer)
        if lines and "currency" in invoice:
            invoice["lines"] = [
                {"currency": invoice["currency"], **_fields(line)} if _fields(line) else line
                for line in lines
            ]
        completed.append(invoice)
    return {"invoices": completed}


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _fields(value: object) -> dict[str, object]:
    return dict(cast("dict[str, object]", value)) if isinstance(value, dict) else {}


def _part(kind: type[V], value: Value) -> V:
    """The fields of a value that this kind has, as far as they were set."""
    names = value.model_fields_set & type(value).model_fields.keys() & kind.model_fields.keys()
    return kind.model_validate({name: getattr(value, name) for name in names})
