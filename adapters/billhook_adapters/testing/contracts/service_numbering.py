"""Numbers by the service: without gaps and without doubles, whatever is rolled back."""

from __future__ import annotations

from itertools import count
from threading import Lock

import pytest

from billhook.application.commands import Draft, Issue
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
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


def _drafted(service: InvoiceService, invoices: int) -> None:
    service.execute_all(
        [
            Draft(account=ACCOUNT, invoice=_name(place), document=a_document())
            for place in range(invoices)
        ]
    )


def _name(place: int) -> InvoiceId:
    return InvoiceId(f"inv_{place}")
