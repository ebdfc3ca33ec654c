"""`billhook pay`: a payment is recorded, and every error is a sentence with status 1."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from billhook.application.commands import DraftAndSend
from billhook.application.payments import PayError
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import (
    AccountNotFound,
    BelowMinimum,
    Conflict,
    CurrencyMismatch,
    GuardRefused,
    IdempotencyKeyReused,
    InstalmentNotFound,
    InstalmentOverpayment,
    InvoiceNotFound,
    NotStored,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    ReferenceReused,
    ServiceError,
)
from billhook.lifecycle.operation import Operation
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, Status
from billhook.model.money import LARGEST, Currency
from billhook_adapters.cli.error_texts import payment_error_text
from billhook_adapters.cli.pay import _MAX_AMOUNT
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import RunningService

ONE, OTHER = AccountId("acc_1"), AccountId("acc_2")
INR = Currency("INR")


@pytest.fixture
def service(store: SqlStore) -> InvoiceService:
    return RunningService(store, SystemClock()).service


def issue(
    service: InvoiceService, account: AccountId = ONE, name: str = "inv_1", **fields: Any
) -> None:
    document = a_document(media=(), **fields)
    service.execute(
        DraftAndSend(account=account, invoice=InvoiceId(name), document=document)
    ).unwrap()


def test_a_part_and_the_rest(billhook: Any, service: InvoiceService, url: str) -> None:
    issue(service)
    part = billhook("pay", "inv_1", "30000", "--reference", "bank-1", "--database", url, "--json")
    assert (part.status, part.err) == (0, "")
    assert part.json == {
        "invoice": "inv_1",
        "account": "acc_1",
        "status": "partially_paid",
        "currency": "INR",
        "amount": 99800,
        "amount_paid": 30000,
        "amount_due": 69800,
        "reference": "bank-1",
    }
    rest = billhook("pay", "inv_1", "69800", "--database", url)
    assert rest.status == 0
    assert re.fullmatch(
        r"inv_1 is paid: INR 998.00 of INR 998.00 paid\n"
        r"reference pay_[A-Za-z0-9]{14}\n",
        rest.out,
    )
    (_, kept) = service.payments(ONE, InvoiceId("inv_1")).unwrap()
    assert kept.payment.reference in rest.out
    assert [event.actor for event in service.history(ONE, InvoiceId("inv_1")).unwrap()][-1] == (
        "billhook pay"
    )


def test_the_same_reference_counts_once(billhook: Any, service: InvoiceService, url: str) -> None:
    issue(service)
    command = ("pay", "inv_1", "30000", "--reference", "bank-1", "--database", url, "--json")
    assert billhook(*command).json == billhook(*command).json
    assert service.get(ONE, InvoiceId("inv_1")).unwrap().paid == 30000


def test_it_is_paid_in_the_invoices_own_currency(
    billhook: Any, service: InvoiceService, url: str
) -> None:
    line = {"name": "Book", "unit_amount": 1500, "currency": "KWD", "quantity": 1}
    issue(service, currency="KWD", lines=(line,), partial_payment=False)
    ran = billhook("pay", "inv_1", "1500", "--database", url)
    assert "KWD 1.500 of KWD 1.500" in ran.out


def test_an_id_of_two_accounts_needs_the_account(
    billhook: Any, service: InvoiceService, url: str
) -> None:
    issue(service, ONE)
    issue(service, OTHER)
    ran = billhook("pay", "inv_1", "99800", "--database", url)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "billhook pay: 2 accounts have an invoice with this id; "
        "add --account, one of: acc_1, acc_2\n"
    )
    paid = billhook("pay", "inv_1", "99800", "--account", "acc_2", "--database", url, "--json")
    assert paid.json["account"] == "acc_2"
    assert service.get(ONE, InvoiceId("inv_1")).unwrap().paid == 0


@pytest.mark.parametrize(
    "command",
    [
        ("inv_9",),
        ("\udcff",),
        ("a b",),
        ("inv_1", "--account", "acc_2"),
        ("inv_1", "--account", "acc_9"),
        ("inv_1", "--account", "\udcff"),
    ],
)
def test_unknown_and_foreign_invoices_are_refused_alike(
    billhook: Any, service: InvoiceService, url: str, command: tuple[str, ...]
) -> None:
    issue(service)
    name, *rest = command
    ran = billhook("pay", name, "1", *rest, "--database", url)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "billhook pay: INVOICE_ID: there is no such invoice; check the id, and --account if given\n"
    )


def test_refusals_of_the_invoice_have_status_1_and_store_nothing(
    billhook: Any, service: InvoiceService, url: str
) -> None:
    issue(service, first_payment_min_amount=10000)
    issue(service, name="inv_2", partial_payment=False)
    refused = {
        ("inv_1", "99801"): "INR 998.01 is more than the INR 998.00 that is due; pay 99800 at most",
        ("inv_1", "9999"): "INR 99.99 is too little for a first payment; pay 10000 at least",
        ("inv_2", "1"): "INR 0.01 is less than the INR 998.00 that is due, and the invoice "
        "does not allow partial payments; pay 99800",
    }
    for (name, amount), sentence in refused.items():
        ran = billhook("pay", name, amount, "--database", url)
        assert ran == (1, "", f"billhook pay: {sentence}\n")
        assert list(service.payments(ONE, InvoiceId(name)).unwrap()) == []
    billhook("pay", "inv_2", "99800", "--reference", "bank-1", "--database", url)
    again = billhook("pay", "inv_2", "99800", "--database", url)
    assert again == (
        1,
        "",
        "billhook pay: the invoice is paid; payments are accepted for invoices that are issued or "
        "partially paid\n",
    )
    reused = billhook("pay", "inv_1", "99800", "--reference", "bank-1", "--database", url)
    assert reused.status == 1
    assert "--reference: another payment has this reference" in reused.err


@pytest.mark.parametrize(
    "amount", ["0", "-1", "1.5", "1e3", "", "x", "٣", "1_000", " 1", "+1", str(2**53), "9" * 5000]
)
def test_an_amount_is_a_whole_number_of_smallest_units(
    billhook: Any, url: str, amount: str
) -> None:
    ran = billhook("pay", "inv_1", "--database", url, "--", amount)
    assert ran.status == 2
    assert (
        "AMOUNT: must be a whole number from 1 to 9007199254740991, in the smallest unit" in ran.err
    )


def test_the_largest_amount_is_that_of_the_domain() -> None:
    assert _MAX_AMOUNT == LARGEST


@pytest.mark.parametrize("reference", ["", "x" * 129, "a\nb", "\udcff", "\x00"])
def test_a_reference_that_cannot_be_kept_is_wrong_usage(
    billhook: Any, url: str, reference: str
) -> None:
    ran = billhook("pay", "inv_1", "1", "--reference", reference, "--database", url)
    assert ran.status == 2
    assert "--reference: must be 1 to 128 printable characters" in ran.err


EVERY = [
    OperationNotAllowed(Operation.PAY, Status.PAID, (Status.ISSUED,)),
    CurrencyMismatch(Currency("USD"), INR),
    Overpayment(2, 1),
    PartialNotAllowed(1, 2),
    BelowMinimum(1, 2),
    InvoiceNotFound(),
    InstalmentNotFound(("i1",)),
    InstalmentNotFound(()),
    InstalmentOverpayment(2, 1),
    ReferenceReused(),
    AccountNotFound(),
    Conflict(1, 2),
    IdempotencyKeyReused(),
    NotStored(),
    GuardRefused("hold", "The customer is on hold; release the hold first."),
]


def test_every_refusal_has_a_sentence_of_its_own_with_a_remedy() -> None:
    assert {type(one) for one in EVERY} == {*get_args(PayError), *get_args(ServiceError)}
    for currency in (None, INR):
        sentences = [payment_error_text(one, currency) for one in EVERY]
        assert len({*sentences}) == len(EVERY)
        assert [one for one in sentences if ";" not in one] == []
