"""Every parser of texts that come from outside, as a function of bytes.

Each returns, or raises an error that its caller takes for bad input; anything else that it raises
is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError

from billhook.model.addresses import email_address, normal_email
from billhook.model.customer import Customer
from billhook.model.decimals import Percentage, Quantity
from billhook.model.money import currency
from billhook.model.search_text import searched_text
from billhook_adapters.composition.settings import SettingError, settings
from billhook_adapters.documents.untrusted_text import on_one_line, one_line, visible
from billhook_adapters.email.bounces import delivery_reports
from billhook_adapters.email.server_url import smtp_server
from billhook_adapters.http.core.authentication import basic_credentials
from billhook_adapters.http.core.hosts import is_ambiguous
from billhook_adapters.http.core.mounts import Mount
from billhook_adapters.http.core.parsing import from_form, from_json
from billhook_adapters.http.core.request import IdempotencyKeyError, read_request
from billhook_adapters.http.highlevel.schemas import contact_search as highlevel_contact_search
from billhook_adapters.http.highlevel.schemas import contacts as highlevel_contacts
from billhook_adapters.http.highlevel.schemas import fields as highlevel
from billhook_adapters.http.highlevel.schemas import invoices as highlevel_invoices
from billhook_adapters.http.highlevel.schemas import listing as highlevel_listing
from billhook_adapters.http.highlevel.schemas import oauth as highlevel_oauth
from billhook_adapters.http.highlevel.schemas import payment_lists as highlevel_payment_lists
from billhook_adapters.http.highlevel.schemas import payments as highlevel_payments
from billhook_adapters.http.highlevel.schemas import products as highlevel_products
from billhook_adapters.http.highlevel.schemas import sending as highlevel_sending
from billhook_adapters.http.highlevel.schemas import users as highlevel_users
from billhook_adapters.http.native.errors import ProblemError
from billhook_adapters.http.native.schemas import cursors
from billhook_adapters.http.native.schemas import invoices as native
from billhook_adapters.http.razorpay.schemas import customers as razorpay_customers
from billhook_adapters.http.razorpay.schemas import fields as razorpay
from billhook_adapters.http.razorpay.schemas import invoices as razorpay_invoices
from billhook_adapters.http.razorpay.schemas import items as razorpay_items
from billhook_adapters.http.razorpay.schemas import listing as razorpay_listing
from billhook_adapters.http.razorpay.schemas import updates as razorpay_updates
from billhook_adapters.sandbox.faults import Fault
from billhook_adapters.sandbox.payments import PaymentIn
from billhook_adapters.sandbox.schemas import ClockIn, DeliveryReportIn, NameIn
from billhook_adapters.sms import (
    kannel,
    msg91,
    provider_urls,
    segments,
    smpp,
    smpp_connection,
    twilio,
)
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.system.phone_numbers import e164, same_number

CALLBACKS = Callbacks("https://bill.example/", "k" * 22)
_QUANTITY, _PERCENTAGE = TypeAdapter[Any](Quantity), TypeAdapter[Any](Percentage)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _latin(raw: bytes) -> str:
    """As a header or a query arrives."""
    return raw.decode("latin-1")


def json(raw: bytes) -> None:
    """The body of a JSON request, with either reading of its numbers."""
    for parse_float in (float, Decimal):
        with suppress(ValueError):
            from_json(raw, parse_float=parse_float)


def form(raw: bytes) -> None:
    """A nested form."""
    with suppress(ValueError):
        from_form(raw)


def head(raw: bytes) -> None:
    """The target and the headers of a request, lines of them."""
    target, *lines = raw.split(b"\n")
    headers = [(name.lower(), value) for name, _, value in (one.partition(b":") for one in lines)]
    path, _, query = target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
    }

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request"}

    request = read_request(scope, receive)
    with suppress(IdempotencyKeyError):
        _ = request.key
    _ = request.media_type
    basic_credentials(request.header(b"authorization"))
    is_ambiguous([value for name, value in headers if name == b"host"])
    CALLBACKS.named(request.path)


def basic(raw: bytes) -> None:
    """The value of an Authorization header."""
    basic_credentials(f"Basic {_latin(raw)}")


def cursor(raw: bytes) -> None:
    """The cursor of a list."""
    with suppress(ValueError):
        cursors.place_of(_text(raw[:256]))
    with suppress(ValueError):
        cursors.number_of(_text(raw[:256]))


def mount(raw: bytes) -> None:
    """The place of an API on the command line."""
    with suppress(ValueError):
        Mount.parse(_text(raw))


def query(raw: bytes) -> None:
    """The query of each list."""
    with suppress(ValidationError):
        native.ListIn.model_validate(dict(parse_qsl(_latin(raw))))
    with suppress(razorpay.InvalidRequestError):
        razorpay_listing.query_of(_latin(raw), razorpay_listing.ListIn)
    with suppress(highlevel.InvalidRequestError):
        highlevel.checked(dict(parse_qsl(_latin(raw))), highlevel_listing.ListIn)
    for kind in (
        highlevel_contacts.ListContactsIn,
        highlevel_contacts.DuplicateIn,
        highlevel_payment_lists.TransactionsIn,
        highlevel_payment_lists.OrdersIn,
        highlevel_products.ListIn,
        highlevel_users.UsersIn,
    ):
        with suppress(highlevel.InvalidRequestError):
            highlevel.checked(dict(parse_qsl(_latin(raw))), kind)


def native_body(raw: bytes) -> None:
    """The bodies of the native API."""
    kinds: tuple[type[BaseModel], ...] = (
        native.InvoiceIn,
        native.EditsIn,
        native.PaymentIn,
        native.SendIn,
        native.NotifyIn,
        native.SuppressionIn,
    )
    with suppress(ValueError):
        value = from_json(raw)
        for kind in kinds:
            with suppress(ValidationError, ProblemError):
                _documented(kind.model_validate(value))


def _documented(payload: BaseModel) -> None:
    if isinstance(payload, native.InvoiceIn):
        payload.document()
    if isinstance(payload, native.EditsIn) and payload.currency is not None:
        payload.patch(payload.currency)


def razorpay_body(raw: bytes) -> None:
    """The bodies of Razorpay's API."""
    kinds: tuple[type[Any], ...] = (
        razorpay_invoices.CreateIn,
        razorpay_updates.UpdateIn,
        razorpay_customers.CustomerAlone,
        razorpay_items.ItemIn,
    )
    with suppress(ValueError):
        value = from_json(raw)
        for kind in kinds:
            with suppress(razorpay.InvalidRequestError):
                razorpay_invoices.checked(value, kind)


def highlevel_body(raw: bytes) -> None:
    """The bodies of HighLevel's API."""
    kinds: tuple[type[Any], ...] = (
        highlevel_invoices.CreateIn,
        highlevel_invoices.UpdateIn,
        highlevel_invoices.TextToPayIn,
        highlevel_invoices.LateFeesChangeIn,
        highlevel_payments.RecordPaymentIn,
        highlevel_sending.SendIn,
        highlevel_contacts.CreateContactIn,
        highlevel_contacts.UpsertContactIn,
        highlevel_contacts.ContactFields,
        highlevel_contact_search.SearchIn,
        highlevel_oauth.TokenIn,
        highlevel_products.ProductIn,
        highlevel_products.PriceIn,
    )
    with suppress(ValueError):
        value = from_json(raw, parse_float=Decimal)
        for kind in kinds:
            with suppress(highlevel.InvalidRequestError):
                highlevel.checked(value, kind)


def sandbox_body(raw: bytes) -> None:
    """The bodies of the sandbox's own routes."""
    kinds = (PaymentIn, ClockIn, Fault, DeliveryReportIn, NameIn)
    with suppress(ValueError):
        value = from_json(raw)
        for kind in kinds:
            with suppress(ValidationError):
                kind.model_validate(value)


def callback(raw: bytes) -> None:
    """The delivery report of each SMS provider over HTTP."""
    fields = dict(parse_qsl(_text(raw), keep_blank_values=True))
    kannel.fate(fields)
    twilio.fate(fields)
    twilio.is_signed("https://bill.example/", fields, _text(raw[:40]), "token")
    with suppress(ValueError):
        list(msg91.delivery_reports(from_json(raw)))


def smpp_receipt(raw: bytes) -> None:
    """The receipt of an SMS centre, its parameters first."""
    name, _, text = raw.partition(b"\n")
    state = name[0] if name else None
    for pdu in (
        SimpleNamespace(short_message=text, receipted_message_id=name, message_state=state),
        SimpleNamespace(short_message=raw),
    ):
        report = smpp_connection.read(pdu)
        if report is not None:
            smpp.fate(report)


def bounce(raw: bytes) -> None:
    """A mail that reports what became of another."""
    delivery_reports(raw)


def setting(raw: bytes) -> None:
    """The environment: lines of a variable and its value."""
    environ = {"BILLHOOK_DATABASE": "sqlite://"}
    for line in _text(raw).splitlines():
        name, _, value = line.partition("=")
        environ[f"BILLHOOK_{name}"] = value
    with suppress(SettingError):
        settings(environ)


def provider_url(raw: bytes) -> None:
    """The URL of each provider."""
    parsers: tuple[Callable[[str], object], ...] = (
        provider_urls.kannel,
        provider_urls.twilio,
        provider_urls.twilio_token,
        provider_urls.msg91,
        provider_urls.smpp,
        smtp_server,
    )
    for parse in parsers:
        with suppress(ValueError):
            parse(_text(raw))


def number(raw: bytes) -> None:
    """A quantity, a percentage, a currency, an amount."""
    text = _text(raw)
    for kind in (_QUANTITY, _PERCENTAGE):
        with suppress(ValidationError):
            kind.validate_python(text)
    with suppress(ValueError):
        currency(text)
    with suppress(ValueError), suppress(highlevel.InvalidRequestError):
        highlevel.checked({"amount": from_json(raw, parse_float=Decimal)}, _Amount)


class _Amount(highlevel_payments.In):
    amount: highlevel.Number


def person(raw: bytes) -> None:
    """An address, and a customer made of text."""
    text = _text(raw)
    with suppress(ValueError):
        email_address(text)
    for name in ("name", "email", "contact", "language", "time_zone"):
        with suppress(ValidationError):
            Customer.model_validate({name: text})
    normal_email(text)
    number = e164(text, "IN", "US")
    assert number is None or e164(number) == number
    same_number(text, "+919876543210")
    searched_text(text)


def prose(raw: bytes) -> None:
    """A seller's text on its way to a payer."""
    text = _text(raw)
    for made_safe in (visible, on_one_line, one_line):
        made_safe(text)
    segments.measured(text)


PARSERS: Mapping[str, Callable[[bytes], None]] = {
    parser.__name__: parser
    for parser in (
        basic,
        bounce,
        callback,
        cursor,
        form,
        head,
        highlevel_body,
        json,
        mount,
        native_body,
        number,
        person,
        prose,
        provider_url,
        query,
        razorpay_body,
        sandbox_body,
        setting,
        smpp_receipt,
    )
}
"""Each parser by its name, which is also that of its folder of examples."""
