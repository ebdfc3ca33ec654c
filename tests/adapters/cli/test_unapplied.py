"""`billhook unapplied`: money that no invoice took is listed, applied and refunded."""

from __future__ import annotations

from typing import Any

import pytest

from billhook.application.commands import DraftAndSend
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_customer, a_document
from billhook_adapters.testing.running import RunningService

ONE = AccountId("acc_1")


@pytest.fixture
def service(store: SqlStore) -> InvoiceService:
    made = RunningService(store, SystemClock()).service
    for name, customer in (("inv_1", "cust_1"), ("inv_2", "cust_1"), ("inv_3", "cust_2")):
        document = a_document(media=(), customer=a_customer(id=customer))
        made.execute(DraftAndSend(account=ONE, invoice=InvoiceId(name), document=document)).unwrap()
    return made


@pytest.fixture
def came_in(billhook: Any, service: InvoiceService, url: str) -> InvoiceService:
    """998.01 came in for an invoice over 998.00."""
    ran = billhook(
        *("pay", "inv_1", "99801", "--reference", "UTR-7", "--report", "--database", url)
    )
    assert ran == (
        1,
        "",
        "billhook pay: INR 998.01 is more than the INR 998.00 that is due; pay 99800 at most; "
        "recorded as unapplied payment UTR-7 of account acc_1\n",
    )
    return service


def test_what_came_in_is_listed_applied_and_the_rest_refunded(
    billhook: Any, came_in: InvoiceService, url: str
) -> None:
    listed = billhook("unapplied", "list", "acc_1", "--database", url)
    assert listed.out.startswith("UTR-7  INR 998.01 of INR 998.01 for inv_1, ")
    applied = billhook("unapplied", "apply", "acc_1", "UTR-7", "inv_1", "--database", url)
    assert applied == (
        0,
        "inv_1 is paid: INR 998.00 of INR 998.00 paid\nINR 0.01 of the payment is unapplied\n",
        "",
    )
    refunded = billhook("unapplied", "refund", "acc_1", "UTR-7", "--database", url, "--json")
    assert refunded.json == {"payment": "UTR-7", "currency": "INR", "amount": 1, "unapplied": 0}
    assert billhook("unapplied", "list", "acc_1", "--database", url).out == (
        "every payment is applied\n"
    )
    assert came_in.get(ONE, InvoiceId("inv_1")).unwrap().status is Status.PAID


def test_a_part_is_applied_to_another_invoice_of_the_customer(
    billhook: Any, came_in: InvoiceService, url: str
) -> None:
    command = ("unapplied", "apply", "acc_1", "UTR-7", "inv_2", "--amount", "500")
    ran = billhook(*command, "--database", url, "--json")
    assert ran.json == {
        "invoice": "inv_2",
        "status": "partially_paid",
        "currency": "INR",
        "amount_paid": 500,
        "amount_due": 99300,
        "unapplied": 99301,
    }
    (listed,) = billhook("unapplied", "list", "acc_1", "--database", url, "--json").json
    assert (listed["reference"], listed["unapplied"], listed["refunded"]) == ("UTR-7", 99301, 0)
    assert came_in.get(ONE, InvoiceId("inv_1")).unwrap().paid == 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (
            ("apply", "acc_1", "UTR-8", "inv_1"),
            "REFERENCE: the account has no such payment; "
            "`billhook unapplied list` lists what is unapplied",
        ),
        (
            ("refund", "acc_2", "UTR-7"),
            "REFERENCE: the account has no such payment; "
            "`billhook unapplied list` lists what is unapplied",
        ),
        (
            ("apply", "acc_1", "UTR-7", "inv_9"),
            "INVOICE_ID: there is no such invoice; check the id, and --account if given",
        ),
        (
            ("apply", "acc_1", "UTR-7", "inv_3"),
            "INVOICE_ID: the payment came in for an invoice of another customer",
        ),
        (
            ("refund", "acc_1", "UTR-7", "--amount", "99802"),
            "--amount: INR 998.02 is more than the INR 998.01 that is unapplied; "
            "give 99801 at most",
        ),
        (
            ("apply", "acc_1", "UTR-7", "inv_1", "--amount", "99801"),
            "INR 998.01 is more than the INR 998.00 that is due; pay 99800 at most",
        ),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_moves_nothing(
    billhook: Any,
    came_in: InvoiceService,
    url: str,
    command: tuple[str, ...],
    sentence: str,
) -> None:
    ran = billhook("unapplied", *command, "--database", url)
    assert ran == (1, "", f"billhook unapplied {command[0]}: {sentence}\n")
    assert [one.unapplied for one in came_in.unapplied(ONE)] == [99801]


def test_nothing_is_left_to_refund(billhook: Any, came_in: InvoiceService, url: str) -> None:
    assert [one.unapplied for one in came_in.unapplied(ONE)] == [99801]
    command = ("unapplied", "refund", "acc_1", "UTR-7", "--database", url)
    assert billhook(*command).status == 0
    assert billhook(*command) == (
        1,
        "",
        "billhook unapplied refund: REFERENCE: nothing of this payment is unapplied\n",
    )


@pytest.mark.parametrize("amount", ["0", "-1", "1.5"])
def test_a_wrong_amount_is_wrong_usage(billhook: Any, url: str, amount: str) -> None:
    ran = billhook("unapplied", "refund", "acc_1", "UTR-7", f"--amount={amount}", "--database", url)
    assert ran.status == 2
    assert "--amount: must be a whole number from 1" in ran.err


def test_an_instalment_is_paid_by_its_id(billhook: Any, service: InvoiceService, url: str) -> None:
    halves = {"instalments": [{"id": "i1", "amount": 40000}, {"id": "i2", "amount": 59800}]}
    document = a_document(media=(), schedule=halves)
    service.execute(
        DraftAndSend(account=ONE, invoice=InvoiceId("inv_4"), document=document)
    ).unwrap()
    paid = billhook("pay", "inv_4", "59800", "--instalment", "i2", "--database", url)
    assert paid.status == 0
    found = service.get(ONE, InvoiceId("inv_4")).unwrap()
    assert found.instalments_paid == (0, 59800)
    again = billhook("pay", "inv_4", "1", "--instalment", "i2", "--database", url)
    assert again.err == (
        "billhook pay: INR 0.01 is more than the INR 0.00 that is due of the instalment; "
        "pay 0 at most\n"
    )
    unknown = billhook("pay", "inv_4", "1", "--instalment", "i3", "--database", url)
    assert unknown.err == (
        "billhook pay: --instalment: the invoice has no such instalment; it has: i1, i2\n"
    )
    for given in ("a b", "a\nb", "\udcff", "", "x" * 65):
        wrong = billhook("pay", "inv_4", "1", "--instalment", given, "--database", url)
        assert wrong.status == 2
        assert "--instalment: must be 1 to 64 letters" in wrong.err


def test_what_was_not_recorded_is_not_said_to_be(
    billhook: Any, came_in: InvoiceService, url: str
) -> None:
    reused = billhook(
        *("pay", "inv_1", "99802", "--reference", "UTR-7", "--report", "--database", url)
    )
    assert reused.err == (
        "billhook pay: --reference: another payment has this reference; give a new one\n"
    )
    again = billhook(
        *("pay", "inv_1", "99801", "--reference", "UTR-7", "--report", "--database", url)
    )
    assert again.err.endswith("; recorded as unapplied payment UTR-7 of account acc_1\n")
    assert [one.unapplied for one in came_in.unapplied(ONE)] == [99801]
