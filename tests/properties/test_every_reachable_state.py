"""Every state that an invoice over at most 12 units can reach, by every operation, at 4 instants.

A breadth-first search over the real operations: nothing is sampled. A state is an instant and
all that decides what an invoice may do next (status, money, document, tombstone); versions and
past times do not, so paths that meet are followed once. Each state is held to the invariants, and
so is each step out of it. The counts are pinned: a state or an edge lost is a failure.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from returns.result import Result, Success

from billhook.lifecycle.apply import Change, as_of, replay
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.events import InvoiceChanged
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.notify import DELIVERABLE, Deliverability, notify
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment
from properties import invariants

LARGEST = 12
EXPIRY = NOON + timedelta(minutes=60)
INSTANTS = (NOON, NOON + timedelta(minutes=45), NOON + timedelta(minutes=46), EXPIRY)
"""At the second an invoice that expires has just enough time left to be issued, then not."""
LEAST_LEAD = timedelta(minutes=15)

PAYMENTS = [a_payment(amount, f"pay_{amount}") for amount in range(1, LARGEST + 2)]
FOREIGN = a_payment(1, "pay_usd", "USD")
CUSTOMERS = (
    a_customer(),
    a_customer(contact=None),
    a_customer(email=None, contact=None),
    None,
)
STANDINGS = (
    DELIVERABLE,
    Deliverability(not_before=INSTANTS[1]),
    Deliverability(suppressed="bounced", not_before=EXPIRY),
)
EDITS = (
    Patch(notes={"seen": "yes"}),
    Patch(partial_payment=True),
    Patch(expire_by=None),
    Patch(lines=()),
)


COUNTS = {
    "cancelled -> cancelled by update": 5_632,
    "draft -> cancelled by cancel": 3_328,
    "draft -> draft by delete": 3_328,
    "draft -> draft by update": 13_312,
    "draft -> issued by issue": 1_728,
    "expired -> expired by update": 954,
    "issued -> cancelled by cancel": 2_016,
    "issued -> expired by expire": 288,
    "issued -> issued by update": 6_336,
    "issued -> paid by pay": 2_016,
    "issued -> partially_paid by pay": 4_662,
    "notifications": 11_448,
    "notify checks": 139_068,
    "operations": 509_916,
    "paid -> paid by update": 2_304,
    "partially_paid -> expired by expire": 666,
    "partially_paid -> paid by pay": 4_662,
    "partially_paid -> partially_paid by pay": 14_280,
    "partially_paid -> partially_paid by update": 5_328,
    "states": 23_178,
}
"""All that is met: of every kind of step, how many."""


class Reached(NamedTuple):
    """A version of an invoice, the events that led there, and the instant of the check."""

    invoice: Invoice
    events: tuple[InvoiceChanged, ...]
    instant: int


def starts() -> Iterator[Document]:
    """Documents of every amount; with an odd half unit in the first line, to be rounded up."""
    for amount, customer, partial, minimum, expire_by in product(
        range(LARGEST + 1), CUSTOMERS, (False, True), (None, 3), (None, EXPIRY)
    ):
        half = a_line(unit_amount=1, quantity=Decimal("0.5"))
        lines = (half, a_line(unit_amount=amount - 1, quantity=1)) if amount else ()
        yield a_document(
            lines=lines,
            customer=customer,
            partial_payment=partial,
            first_payment_min_amount=minimum,
            expire_by=expire_by,
        )


def key(reached: Reached) -> tuple[Any, ...]:
    """What decides about the future of an invoice."""
    invoice, _, instant = reached
    document = tuple(
        frozenset(value.items()) if isinstance(value, dict) else value
        for value in vars(invoice.document).values()
    )
    gone = invoice.deleted_at is not None
    return document, invoice.status, invoice.paid, invoice.issued_at is None, gone, instant


def steps(reached: Reached) -> Iterator[tuple[str, int, Result[Change, Any]]]:
    """Every operation but `notify`, with the money it offers and the answer it gets."""
    invoice, _, instant = reached
    now = INSTANTS[instant]
    for payment in PAYMENTS:
        yield "pay", payment.amount, pay(invoice, payment, now=now)
    yield "pay in another currency", 1, pay(invoice, FOREIGN, now=now)
    for patch in EDITS:
        yield "update", 0, update(invoice, patch, now=now, min_expiry_lead=LEAST_LEAD)
    yield (
        "issue",
        0,
        issue(invoice, now=now, short_url="https://bill.example/i/x", min_expiry_lead=LEAST_LEAD),
    )
    yield "expire", 0, expire(invoice, now=now)
    yield "cancel", 0, cancel(invoice, now=now)
    yield "delete", 0, delete(invoice, now=now)


def neighbours(reached: Reached, counts: Counter[str]) -> Iterator[Reached]:
    """The states that one operation, or time, leads to; every step is checked."""
    invoice, events, instant = reached
    now = INSTANTS[instant]
    seen = dict(vars(invoice))
    for operation, money, answer in steps(reached):
        counts["operations"] += 1
        if isinstance(answer, Success):
            change = answer.unwrap()
            invariants.of_change(
                invoice, operation, money, change, now=now, min_expiry_lead=LEAST_LEAD
            )
            counts[f"{invoice.status} -> {change.invoice.status} by {operation}"] += 1
            yield Reached(change.invoice, (*events, change.event), instant)
        else:
            invariants.of_refusal(invoice, seen, answer)
    for medium, deliverability in product(Medium, STANDINGS):
        counts["notify checks"] += 1
        answered = notify(invoice, medium, now=now, deliverability=deliverability)
        invariants.of_notify(invoice, medium, deliverability, answered, now=now)
        counts["notifications"] += isinstance(answered, Success)
    assert vars(invoice) == seen, "16: notify changes nothing"
    if instant + 1 < len(INSTANTS):
        yield Reached(invoice, events, instant + 1)


def explore() -> Counter[str]:
    """Search all that can be reached; how much of everything was met."""
    counts: Counter[str] = Counter()
    known: set[tuple[Any, ...]] = set()
    waiting: deque[Reached] = deque()

    def meet(reached: Reached) -> None:
        name = key(reached)
        if name in known:
            return
        known.add(name)
        invariants.at_rest(reached.invoice)
        shown = as_of(reached.invoice, INSTANTS[reached.instant])
        invariants.at_rest(shown)
        assert shown.status == invariants.effective(reached.invoice, INSTANTS[reached.instant])
        assert replay(reached.events) == reached.invoice, "11: the events replay to the invoice"
        waiting.append(reached)

    for document in starts():
        drafted = draft(
            document,
            account=AccountId("acc_1"),
            id=InvoiceId("inv_1"),
            now=NOON,
            min_expiry_lead=LEAST_LEAD,
        ).unwrap()
        meet(Reached(drafted.invoice, (drafted.event,), 0))
    while waiting:
        for reached in neighbours(waiting.popleft(), counts):
            meet(reached)
    counts["states"] = len(known)
    return counts


def test_no_reachable_state_and_no_step_breaks_an_invariant() -> None:
    assert dict(explore()) == COUNTS
