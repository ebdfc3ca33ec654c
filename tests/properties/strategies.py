"""Hypothesis strategies for values, and for the changes of an invoice from its draft on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.lifecycle.reserve import reserve_short_url
from billhook.lifecycle.update import update
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium, PostalAddress, Recipients
from billhook.model.document import Document
from billhook.model.instalments import Instalment, PaymentSchedule
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.line_items import Line, Rounding, Tax
from billhook.model.money import Currency
from billhook.model.patch import Patch
from billhook.model.payment import Payment, Reference
from billhook.model.pricing import Discount

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

instants = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC]),
)
words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)
labels = words.filter(bool)
identifiers = st.from_regex(r"\A[A-Za-z0-9_.:-]{1,64}\Z")
quantities = st.one_of(
    st.integers(1, 10**9).map(Decimal),
    st.integers(1, 10**15).map(lambda millionths: Decimal(millionths).scaleb(-6)),
    st.sampled_from([Decimal("1E+3"), Decimal("2.50"), Decimal("0.000001"), Decimal("100.0")]),
)
unit_amounts = st.one_of(
    st.integers(0, 100),
    st.integers(0, 10**14).map(lambda parts: Decimal(parts).scaleb(-12)),
    st.sampled_from(["0.42", "4.5", Decimal("99.50"), Decimal("1E+2"), "0.000000000001"]),
)
percentages = st.integers(0, 10**8).map(lambda millionths: Decimal(millionths).scaleb(-6))
notes = st.dictionaries(labels, words, max_size=3)

addresses = st.builds(
    PostalAddress, line1=words, city=words, country=st.sampled_from([None, "IN", "US"])
)
customers = st.builds(
    Customer,
    name=st.none() | labels,
    email=st.sampled_from([None, "ravi@example.com"]),
    contact=st.sampled_from([None, "+919876543210"]),
    billing_address=st.none() | addresses,
    language=st.sampled_from([None, "hi", "en-IN", "xx"]),
    time_zone=st.sampled_from([None, "Asia/Kolkata", "Asia/Atlantis"]),
)


recipients = st.builds(
    Recipients,
    emails=st.lists(st.sampled_from(["ap@acme.example", "ceo@acme.example"]), max_size=3).map(
        tuple
    ),
    contacts=st.lists(st.just("+12145596993"), max_size=1).map(tuple),
    cc=st.lists(st.just("books@acme.example"), max_size=1).map(tuple),
)
discounts = st.one_of(
    st.builds(Discount, percentage=percentages),
    st.builds(Discount, amount=st.integers(0, 50), items=st.just(("a",)) | st.just(())),
)
schedules = st.lists(st.integers(0, 100) | percentages, min_size=1, max_size=4).map(
    lambda parts: PaymentSchedule(
        instalments=tuple(
            Instalment(id=f"i{n}", amount=part)
            if isinstance(part, int)
            else Instalment(id=f"i{n}", percentage=part)
            for n, part in enumerate(parts)
        )
    )
)


def lines(currency: Currency) -> st.SearchStrategy[Line]:
    """Lines in one currency."""
    return st.builds(
        Line,
        name=labels,
        unit_amount=unit_amounts,
        currency=st.just(currency),
        quantity=quantities,
        item=st.none() | st.sampled_from(["a", "b"]),
        taxes=st.lists(st.builds(Tax, name=labels, rate=percentages), max_size=2).map(tuple),
        tax_inclusive=st.booleans(),
    )


def particulars(currency: Currency) -> dict[str, st.SearchStrategy[Any]]:
    """What a document and an update have in common."""
    return {
        "title": st.none() | labels,
        "customer": st.none() | customers,
        "recipients": st.none() | recipients,
        "discount": st.none() | discounts,
        "schedule": st.none() | schedules,
        "live": st.booleans(),
        "lines": st.lists(lines(currency), max_size=3).map(tuple),
        "description": st.none() | words,
        "date": st.none() | instants,
        "due_by": st.none() | instants,
        "expire_by": st.none() | instants,
        "partial_payment": st.sampled_from([True, True, False]),
        "first_payment_min_amount": st.none() | st.integers(1, 3),
        "notes": notes,
        "media": st.lists(st.sampled_from(Medium), max_size=4).map(tuple),
        "extras": st.dictionaries(st.sampled_from(["razorpay", "highlevel"]), words),
    }


documents: st.SearchStrategy[Document] = st.sampled_from(["INR", "KWD"]).flatmap(
    lambda code: st.builds(
        Document,
        currency=st.just(Currency(code)),
        rounding=st.sampled_from(Rounding),
        **particulars(Currency(code)),
    )
)


@st.composite
def patch(draw: st.DrawFn, currency: Currency) -> Patch:
    """An update of some fields."""
    fields = particulars(currency)
    names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True))
    return Patch.model_validate({name: draw(fields[name]) for name in names})


@st.composite
def histories(draw: st.DrawFn) -> tuple[Change, ...]:
    """The changes of one invoice, each by an operation, from its draft on; errors are left out."""
    now = EPOCH
    first = draft(
        draw(documents), account=AccountId("acc_1"), id=draw(identifiers.map(InvoiceId)), now=now
    )
    if not isinstance(first, Success):
        return ()
    changes = [first.unwrap()]
    for _ in range(draw(st.integers(0, 8))):
        now += timedelta(minutes=draw(st.sampled_from([0, 1, 10**6])))
        operation = draw(st.sampled_from(OPERATIONS))
        answer = operation(draw, changes[-1].invoice, now)
        if isinstance(answer, Success):
            changes.append(answer.unwrap())
    return tuple(changes)


def _pay(draw: st.DrawFn, invoice: Invoice, now: datetime) -> Result[Change, Any]:
    part = draw(st.integers(1, 3))
    amount = draw(st.sampled_from([max(invoice.due, 1), part, max(invoice.due - 1, 1)]))
    reference = Reference(draw(labels))
    currency = invoice.document.currency
    return pay(invoice, Payment(reference=reference, amount=amount, currency=currency), now=now)


def _issue(draw: st.DrawFn, invoice: Invoice, now: datetime) -> Result[Change, Any]:
    return issue(invoice, now=now, short_url=draw(labels), number=draw(st.none() | labels))


def _reserve(draw: st.DrawFn, invoice: Invoice, now: datetime) -> Result[Change, Any]:
    if invoice.short_url is not None:
        return Failure(None)
    return reserve_short_url(invoice, now=now, short_url=draw(labels))


def _update(draw: st.DrawFn, invoice: Invoice, now: datetime) -> Result[Change, Any]:
    return update(invoice, draw(patch(invoice.document.currency)), now=now)


OPERATIONS: tuple[Callable[[st.DrawFn, Invoice, datetime], Result[Change, Any]], ...] = (
    _reserve,
    _issue,
    _issue,
    _issue,
    _pay,
    _pay,
    _update,
    lambda _, invoice, now: expire(invoice, now=now),
    lambda _, invoice, now: cancel(invoice, now=now),
    lambda _, invoice, now: delete(invoice, now=now),
)

messages = st.builds(
    Message,
    account=identifiers,
    id=identifiers,
    invoice=identifiers,
    medium=st.sampled_from(Medium),
    address=labels,
    status=st.sampled_from(DeliveryStatus),
    requested_at=instants,
    due_at=st.none() | instants,
    attempts=st.integers(0, 9),
    sent_at=st.none() | instants,
    reason=st.none() | words,
    reminder=st.none() | st.integers(1, 9),
)
