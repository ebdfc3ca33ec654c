"""Numbers by the service: without gaps and without doubles, whatever is rolled back."""

from __future__ import annotations

from itertools import count
from threading import Lock

import pytest
from returns.result import Failure, Result, Success

from billhook.application.account_commands import UpdateAccount
from billhook.application.commands import Draft, Issue, Send, Update
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import NumberTaken
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import NOON, a_document, an_account, open_account
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.service_suite import ServiceSuite
from billhook_adapters.testing.faults import FaultyStore, Point
from billhook_adapters.testing.running import ACCOUNT

INVOICES, THREADS = 1000, 8


class NumberingSuite(ServiceSuite):
    """The numbers of issued invoices."""

    def test_the_upcoming_number_is_shown_and_not_drawn(self, service: InvoiceService) -> None:
        open_account(service, an_account(ACCOUNT))
        assert service.upcoming_number(ACCOUNT) is None
        assert service.upcoming_number(AccountId("acc_9")) is None
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        for expected in ("INV-0001", "INV-0001"):
            assert service.upcoming_number(ACCOUNT) == expected
        _drafted(service, 1)
        issued = service.execute(Issue(account=ACCOUNT, invoice=_name(0))).unwrap()
        assert issued.number == "INV-0001"
        assert service.upcoming_number(ACCOUNT) == "INV-0002"

    def test_a_given_number_is_kept_and_none_is_drawn_for_it(self, service: InvoiceService) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="", number_width=1))
        given = [None, "A-1", None, None, "B/7", None]
        assert _issued(service, *given) == ["1", "A-1", "2", "3", "B/7", "4"]

    def test_a_given_number_that_is_taken_is_refused_and_the_draft_stays(
        self, service: InvoiceService
    ) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        assert _issued(service, "A-1", "INV-0002", None) == ["A-1", "INV-0002", "INV-0001"]
        for number in ("A-1", "INV-0001", "INV-0002"):
            draft = service.execute(
                Draft(account=ACCOUNT, document=a_document(receipt=number))
            ).unwrap()
            for command in (
                Issue(account=ACCOUNT, invoice=draft.id),
                Send(account=ACCOUNT, invoice=draft.id),
            ):
                assert service.execute(command) == Failure(NumberTaken(number))
            assert service.get(ACCOUNT, draft.id).unwrap() == draft

    def test_the_series_leaves_out_what_was_given_before(self, service: InvoiceService) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        assert _issued(service, "INV-0001", "INV-0003") == ["INV-0001", "INV-0003"]
        assert service.upcoming_number(ACCOUNT) == "INV-0002"
        assert _issued(service, None) == ["INV-0002"]
        assert service.upcoming_number(ACCOUNT) == "INV-0004"
        assert _issued(service, None, None) == ["INV-0004", "INV-0005"]

    def test_two_of_one_batch_do_not_get_one_number(self, service: InvoiceService) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        drafts = [
            service.execute(Draft(account=ACCOUNT, document=a_document(receipt=given))).unwrap()
            for given in ("A-1", "A-1", "INV-0001", None)
        ]
        issued = service.execute_all([Issue(account=ACCOUNT, invoice=one.id) for one in drafts])
        numbers = [one.map(lambda invoice: invoice.shown_number) for one in issued]
        assert numbers == [
            Success("A-1"),
            Failure(NumberTaken("A-1")),
            Success("INV-0001"),
            Success("INV-0002"),
        ]

    def test_an_issued_invoice_cannot_take_the_number_of_another_one(
        self, service: InvoiceService
    ) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        _issued(service, "A-1", None)
        second = service.execute(Draft(account=ACCOUNT, document=a_document())).unwrap().id
        service.execute(Issue(account=ACCOUNT, invoice=second)).unwrap()

        def renumbered(number: str) -> Result[str | None, object]:
            patch = Patch(receipt=number)
            changed = service.execute(Update(account=ACCOUNT, invoice=second, patch=patch))
            return changed.map(lambda invoice: invoice.shown_number)

        assert renumbered("A-1") == Failure(NumberTaken("A-1"))
        assert renumbered("INV-0001") == Failure(NumberTaken("INV-0001"))
        assert renumbered("INV-0002") == Success("INV-0002")  # its own
        assert renumbered("A-2") == Success("A-2")
        assert _issued(service, "INV-0002") == ["INV-0002"]  # free again

    def test_without_a_series_a_receipt_may_repeat(self, service: InvoiceService) -> None:
        open_account(service, an_account(ACCOUNT))
        assert _issued(service, "A-1", "A-1", None) == ["A-1", "A-1", None]

    def test_another_account_has_numbers_of_its_own(self, service: InvoiceService) -> None:
        for account in (ACCOUNT, AccountId("acc_2")):
            open_account(service, an_account(account, number_prefix="INV-"))
            assert _issued(service, "A-1", None, account=account) == ["A-1", "INV-0001"]

    def test_a_series_starts_where_the_account_says_and_never_goes_back(
        self, service: InvoiceService
    ) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-", number_start=1000))
        assert service.upcoming_number(ACCOUNT) == "INV-1000"
        assert _issued(service, None, "INV-1001", None) == ["INV-1000", "INV-1001", "INV-1002"]
        for start, expected in ((5, "INV-1003"), (2000, "INV-2000")):
            policy = AccountPolicy(number_start=start)
            service.execute(UpdateAccount(account=ACCOUNT, policy=policy)).unwrap()
            assert service.upcoming_number(ACCOUNT) == expected
            assert _issued(service, None) == [expected]

    def test_of_those_who_give_one_number_at_once_one_gets_it(
        self, service: InvoiceService
    ) -> None:
        open_account(service, an_account(ACCOUNT, number_prefix="INV-"))
        document = a_document(receipt="A-1")
        service.execute_all(
            [Draft(account=ACCOUNT, invoice=_name(n), document=document) for n in range(4)]
        )
        results = at_once(
            *[
                lambda own=own: service.execute(Issue(account=ACCOUNT, invoice=_name(own)))
                for own in range(4)
            ]
        )
        assert sum(isinstance(one, Success) for one in results) == 1
        assert sum(one == Failure(NumberTaken("A-1")) for one in results) == 3

    @pytest.mark.slow
    def test_a_thousand_issued_at_once_with_a_tenth_rolled_back_leave_no_gap_and_no_double(
        self, store: Store
    ) -> None:
        service = InvoiceService(FaultyStore(store, EveryTenth()), SettableClock(NOON), RandomIds())
        open_account(service, an_account(ACCOUNT, number_prefix=""))
        _drafted(InvoiceService(store, SettableClock(NOON), RandomIds()), INVOICES)
        shares = [range(first, INVOICES, THREADS) for first in range(THREADS)]
        rolled_back = sum(at_once(*[lambda own=own: _issue_all(service, own) for own in shares]))
        numbers = [service.get(ACCOUNT, _name(n)).unwrap().number for n in range(INVOICES)]
        assert sorted(int(number or 0) for number in numbers) == [*range(1, INVOICES + 1)]
        assert rolled_back >= INVOICES // 10


class RollbackError(Exception):  # what is planned is no error
    """The database broke off."""


class EveryTenth:
    """Breaks off every tenth commit right before it happens."""

    def __init__(self) -> None:
        self._turns, self._lock = count(1), Lock()

    def before(self, point: Point) -> None:
        """Raise where it is the tenth's turn."""
        with self._lock:
            broken = point is Point.COMMIT and next(self._turns) % 10 == 0
        if broken:
            raise RollbackError

    def after(self, point: Point) -> None:
        """What was committed stays."""


def _issue_all(service: InvoiceService, places: range) -> int:
    """Issue every one of these, again where it was rolled back; how often it was."""
    broken = 0
    for place in places:
        while True:
            try:
                service.execute(Issue(account=ACCOUNT, invoice=_name(place))).unwrap()
            except RollbackError:
                broken += 1
            else:
                break
    return broken


def _issued(
    service: InvoiceService, *given: str | None, account: AccountId = ACCOUNT
) -> list[str | None]:
    """The numbers of new invoices, issued one after the other with these receipts."""
    numbers: list[str | None] = []
    for receipt in given:
        document = a_document(receipt=receipt)
        draft = service.execute(Draft(account=account, document=document)).unwrap()
        issued = service.execute(Issue(account=account, invoice=draft.id)).unwrap()
        numbers.append(issued.shown_number)
    return numbers


def _drafted(service: InvoiceService, invoices: int) -> None:
    service.execute_all(
        [
            Draft(account=ACCOUNT, invoice=_name(place), document=a_document())
            for place in range(invoices)
        ]
    )


def _name(place: int) -> InvoiceId:
    return InvoiceId(f"inv_{place}")
