"""The invariants of an invoice, written from the rule book and never from the code.

Each function states numbered rules of the book and fails with the number that is broken. `S` is
the status, `A` the amount, `P` the amount paid, `D` the amount due, `v` the version.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, apply
from billhook.lifecycle.notify import Deliverability, Notification
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice

EDGES = frozenset(
    {
        ("draft", "issued"),
        ("draft", "cancelled"),
        ("issued", "partially_paid"),
        ("issued", "paid"),
        ("issued", "expired"),
        ("issued", "cancelled"),
        ("partially_paid", "partially_paid"),
        ("partially_paid", "paid"),
        ("partially_paid", "expired"),
    }
)
"""Rule 8: the only ways from one status to another (or, with money, to itself)."""

OPEN = frozenset({"issued", "partially_paid"})
TERMINAL = frozenset({"paid", "expired", "cancelled"})

ONCE_ISSUED = frozenset({"partial_payment", "receipt", "comment", "terms", "notes", "expire_by"})
"""Rule 12: what an update may change in an issued invoice; later only the notes, before all."""


def effective(invoice: Invoice, now: datetime) -> str:
    """Rule 14: the status that holds at an instant, whether or not a sweep has run."""
    expire_by = invoice.document.expire_by
    if invoice.status.value in OPEN and expire_by is not None and now >= expire_by:
        return "expired"
    return invoice.status.value


def legal(operation: str, status: str) -> bool:
    """Rules 8, 9, 12 and 16: whether an operation is possible at all in a status."""
    return (
        status
        in {
            "issue": {"draft"},
            "pay": OPEN,
            "notify": OPEN,
            "expire": OPEN,
            "cancel": {"draft", "issued"},
            "delete": {"draft"},
            "update": {"draft", *OPEN, *TERMINAL},
        }[operation]
    )


def lines_total(document: Document) -> int:
    """Rule 2: the lines' sum, each line rounded once, half up, in exact fractions."""
    return sum(
        floor(Fraction(line.quantity) * Fraction(line.unit_amount) + Fraction(1, 2))
        for line in document.lines
    )


def at_rest(invoice: Invoice) -> None:
    """Rules 1 to 6 and 13, of one version of an invoice looked at alone."""
    status, amount, paid, due = invoice.status.value, invoice.amount, invoice.paid, invoice.due
    assert all(type(money) is int for money in (amount, paid, due)), "1: integers only"
    assert 0 <= paid <= amount <= 2**53 - 1, "1: 0 <= P <= A <= 2^53 - 1"
    assert due == amount - paid, "1: D = A - P"
    assert amount > 0 or status in ("draft", "cancelled"), "1: an issued invoice bills something"
    assert amount == lines_total(invoice.document), "2: A is the sum of the lines"
    currencies = {line.currency for line in invoice.document.lines}
    assert currencies <= {invoice.document.currency}, "3: one currency"
    if status not in ("draft", "cancelled"):
        assert (status == "paid") == (paid == amount), "4: paid iff P = A"
    if status in ("draft", "issued", "cancelled"):
        assert paid == 0, "5, 8: no money in a draft, an issued or a cancelled invoice"
    if status == "partially_paid":
        assert 0 < paid < amount, "5: 0 < P < A"
        assert invoice.document.partial_payment, "6: parts were allowed when money was taken"
    if status not in ("draft", "cancelled"):
        assert 1 <= len(invoice.document.lines) <= 50, "13: 1 to 50 lines"
        assert invoice.document.customer is not None, "13: there is a payer"


def of_change(
    before: Invoice,
    operation: str,
    taken: int,
    change: Change,
    *,
    now: datetime,
    min_expiry_lead: timedelta = timedelta(0),
) -> None:
    """Rules 3, 6 to 9 and 11 to 14, of an operation that was accepted; `taken` is the money."""
    after, old, new = change.invoice, before.status.value, change.invoice.status.value
    assert legal(operation, old), f"8, 12: {operation} is not possible in {old}"
    assert before.deleted_at is None, "12: nothing can be done to a deleted draft"
    if operation in ("update", "delete"):
        assert new == old, "8: an update or a deletion leaves the status"
    else:
        assert (old, new) in EDGES, f"8: {old} -> {new}"
    assert after.paid == before.paid + taken, "7: P grows by what was taken, and only so"
    assert (after.account, after.id, after.created_at) == (
        before.account,
        before.id,
        before.created_at,
    ), "an invoice keeps its name"
    assert after.version == before.version + 1, "11: v is exactly one larger"
    assert apply(before, change.event) == after, "11: the event alone makes the change"
    touched = _touched(before.document, after.document)
    if operation == "update":
        allowed = {"issued": ONCE_ISSUED}.get(old, frozenset({"notes"}))
        assert old == "draft" or touched <= allowed, f"12: {touched} changed in {old}"
    else:
        assert not touched, f"12: {operation} changed {touched}"
    if old != "draft":
        assert after.amount == before.amount, "9, 12: A is settled once issued"
        assert after.document.currency == before.document.currency, "3: C never changes"
        assert after.short_url == before.short_url, "the short URL never changes"
    if operation == "pay":
        assert 0 < taken <= before.due, "1: never above the due"
        assert taken == before.due or before.document.partial_payment, "6: a part was allowed"
        assert effective(before, now) in OPEN, "14: no money once time ran out"
    if operation == "expire":
        assert effective(before, now) == "expired", "14: time had run out"
        assert before.paid < before.amount, "14: a paid invoice never expires"
    expire_by = after.document.expire_by
    if expire_by is not None and (operation == "issue" or "expire_by" in touched):
        assert expire_by - now >= min_expiry_lead, "13: enough time to pay"


def of_refusal(before: Invoice, seen: dict[str, Any], answer: Result[Any, Any]) -> None:
    """Rule 10: a refusal is a Failure, and `before` is what was `seen` of it before."""
    assert isinstance(answer, Failure), "10: a refusal is a value"
    assert isinstance(answer.failure().code, str), "10: it has a stable code"
    assert vars(before) == seen, "10: a refused operation leaves the invoice as it was"


def of_notify(
    invoice: Invoice,
    medium: Medium,
    deliverability: Deliverability,
    answer: Result[Notification, Any],
    *,
    now: datetime,
) -> None:
    """Rules 14 and 16: the typed error of the first failing check, or what is to be sent."""
    customer = invoice.document.customer
    known = {} if customer is None else {"email": customer.email, "sms": customer.contact}
    address = known.get(medium.value)
    missing = {"email": "missing_email", "sms": "missing_contact"}[medium.value]
    if invoice.deleted_at is not None or not legal("notify", effective(invoice, now)):
        expected = "operation_not_allowed"
    elif address is None:
        expected = missing
    elif deliverability.suppressed is not None:
        expected = "address_suppressed"
    elif deliverability.not_before is not None and now < deliverability.not_before:
        expected = "too_soon"
    else:
        sent = Success(Notification(invoice.account, invoice.id, medium, str(address)))
        assert answer == sent, "16: it says what to send"
        return
    assert isinstance(answer, Failure), f"16: {expected} must refuse"
    assert answer.failure().code == expected, "16: the first failing check wins"


def _touched(old: Document, new: Document) -> frozenset[str]:
    if old is new:
        return frozenset()
    return frozenset(name for name, value in vars(old).items() if value != vars(new)[name])
