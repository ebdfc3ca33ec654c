"""Notifying: may the payer be sent the invoice's short URL?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from returns.result import Failure, Success

from billhook.application.records import ContactHistory
from billhook.lifecycle.errors import (
    AddressSuppressed,
    MissingContact,
    MissingEmail,
    OperationNotAllowed,
    Suppression,
    TooSoon,
)
from billhook.lifecycle.notify import DELIVERABLE, Deliverability, Notification, notify, violations
from billhook.lifecycle.operation import Operation
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.testing import NOON, a_customer, an_invoice
from billhook_adapters.testing.builders import TOMORROW

OPEN = (Status.ISSUED, Status.PARTIALLY_PAID)
ADDRESSES = {Medium.EMAIL: "ravi@example.com", Medium.SMS: "+919876543210"}
MISSING = {Medium.EMAIL: MissingEmail(), Medium.SMS: MissingContact()}
LATER = NOON + timedelta(minutes=5)


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("medium", Medium)
def test_the_payer_of_an_open_invoice_is_notified(status: Status, medium: Medium) -> None:
    assert notify(an_invoice(status), medium, now=NOON) == Success(
        Notification(AccountId("acc_1"), InvoiceId("inv_1"), medium, ADDRESSES[medium])
    )


@pytest.mark.parametrize("status", [status for status in Status if status not in OPEN])
@pytest.mark.parametrize("medium", Medium)
def test_no_message_is_sent_about_an_invoice_that_is_not_open(
    status: Status, medium: Medium
) -> None:
    assert notify(an_invoice(status), medium, now=NOON) == Failure(
        OperationNotAllowed(Operation.NOTIFY, status, OPEN)
    )


@pytest.mark.parametrize("status", OPEN)
def test_no_message_is_sent_from_the_instant_of_expiry_on(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    assert isinstance(
        notify(invoice, Medium.SMS, now=TOMORROW - timedelta(microseconds=1)), Success
    )
    assert notify(invoice, Medium.SMS, now=TOMORROW) == Failure(
        OperationNotAllowed(Operation.NOTIFY, Status.EXPIRED, OPEN)
    )


@pytest.mark.parametrize("medium", Medium)
def test_a_missing_address_is_named_by_its_medium(medium: Medium) -> None:
    nowhere = an_invoice(customer=a_customer(email=None, contact=None))
    assert notify(nowhere, medium, now=NOON) == Failure(MISSING[medium])


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize("reason", ["bounced", "complained", "opted_out"])
def test_a_suppressed_address_is_not_written_to(medium: Medium, reason: Suppression) -> None:
    assert notify(an_invoice(), medium, now=NOON, deliverability=Deliverability(reason)) == Failure(
        AddressSuppressed(medium, reason)
    )


@pytest.mark.parametrize("medium", Medium)
def test_a_resend_waits_until_its_instant(medium: Medium) -> None:
    held = Deliverability(not_before=LATER)
    early = LATER - timedelta(microseconds=1)
    assert notify(an_invoice(), medium, now=early, deliverability=held) == Failure(
        TooSoon(medium, LATER)
    )
    assert isinstance(notify(an_invoice(), medium, now=LATER, deliverability=held), Success)


def test_refusals_win_in_the_order_status_address_suppression_throttle() -> None:
    against = Deliverability("bounced", LATER)
    nowhere = a_customer(contact=None)
    assert notify(
        an_invoice(Status.PAID, customer=nowhere), Medium.SMS, now=NOON, deliverability=against
    ) == Failure(OperationNotAllowed(Operation.NOTIFY, Status.PAID, OPEN))
    assert notify(
        an_invoice(customer=nowhere), Medium.SMS, now=NOON, deliverability=against
    ) == Failure(MissingContact())
    assert notify(an_invoice(), Medium.SMS, now=NOON, deliverability=against) == Failure(
        AddressSuppressed(Medium.SMS, "bounced")
    )


def test_every_reason_is_reported_in_that_order() -> None:
    paid = an_invoice(Status.PAID)
    refused = OperationNotAllowed(Operation.NOTIFY, Status.PAID, OPEN)
    assert list(violations(paid, Medium.SMS, Deliverability("opted_out", LATER), NOON)) == [
        refused,
        AddressSuppressed(Medium.SMS, "opted_out"),
        TooSoon(Medium.SMS, LATER),
    ]
    draft = an_invoice(Status.DRAFT, customer=None)
    assert list(violations(draft, Medium.SMS, DELIVERABLE, NOON)) == [
        OperationNotAllowed(Operation.NOTIFY, Status.DRAFT, OPEN),
        MissingContact(),
    ]


@pytest.mark.parametrize(
    ("wait", "last_requested", "expected"),
    [
        (timedelta(0), NOON, Deliverability()),
        (timedelta(minutes=5), None, Deliverability()),
        (timedelta(minutes=5), NOON, Deliverability(not_before=LATER)),
    ],
)
def test_a_policy_derives_deliverability_from_the_last_request(
    wait: timedelta, last_requested: datetime | None, expected: Deliverability
) -> None:
    assert (
        ContactHistory(None, last_requested).deliverability(AccountPolicy(resend_wait=wait))
        == expected
    )


def test_the_longer_of_two_waits_stands() -> None:
    policy = AccountPolicy(resend_wait=timedelta(minutes=5), invoice_wait=timedelta(minutes=6))
    longer = Deliverability(not_before=NOON + timedelta(minutes=6))
    assert ContactHistory(None, NOON).deliverability(policy, NOON) == longer
    assert ContactHistory(None, NOON).deliverability(policy) == Deliverability(not_before=LATER)


def test_a_suppression_stands_whatever_the_policy() -> None:
    assert ContactHistory("bounced", NOON).deliverability(AccountPolicy()) == Deliverability(
        "bounced"
    )
    waiting = AccountPolicy(resend_wait=timedelta(minutes=5))
    assert ContactHistory("bounced", NOON).deliverability(waiting) == Deliverability(
        "bounced", LATER
    )


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        notify(an_invoice(), Medium.SMS, now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive
