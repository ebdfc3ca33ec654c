"""Long random histories of one invoice, beside a model that knows only the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from returns.result import Result, Success

from billhook.lifecycle.apply import Change, as_of, replay
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.events import InvoiceChanged
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.notify import Deliverability, notify
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment
from properties import invariants

EXPIRY = NOON + timedelta(hours=2)
LEAST_LEAD = timedelta(minutes=15)


@dataclass
class Model:
    """The invoice as the rule book describes it."""

    amount: int
    customer: bool
    parts: bool
    minimum: int | None
    expire_by: datetime | None
    status: str = "draft"
    paid: int = 0
    version: int = 1
    deleted: bool = False
    notes: dict[str, str] = field(default_factory=dict)

    def stands(self, now: datetime) -> str:
        """The status that holds at an instant."""
        over = self.expire_by is not None and now >= self.expire_by
        return "expired" if over and self.status in invariants.OPEN else self.status

    def possible(self, operation: str, now: datetime) -> bool:
        """Whether the lifecycle allows it; the sweep alone goes by what is recorded."""
        status = self.status if operation == "expire" else self.stands(now)
        return not self.deleted and invariants.legal(operation, status)

    def too_soon(self, now: datetime) -> bool:
        """Whether less time is left than the account wants."""
        return self.expire_by is not None and self.expire_by < now + LEAST_LEAD

    def comparable(self) -> tuple[Any, ...]:
        """What can be compared with an invoice."""
        money = self.amount, self.paid, self.amount - self.paid
        terms = self.parts, self.minimum, self.expire_by, self.notes
        return self.status, self.version, self.deleted, *money, *terms


def comparable(invoice: Invoice) -> tuple[Any, ...]:
    """The same of a real invoice."""
    money = invoice.amount, invoice.paid, invoice.due
    document, gone = invoice.document, invoice.deleted_at is not None
    terms = document.partial_payment, document.first_payment_min_amount, document.expire_by
    return invoice.status.value, invoice.version, gone, *money, *terms, document.notes


class Life(RuleBasedStateMachine):
    """One invoice, from its draft on."""

    @initialize(
        amount=st.integers(0, 9),
        customer=st.sampled_from([True, True, True, False]),
        parts=st.booleans(),
        minimum=st.sampled_from([None, 3]),
        expire_by=st.sampled_from([None, EXPIRY]),
    )
    def drafted(
        self,
        amount: int,
        customer: bool,
        parts: bool,
        minimum: int | None,
        expire_by: datetime | None,
    ) -> None:
        self.now = NOON
        self.model = Model(amount, customer, parts, minimum, expire_by)
        document = a_document(
            lines=(a_line(unit_amount=amount, quantity=1),),
            customer=a_customer() if customer else None,
            partial_payment=parts,
            first_payment_min_amount=minimum,
            expire_by=expire_by,
        )
        first = draft(
            document,
            account=AccountId("acc_1"),
            id=InvoiceId("inv_1"),
            now=NOON,
            min_expiry_lead=LEAST_LEAD,
        ).unwrap()
        self.invoice: Invoice = first.invoice
        self.events: list[InvoiceChanged] = [first.event]

    def expect(self, refusal: str | None, answer: Result[Change, Any], **changes: Any) -> None:
        """This refusal, or else these changes of the model."""
        if refusal is not None:
            assert not isinstance(answer, Success), f"{refusal} must refuse"
            assert answer.failure().code == refusal
            return
        change = answer.unwrap()
        self.invoice = change.invoice
        self.events.append(change.event)
        self.model.version += 1
        for name, value in changes.items():
            setattr(self.model, name, value)

    @rule()
    def issue(self) -> None:
        model, refusal = self.model, None
        if not model.possible("issue", self.now):
            refusal = "operation_not_allowed"
        elif not model.customer:
            refusal = "missing_customer"
        elif model.amount == 0:
            refusal = "nothing_to_bill"
        elif model.too_soon(self.now):
            refusal = "expires_too_soon"
        url = "https://bill.example/i/x"
        answer = issue(self.invoice, now=self.now, short_url=url, min_expiry_lead=LEAST_LEAD)
        self.expect(refusal, answer, status="issued")

    @rule(amount=st.integers(1, 10), currency=st.sampled_from(["INR", "INR", "INR", "USD"]))
    def pay(self, amount: int, currency: str) -> None:
        model, refusal = self.model, None
        due = model.amount - model.paid
        if not model.possible("pay", self.now):
            refusal = "operation_not_allowed"
        elif currency != "INR":
            refusal = "currency_mismatch"
        elif amount > due:
            refusal = "overpayment"
        elif amount < due and not model.parts:
            refusal = "partial_not_allowed"
        elif amount < due and model.paid == 0 and amount < (model.minimum or 0):
            refusal = "below_minimum"
        payment = a_payment(amount, f"pay_{model.version}", currency)
        answer = pay(self.invoice, payment, now=self.now)
        status = "paid" if amount == due else "partially_paid"
        self.expect(refusal, answer, status=status, paid=model.paid + amount)

    @rule(medium=st.sampled_from(Medium), suppressed=st.sampled_from([None, None, "opted_out"]))
    def notify(self, medium: Medium, suppressed: Any) -> None:
        deliverability = Deliverability(suppressed, not_before=NOON + timedelta(minutes=5))
        answer = notify(self.invoice, medium, now=self.now, deliverability=deliverability)
        invariants.of_notify(self.invoice, medium, deliverability, answer, now=self.now)
        assert isinstance(answer, Success) == (
            self.model.possible("notify", self.now)
            and suppressed is None
            and self.now >= NOON + timedelta(minutes=5)
        )

    @rule()
    def cancel(self) -> None:
        allowed = self.model.possible("cancel", self.now)
        answer = cancel(self.invoice, now=self.now)
        self.expect(None if allowed else "operation_not_allowed", answer, status="cancelled")

    @rule(unlikely=st.integers(0, 9))
    def delete(self, unlikely: int) -> None:
        allowed = self.model.possible("delete", self.now)
        if allowed and unlikely:
            return
        answer = delete(self.invoice, now=self.now)
        self.expect(None if allowed else "operation_not_allowed", answer, deleted=True)

    @rule()
    def expire(self) -> None:
        expire_by, refusal = self.model.expire_by, None
        if not self.model.possible("expire", self.now):
            refusal = "operation_not_allowed"
        elif expire_by is None or self.now < expire_by:
            refusal = "not_yet_due"
        self.expect(refusal, expire(self.invoice, now=self.now), status="expired")

    @rule(word=st.sampled_from(["a", "b"]))
    def note(self, word: str) -> None:
        refusal = "operation_not_allowed" if self.model.deleted else None
        answer = update(
            self.invoice, Patch(notes={"k": word}), now=self.now, min_expiry_lead=LEAST_LEAD
        )
        self.expect(refusal, answer, notes={"k": word})

    @rule(parts=st.booleans(), hours=st.sampled_from([None, 0, 1, 5]))
    def settle_terms(self, parts: bool, hours: int | None) -> None:
        by = None if hours is None else NOON + timedelta(hours=hours)
        model, refusal = self.model, None
        if model.deleted:
            refusal = "operation_not_allowed"
        elif model.stands(self.now) not in ("draft", "issued"):
            refusal = "not_editable"
        elif by is not None and by < self.now + LEAST_LEAD:
            refusal = "expires_too_soon"
        patch = Patch(partial_payment=parts, expire_by=by)
        answer = update(self.invoice, patch, now=self.now, min_expiry_lead=LEAST_LEAD)
        self.expect(refusal, answer, parts=parts, expire_by=by)

    @rule(amount=st.integers(0, 9))
    def rewrite_lines(self, amount: int) -> None:
        model, refusal = self.model, None
        if model.deleted:
            refusal = "operation_not_allowed"
        elif model.stands(self.now) != "draft":
            refusal = "not_editable"
        patch = Patch(lines=(a_line(unit_amount=amount, quantity=1),))
        answer = update(self.invoice, patch, now=self.now, min_expiry_lead=LEAST_LEAD)
        self.expect(refusal, answer, amount=amount)

    @rule(minutes=st.sampled_from([1, 1, 10, 30, 60]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_invoice_is_what_the_model_says(self) -> None:
        assert comparable(self.invoice) == self.model.comparable()

    @invariant()
    def every_rule_holds(self) -> None:
        invariants.at_rest(self.invoice)
        assert as_of(self.invoice, self.now).status == self.model.stands(self.now)
        assert replay(self.events) == self.invoice


def test_no_life_of_an_invoice_leaves_the_rule_book() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=200,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
        ),
    )
