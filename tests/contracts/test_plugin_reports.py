"""What the plugin adds to a failing test's report, and its fixtures for a service in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from billhook.application.commands import DraftAndSend, Notify
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import GuardRefused
from billhook.lifecycle.guards import GuardsOf
from billhook.lifecycle.operation import Operation
from billhook.messaging.delivery import Transient
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.memory import SettableClock
from billhook_adapters.testing import NOON, Outbox, a_document

pytest_plugins = ["pytester"]

WRONG = """
from unittest import TestCase
import pytest
from returns.maybe import Nothing
from returns.primitives.exceptions import UnwrapFailedError
from returns.result import Failure, Success
from billhook.lifecycle.errors import InvoiceNotFound

def refused():
    return Failure(InvoiceNotFound())

def test_function():
    refused().unwrap()

class TestUnittest(TestCase):
    def test_method(self):
        Success("sent").failure()

@pytest.fixture
def wrong():
    refused().unwrap()

def test_fixture(wrong):
    pass

def test_maybe():
    Nothing.unwrap()

def test_expected():
    with pytest.raises(UnwrapFailedError):
        refused().unwrap()
"""


ACME = AccountId("acc_1")

BROKEN_STORE = """
import pytest
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing.contracts import StoreContract

class Forgetful(InMemoryStore):
    def sendable(self, now, limit):
        return ["msg_unknown"]

class TestForgetful(StoreContract):
    @pytest.fixture
    def store(self):
        return Forgetful()
"""

ALONE = [f"-pno:{name}" for name in ("randomly", "xdist", "cov")]
"""The plugins that the inner run does without."""


def test_a_store_that_breaks_its_contract_is_shown_both_sides(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BROKEN_STORE)
    ran = pytester.runpytest_inprocess("-q", "-k", "no_other_message_is_sendable", *ALONE)
    assert any("assert ['msg_unknown'] == []" in line for line in ran.outlines)


def test_a_result_that_is_unwrapped_wrongly_says_what_it_was(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(WRONG)
    ran = pytester.runpytest_inprocess(*ALONE)
    ran.assert_outcomes(passed=1, failed=3, errors=1)
    # Where CI is set, pytest repeats them in its summary, without the mark of an error.
    notes = [line for line in ran.outlines if line.startswith("E ") and "the Result was" in line]
    assert notes == [
        "E       the Result was a Failure: InvoiceNotFound()",
        "E       the Result was a Failure: InvoiceNotFound()",
        "E       the Result was a Success: 'sent'",
    ]


def sent(service: InvoiceService, *media: str) -> str:
    document = a_document(media=media)
    command = DraftAndSend(account=ACME, document=document)
    return service.execute(command).unwrap().invoice.id


def test_the_outbox_has_what_the_service_sent_in_order(
    billhook_service: InvoiceService, billhook_outbox: Outbox
) -> None:
    assert list(billhook_outbox) == []
    first, second = sent(billhook_service, "email"), sent(billhook_service, "sms")
    assert [(one.medium, one.invoice) for one in billhook_outbox] == [
        ("email", first),
        ("sms", second),
    ]
    mail, text = billhook_outbox
    assert mail.to == "ravi@example.com"
    assert mail.subject == "Invoice for ₹998.00 from Acme"
    assert "₹998.00" in (mail.html or "")
    assert text.to == "+919876543210"
    assert (text.subject, text.html) == (None, None)
    assert billhook_outbox[-1:] == [text]
    assert billhook_outbox[-1].text in repr(billhook_outbox)


def test_a_message_that_failed_is_sent_once_its_time_has_come(
    billhook_service: InvoiceService, billhook_outbox: Outbox, billhook_clock: SettableClock
) -> None:
    billhook_outbox.fail("sms", Transient("busy"))
    invoice = sent(billhook_service, "sms", "email")
    assert [one.medium for one in billhook_outbox] == [Medium.EMAIL]
    billhook_clock.advance(timedelta(hours=1))
    assert [(one.medium, one.invoice) for one in billhook_outbox] == [
        (Medium.EMAIL, invoice),
        (Medium.SMS, invoice),
    ]


class TestWithGuards:
    """A fixture of the tests' own replaces that of the plugin, at decision and at sending."""

    @pytest.fixture
    def refused(self) -> list[Operation]:
        return []

    @pytest.fixture
    def billhook_guards(self, refused: list[Operation]) -> GuardsOf:
        def guard(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
            on_hold = operation in refused
            return GuardRefused("on_hold", "The payer disputes it.") if on_hold else None

        return lambda _: [guard]

    def test_what_a_guard_refuses_is_not_sent(
        self, billhook_service: InvoiceService, billhook_outbox: Outbox, refused: list[Operation]
    ) -> None:
        invoice = sent(billhook_service, "sms")
        refused.append(Operation.NOTIFY)
        assert list(billhook_outbox) == []
        again = Notify(account=ACME, invoice=InvoiceId(invoice), medium=Medium.SMS)
        assert billhook_service.execute(again).failure().code == "on_hold"


@pytest.mark.parametrize("turn", [1, 2])
def test_neither_clock_nor_rows_are_those_of_another_test(
    billhook_service: InvoiceService,
    billhook_outbox: Outbox,
    billhook_clock: SettableClock,
    turn: int,
) -> None:
    assert billhook_clock.now() == NOON
    assert len(billhook_outbox) == 0
    assert sent(billhook_service, "sms")
    assert len(billhook_outbox) == 1
    billhook_clock.advance(timedelta(days=400))
