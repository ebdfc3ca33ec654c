"""Robustness: the host's decimal context, broken senders, invalid histories."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.claiming import AttemptResult
from billhook.application.commands import Draft, DraftAndSend, Notify, RecordPayment
from billhook.application.records import Contact
from billhook.lifecycle.apply import apply
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.events import InvoiceIssued, InvoiceUpdated, PaymentRecorded
from billhook.lifecycle.notify import notify
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    Transient,
    conclude,
    dead_letter,
    next_attempt,
)
from billhook.model.account import AccountPolicy, RetryPolicy
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.line_items import Rounding
from billhook.model.money import Currency, major, minor
from billhook.model.patch import Patch
from billhook.model.payment import Reference
from billhook.model.pricing import total
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_line,
    a_message,
    a_payment,
    an_invoice,
)
from billhook_adapters.testing.running import RunningService
from unit.running_service import ACME, InMemoryService

HALF = a_line(1, Decimal("0.5"))


def test_amounts_do_not_depend_on_the_decimals_of_the_host() -> None:
    with localcontext(prec=4):
        line = a_line(12345678901, Decimal("7.000001"))
        assert line.total == 86419764653
        assert total([line, line], Rounding.PER_INVOICE) == 172839529305
        assert minor(Decimal("12345678.90"), Currency("INR")) == 1234567890
        assert str(major(1234567890, Currency("INR"))) == "12345678.90"


def test_the_accounts_rule_rounds_unless_the_document_names_one() -> None:
    service = InMemoryService(rounding=Rounding.PER_INVOICE).service
    silent = a_document(lines=(HALF, HALF))
    named = a_document(lines=(HALF, HALF), rounding=Rounding.PER_LINE)
    amounts = [
        service.execute(Draft(account=ACME, document=one)).unwrap().amount
        for one in (silent, named)
    ]
    assert amounts == [1, 2]


def test_a_history_with_an_overpayment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a payment exceeds the amount due$"):
        apply(an_invoice(), PaymentRecorded(NOON, Reference("pay_1"), 10**9))


def test_a_history_that_updates_a_settled_field_is_refused() -> None:
    with pytest.raises(ValueError, match="not editable in paid"):
        apply(an_invoice(Status.PAID), InvoiceUpdated(NOON, Patch(terms="other")))


@pytest.mark.parametrize("prefix", ["INV-1", "7", "A0"])
def test_the_prefix_of_a_number_series_does_not_end_in_a_digit(prefix: str) -> None:
    with pytest.raises(ValidationError, match="number_prefix"):
        AccountPolicy(number_prefix=prefix)


@pytest.mark.parametrize("bad", ["\ud800", "a b", "", "x" * 65, "a\n"])
def test_a_malformed_id_is_not_found_and_fails_no_other_command(bad: str) -> None:
    service = InMemoryService().service
    known = service.execute(Draft(account=ACME, document=a_document())).unwrap()
    unknown = InvoiceId(bad)
    commands: list[Any] = [
        Notify(account=ACME, invoice=unknown, medium=Medium.SMS, key="k"),
        RecordPayment(account=ACME, invoice=unknown, payment=a_payment()),
        Draft(account=ACME, invoice=unknown, document=a_document()),
        Draft(account=ACME, document=a_document()),
    ]
    *refused, made = service.execute_all(commands)
    assert refused == [Failure(InvoiceNotFound())] * 3
    assert isinstance(made, Success)
    assert service.get(ACME, known.id) == Success(known)


def test_an_invalid_provider_id_is_cleaned_and_recorded() -> None:
    sending = a_message(status=DeliveryStatus.SENDING, attempts=1)
    sent = conclude(
        sending, Success(Accepted("id\x00\ud800")), now=NOON, retries=RetryPolicy(), jitter=0
    )
    assert (sent.status, sent.provider_id) == (DeliveryStatus.SENT, "id??")


def test_a_thousand_characters_of_a_providers_reason_are_kept() -> None:
    sending = a_message(status=DeliveryStatus.SENDING, attempts=1)
    answer = Failure(Transient("x" * 1001))
    queued = conclude(sending, answer, now=NOON, retries=RetryPolicy(), jitter=0)
    assert queued.reason == "x" * 1000


def test_a_negative_wait_is_no_wait() -> None:
    error = Transient("busy", retry_after=timedelta(seconds=-5))
    assert next_attempt(1, error, RetryPolicy(), since=NOON, jitter=0, now=NOON) == NOON


def test_a_message_fails_once_the_lease_of_its_last_attempt_ends() -> None:
    retries = RetryPolicy(max_attempts=2)
    held = a_message(status=DeliveryStatus.SENDING, attempts=2, due_at=NOON)
    early = NOON - timedelta(microseconds=1)
    dead = dead_letter(held, now=NOON, retries=retries)
    assert dead == a_message(
        status=DeliveryStatus.FAILED,
        attempts=2,
        due_at=None,
        ended_at=NOON,
        reason="lease expired after the last attempt",
    )
    assert dead_letter(held, now=early, retries=retries) is None
    assert dead_letter(held, now=NOON, retries=RetryPolicy(max_attempts=3)) is None
    queued = a_message(status=DeliveryStatus.QUEUED, attempts=2, due_at=NOON)
    assert dead_letter(queued, now=NOON, retries=retries) is None


class Broken:
    """A sender with a bug."""

    def __init__(self) -> None:
        self.calls = 0

    def send(self, *_: object) -> Any:
        self.calls += 1
        raise RuntimeError("ravi@example.com")


@pytest.mark.parametrize("dies", [False, True])
def test_a_sender_that_raises_is_called_no_more_often_than_the_policy_says(dies: bool) -> None:
    broken = Broken()
    running = RunningService(sender=broken, retries=RetryPolicy(max_attempts=3))
    if dies:

        def send(*_: object) -> Any:
            broken.calls += 1
            raise KeyboardInterrupt

        broken.send = send  # type: ignore[method-assign]
    document = a_document(media=["sms"])
    sent = running.service.execute(DraftAndSend(account=ACME, document=document)).unwrap()
    seen: list[AttemptResult] = []
    for _ in range(10):
        with suppress(KeyboardInterrupt):
            seen.append(running.background_jobs.deliver(sent.messages[0].key))
        running.clock.advance(timedelta(days=1))
    (message,) = running.messages(sent.invoice.id)
    assert (broken.calls, message.status) == (3, DeliveryStatus.FAILED)
    assert message.reason == (
        "lease expired after the last attempt" if dies else "the sender raised RuntimeError"
    )
    assert (AttemptResult.DEAD_LETTER in seen) is dies


def test_no_repr_shows_an_address_or_a_short_url() -> None:
    notification = notify(an_invoice(), Medium.EMAIL, now=NOON).unwrap()
    shown = repr(
        (notification, Contact(ACME, Medium.SMS, "+919876543210"), InvoiceIssued(NOON, "u/x", None))
    )
    assert [word for word in ("ravi", "9876543210", "u/x") if word in shown] == []
