"""What the rules hold against: a host's own decimals, broken senders, histories that lie."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Draft, DraftAndSend, Notify, RecordPayment
from billhook.application.records import Contact
from billhook.application.service import InvoiceService
from billhook.lifecycle.apply import apply
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.events import InvoiceIssued, InvoiceUpdated, PaymentRecorded
from billhook.lifecycle.notify import notify
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    Transient,
    conclude,
    give_up,
    next_attempt,
)
from billhook.model.account import Account, AccountPolicy, RetryPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.line_items import Rounding
from billhook.model.money import Currency, major, minor
from billhook.model.patch import Patch
from billhook.model.payment import Reference
from billhook.model.pricing import total
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_line,
    a_message,
    a_payment,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.builders import open_account

ACME = AccountId("acc_1")
HALF = a_line(1, Decimal("0.5"))


def test_amounts_do_not_depend_on_the_decimals_of_the_host() -> None:
    with localcontext(prec=4):
        line = a_line(12345678901, Decimal("7.000001"))
        assert line.total == 86419764653
        assert total([line, line], Rounding.PER_INVOICE) == 172839529305
        assert minor(Decimal("12345678.90"), Currency("INR")) == 1234567890
        assert str(major(1234567890, Currency("INR"))) == "12345678.90"


def a_desk(policy: AccountPolicy) -> InvoiceService:
    service = InvoiceService(InMemoryStore(), SettableClock(NOON), RandomIds())
    open_account(service, Account(id=ACME, name="Acme", policy=policy))
    return service


def test_the_accounts_rule_rounds_unless_the_document_names_one() -> None:
    service = a_desk(AccountPolicy(rounding=Rounding.PER_INVOICE))
    silent = a_document(lines=(HALF, HALF))
    named = a_document(lines=(HALF, HALF), rounding=Rounding.PER_LINE)
    amounts = [
        service.execute(Draft(account=ACME, document=one)).unwrap().amount
        for one in (silent, named)
    ]
    assert amounts == [1, 2]


def test_a_history_that_takes_more_than_was_due_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a payment took more than was due$"):
        apply(an_invoice(), PaymentRecorded(NOON, Reference("pay_1"), 10**9))


def test_a_history_that_edits_what_is_settled_is_refused() -> None:
    with pytest.raises(ValueError, match="settled in paid"):
        apply(an_invoice(Status.PAID), InvoiceUpdated(NOON, Patch(terms="other")))


@pytest.mark.parametrize("prefix", ["INV-1", "7", "A0"])
def test_a_series_prefix_ends_in_no_digit_so_that_no_two_series_meet(prefix: str) -> None:
    with pytest.raises(ValidationError, match="number_prefix"):
        AccountPolicy(number_prefix=prefix)


@pytest.mark.parametrize("bad", ["\ud800", "a b", "", "x" * 65, "a\n"])
def test_what_has_the_shape_of_no_id_is_not_found_and_harms_no_neighbour(bad: str) -> None:
    service = a_desk(AccountPolicy())
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


def test_a_providers_words_never_stop_the_record_of_what_it_did() -> None:
    sending = a_message(status=DeliveryStatus.SENDING, attempts=1)
    sent = conclude(
        sending, Success(Accepted("id\x00\ud800")), now=NOON, retries=RetryPolicy(), jitter=0
    )
    assert (sent.status, sent.provider_id) == (DeliveryStatus.SENT, "id??")


def test_of_a_providers_words_a_thousand_characters_are_kept() -> None:
    sending = a_message(status=DeliveryStatus.SENDING, attempts=1)
    answer = Failure(Transient("x" * 1001))
    queued = conclude(sending, answer, now=NOON, retries=RetryPolicy(), jitter=0)
    assert queued.reason == "x" * 1000


def test_a_wait_below_zero_is_no_wait() -> None:
    error = Transient("busy", retry_after=timedelta(seconds=-5))
    assert next_attempt(1, error, RetryPolicy(), since=NOON, jitter=0, now=NOON) == NOON


def test_a_message_is_given_up_once_its_last_sender_has_not_come_back() -> None:
    retries = RetryPolicy(attempts=2)
    held = a_message(status=DeliveryStatus.SENDING, attempts=2, due_at=NOON)
    early = NOON - timedelta(microseconds=1)
    dead = give_up(held, now=NOON, retries=retries)
    assert dead == a_message(
        status=DeliveryStatus.FAILED,
        attempts=2,
        due_at=None,
        ended_at=NOON,
        reason="no sender came back",
    )
    assert give_up(held, now=early, retries=retries) is None
    assert give_up(held, now=NOON, retries=RetryPolicy(attempts=3)) is None
    queued = a_message(status=DeliveryStatus.QUEUED, attempts=2, due_at=NOON)
    assert give_up(queued, now=NOON, retries=retries) is None


class Broken:
    """A sender with a bug."""

    def __init__(self) -> None:
        self.asked = 0

    def send(self, *_: object) -> Any:
        self.asked += 1
        raise RuntimeError("ravi@example.com")


@pytest.mark.parametrize("dies", [False, True])
def test_a_sender_that_breaks_is_asked_no_more_often_than_the_policy_says(dies: bool) -> None:
    store, clock, broken = InMemoryStore(), SettableClock(NOON), Broken()
    service = InvoiceService(store, clock, RandomIds())
    open_account(service, an_account(retries=RetryPolicy(attempts=3)))
    background_jobs = BackgroundJobs(store, clock, RandomIds(), {Medium.SMS: broken})
    if dies:

        def send(*_: object) -> Any:
            broken.asked += 1
            raise KeyboardInterrupt

        broken.send = send  # type: ignore[method-assign]
    account = an_account().id
    document = a_document(media=["sms"])
    sent = service.execute(DraftAndSend(account=account, document=document)).unwrap()
    seen: list[AttemptResult] = []
    for _ in range(10):
        with suppress(KeyboardInterrupt):
            seen.append(background_jobs.deliver(sent.messages[0].key))
        clock.advance(timedelta(days=1))
    (message,) = service.messages(account, sent.invoice.id)
    assert (broken.asked, message.status) == (3, DeliveryStatus.FAILED)
    assert message.reason == ("no sender came back" if dies else "the sender broke: RuntimeError")
    assert (AttemptResult.GIVEN_UP in seen) is dies


def test_no_repr_tells_an_address_or_a_short_url() -> None:
    notification = notify(an_invoice(), Medium.EMAIL, now=NOON).unwrap()
    told = repr(
        (notification, Contact(ACME, Medium.SMS, "+919876543210"), InvoiceIssued(NOON, "u/x", None))
    )
    assert [word for word in ("ravi", "9876543210", "u/x") if word in told] == []
