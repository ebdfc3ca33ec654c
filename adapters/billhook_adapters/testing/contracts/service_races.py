"""Races by the service: whichever command is first, the balance is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import (
    ApplyPayment,
    Cancel,
    Draft,
    DraftAndSend,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    RecordRefund,
    SaveEntry,
)
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AlreadyExists, MissingCustomer, ReferenceReused
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.testing.builders import (
    a_customer,
    a_document,
    a_payment,
    an_account,
    open_account,
)
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.service_suite import ServiceSuite, kept, unapplied
from billhook_adapters.testing.running import ACCOUNT, drafted, issued

ROUNDS = 8
ID = InvoiceId("inv_1")


class RacesSuite(ServiceSuite):
    """Commands that come at one moment."""

    def test_two_payments_at_once_never_take_more_than_is_due(
        self, service: InvoiceService, store: Store
    ) -> None:
        for n in range(ROUNDS):
            one = InvoiceId(f"inv_{n}")
            due = issued(service, one).due
            most = due // 2 + 1
            answers = _execute_at_once(
                service,
                *(
                    Pay(account=ACCOUNT, invoice=one, payment=a_payment(most, f"pay_{n}_{payer}"))
                    for payer in "ab"
                ),
            )
            assert sorted(isinstance(answer, Success) for answer in answers) == [False, True]
            after = kept(store, one)
            assert after is not None
            assert (after.paid, after.due) == (most, due - most)

    def test_one_payment_reported_by_many_counts_once(
        self, service: InvoiceService, store: Store
    ) -> None:
        issued(service)
        answers = _execute_at_once(
            service, *[RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(7))] * 8
        )
        assert answers == [Success(kept(store))] * 8
        assert answers[0].unwrap().paid == 7
        assert unapplied(store) == []

    def test_one_reference_for_many_invoices_counts_once(
        self, service: InvoiceService, store: Store
    ) -> None:
        ids = [issued(service, f"inv_{n}").id for n in range(ROUNDS)]
        answers = _execute_at_once(
            service, *(Pay(account=ACCOUNT, invoice=one, payment=a_payment(7)) for one in ids)
        )
        assert answers.count(Failure(ReferenceReused())) == ROUNDS - 1
        books = [kept(store, one) for one in ids]
        assert sum(after.paid for after in books if after is not None) == 7

    def test_all_money_that_comes_at_once_is_taken_or_kept(
        self, service: InvoiceService, store: Store
    ) -> None:
        due = issued(service).due
        part = due // 4
        answers = _execute_at_once(
            service,
            *(
                RecordPayment(account=ACCOUNT, invoice=ID, payment=a_payment(part, f"pay_{n}"))
                for n in range(8)
            ),
        )
        after = kept(store)
        assert after is not None
        assert after.paid == part * sum(isinstance(answer, Success) for answer in answers) <= due
        assert after.paid + sum(one.payment.amount for one in unapplied(store)) == part * 8

    def test_unapplied_money_is_never_used_twice(
        self, service: InvoiceService, store: Store
    ) -> None:
        due = issued(service).due
        ids = [issued(service, f"inv_{n}").id for n in range(2, 6)]
        payment = a_payment(due + 3, "UTR-7")
        service.execute(RecordPayment(account=ACCOUNT, invoice=ID, payment=payment))
        part = due // 2
        _execute_at_once(
            service,
            *(
                ApplyPayment(account=ACCOUNT, invoice=one, payment=payment.reference, amount=part)
                for one in ids
            ),
            *[RecordRefund(account=ACCOUNT, payment=payment.reference, amount=part)] * 4,
        )
        (left,) = unapplied(store)
        paid = sum(after.paid for one in ids if (after := kept(store, one)) is not None)
        assert left.unapplied == due + 3 - 2 * part
        assert paid + left.refunded + left.unapplied == due + 3

    def test_of_cancelling_and_paying_exactly_one_wins(
        self, service: InvoiceService, store: Store
    ) -> None:
        for n in range(ROUNDS):
            one = InvoiceId(f"inv_{n}")
            payment = a_payment(issued(service, one).due, f"pay_{n}")
            answers = _execute_at_once(
                service,
                Cancel(account=ACCOUNT, invoice=one),
                Pay(account=ACCOUNT, invoice=one, payment=payment),
            )
            (won,) = [answer for answer in answers if isinstance(answer, Success)]
            assert won == Success(kept(store, one))

    def test_a_hundred_equal_requests_queue_one_message(self, service: InvoiceService) -> None:
        issued(service)
        notify = Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS, key="key_1")
        answers = _execute_at_once(service, *[notify] * 100)
        (message,) = service.messages(ACCOUNT, ID)
        assert answers == [Success(message)] * 100

    def test_numbers_have_no_gaps_although_some_issues_are_refused(
        self, service: InvoiceService
    ) -> None:
        billed = [drafted(service, f"inv_{n}").id for n in range(12)]
        for n in range(12):
            drafted(service, f"without_customer_{n}", customer=None)
        refused = [InvoiceId(f"without_customer_{n}") for n in range(12)]
        pairs = [one for pair in zip(billed, refused, strict=True) for one in pair]
        answers = _execute_at_once(service, *(Issue(account=ACCOUNT, invoice=one) for one in pairs))
        numbers = [answer.unwrap().number for answer in answers[::2]]
        assert sorted(numbers) == [f"INV-{n:04}" for n in range(1, 13)]
        assert answers[1::2] == [Failure(MissingCustomer())] * 12

    @pytest.mark.parametrize("others", [1, 7])
    def test_one_invoice_is_issued_once(
        self, service: InvoiceService, store: Store, others: int
    ) -> None:
        drafted(service)
        answers = _execute_at_once(service, *[Issue(account=ACCOUNT, invoice=ID)] * (1 + others))
        (won,) = [answer for answer in answers if isinstance(answer, Success)]
        assert won == Success(kept(store))

    def test_one_id_is_drafted_once_and_the_others_are_errors(
        self, service: InvoiceService, store: Store
    ) -> None:
        for n in range(ROUNDS):
            one = InvoiceId(f"inv_{n}")
            answers = _execute_at_once(
                service, *[Draft(account=ACCOUNT, invoice=one, document=a_document())] * 4
            )
            (won,) = [answer for answer in answers if isinstance(answer, Success)]
            assert won == Success(kept(store, one))
            assert answers.count(Failure(AlreadyExists())) == 3

    def test_an_entry_is_what_was_first_filed_under_its_id(self, service: InvoiceService) -> None:
        for n in range(ROUNDS):
            item = f"item_{n}"
            answers = _execute_at_once(
                service, *(SaveEntry(account=ACCOUNT, id=item, body=f"{body}") for body in range(4))
            )
            (won,) = [answer for answer in answers if isinstance(answer, Success)]
            assert service.entry(ACCOUNT, item) == won.unwrap()
            assert answers.count(Failure(AlreadyExists())) == 3

    def test_of_messages_to_one_address_at_once_one_is_not_too_soon(
        self, service: InvoiceService
    ) -> None:
        open_account(
            service, an_account(ACCOUNT, number_prefix="INV-", resend_wait=timedelta(hours=1))
        )
        for n in range(ROUNDS):
            payer = a_customer(email=f"payer{n}@example.com")
            ids = [issued(service, f"inv_{n}_{m}", customer=payer).id for m in range(4)]
            answers = _execute_at_once(
                service, *(Notify(account=ACCOUNT, invoice=one, medium=Medium.EMAIL) for one in ids)
            )
            assert sorted(type(answer).__name__ for answer in answers) == [
                *["Failure"] * 3,
                "Success",
            ]

    def test_of_sms_at_once_no_more_are_accepted_than_the_budgets_allow(
        self, service: InvoiceService
    ) -> None:
        limits: Any = {"sms_budget": {"per_hour": 5}, "sms_prefix_budget": {"per_day": 3}}
        open_account(service, an_account(ACCOUNT, **limits))
        numbers = [f"+9198765000{n:02}" for n in range(8)] + [f"+1214559690{n}" for n in range(8)]
        ids = [
            issued(service, f"inv_{n}", customer=a_customer(contact=number)).id
            for n, number in enumerate(numbers)
        ]
        answers = _execute_at_once(
            service, *(Notify(account=ACCOUNT, invoice=one, medium=Medium.SMS) for one in ids)
        )
        accepted = [answer for answer in answers if isinstance(answer, Success)]
        assert len(accepted) == 5
        assert 2 <= sum(isinstance(answer, Success) for answer in answers[:8]) <= 3

    def test_batches_that_cross_each_other_are_all_done(self, service: InvoiceService) -> None:
        open_account(service, an_account("acc_2", "Umbrella", number_prefix="U-"))
        payers = [
            a_customer(email=f"payer{n}@example.com", contact=f"+9198765432{n}0") for n in range(3)
        ]
        accounts = [AccountId("acc_1"), AccountId("acc_2")]
        made: list[AnyCommand] = [
            DraftAndSend(
                account=account,
                document=a_document(customer=payer),
                media=media,
                key=f"{account} {payer.email} {media}",
            )
            for account in accounts
            for payer in payers
            for media in (tuple(Medium), tuple(Medium)[::-1])
        ]
        both = [made, made[::-1]] * 4
        answers = at_once(*map(_executed(service), both))
        first = answers[0]
        assert [type(answer) for answer in first] == [Success] * len(made)
        assert [answer[:: 1 - 2 * (n % 2)] for n, answer in enumerate(answers)] == [first] * 8


def _executed(
    service: InvoiceService,
) -> Callable[[list[AnyCommand]], Callable[[], list[Result[Any, Any]]]]:
    return lambda batch: lambda: service.execute_all(batch)


def _execute_at_once(service: InvoiceService, *commands: AnyCommand) -> list[Result[Any, Any]]:
    def doing(command: AnyCommand) -> Any:
        return lambda: service.execute(command)

    return at_once(*map(doing, commands))
