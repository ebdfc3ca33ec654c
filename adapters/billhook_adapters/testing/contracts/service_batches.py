"""Batches by the service: one culprit never fails its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Delete, Draft, Issue, Notify, Pay
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import (
    AccountNotFound,
    InvoiceNotFound,
    NotStored,
    OperationNotAllowed,
    Overpayment,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import a_document, a_payment
from billhook_adapters.testing.contracts.service_suite import ServiceSuite, kept
from billhook_adapters.testing.running import ACCOUNT, drafted, issued


@dataclass
class RepeatingIds(RandomIds):
    """Ids that hand out a short URL which is taken, to every second issue of three."""

    taken: str
    drawn: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        super().__init__()

    def short_url(self) -> str:
        """A short URL, fresh or not."""
        self.drawn += 1
        return self.taken if self.drawn % 3 == 2 else super().short_url()


class BatchesSuite(ServiceSuite):
    """Batches of commands."""

    def test_an_empty_batch_has_no_answers(self, service: InvoiceService) -> None:
        assert service.execute_all(()) == []

    def test_commands_on_one_invoice_see_each_other(
        self, service: InvoiceService, store: Store
    ) -> None:
        due = a_document().total
        one = InvoiceId("inv_1")
        answers = service.execute_all(
            (
                Draft(account=ACCOUNT, invoice=one, document=a_document()),
                Issue(account=ACCOUNT, invoice=one),
                Notify(account=ACCOUNT, invoice=one, medium=Medium.SMS),
                Pay(account=ACCOUNT, invoice=one, payment=a_payment(due - 1, "pay_1")),
                Pay(account=ACCOUNT, invoice=one, payment=a_payment(2, "pay_2")),
                Pay(account=ACCOUNT, invoice=one, payment=a_payment(1, "pay_3")),
            )
        )
        assert [type(answer) for answer in answers] == [Success] * 4 + [Failure, Success]
        assert answers[4] == Failure(Overpayment(2, 1))
        assert answers[5] == Success(kept(store))

    def test_a_refused_command_never_fails_its_neighbours(
        self, service: InvoiceService, store: Store
    ) -> None:
        drafted(service, "inv_1")
        drafted(service, "inv_2")
        answers = service.execute_all(
            (
                Issue(account=ACCOUNT, invoice=InvoiceId("inv_1")),
                Cancel(account=ACCOUNT, invoice=InvoiceId("inv_unknown")),
                Notify(account=ACCOUNT, invoice=InvoiceId("inv_2"), medium=Medium.SMS),
                Draft(account=AccountId("acc_9"), document=a_document()),
                Cancel(account=ACCOUNT, invoice=InvoiceId("inv_2")),
            )
        )
        assert answers[0] == Success(kept(store, "inv_1"))
        assert answers[1] == Failure(InvoiceNotFound())
        assert isinstance(answers[2].failure(), OperationNotAllowed)
        assert answers[3] == Failure(AccountNotFound())
        assert answers[4] == Success(kept(store, "inv_2"))

    @pytest.mark.parametrize("culprit", [0, 1, 2])
    def test_only_the_command_that_the_database_refuses_is_lost(
        self, service: InvoiceService, store: Store, culprit: int
    ) -> None:
        # The service sees no tombstone; the database keeps its id taken.
        drafted(service, "inv_gone")
        service.execute(Delete(account=ACCOUNT, invoice=InvoiceId("inv_gone")))
        ids = ["inv_1", "inv_2"]
        ids.insert(culprit, "inv_gone")
        answers = service.execute_all([_draft(name) for name in ids])
        assert answers.pop(culprit) == Failure(NotStored())
        assert answers == [Success(kept(store, "inv_1")), Success(kept(store, "inv_2"))]

    def test_a_short_url_that_is_taken_loses_only_its_own_issue_and_no_number(
        self, service: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        taken = issued(service, "inv_0").short_url
        assert taken is not None
        for name in ("inv_1", "inv_2", "inv_3"):
            drafted(service, name)
        forgetful = InvoiceService(store, clock, RepeatingIds(taken))
        answers = forgetful.execute_all(
            [Issue(account=ACCOUNT, invoice=InvoiceId(f"inv_{n}")) for n in (1, 2, 3)]
        )
        assert answers == [
            Success(kept(store, "inv_1")),
            Failure(NotStored()),
            Success(kept(store, "inv_3")),
        ]
        left = kept(store, "inv_2")
        assert left is not None
        assert left.status is Status.DRAFT
        assert [answers[n].unwrap().number for n in (0, 2)] == ["INV-0002", "INV-0003"]

    @pytest.mark.parametrize("key", ["\x00", "\ud800"])
    def test_a_key_that_no_database_can_hold_loses_only_its_own_command(
        self, service: InvoiceService, store: Store, key: str
    ) -> None:
        poisoned = Draft(
            account=ACCOUNT, invoice=InvoiceId("inv_2"), document=a_document(), key=key
        )
        answers = service.execute_all((_draft("inv_1"), poisoned))
        assert answers == [Success(kept(store, "inv_1")), Failure(NotStored())]
        assert kept(store, "inv_2") is None

    def test_a_batch_may_be_large(self, service: InvoiceService, store: Store) -> None:
        ids = [f"inv_{n}" for n in range(200)]
        service.execute_all([_draft(name) for name in ids])
        answers = service.execute_all(
            [Issue(account=ACCOUNT, invoice=InvoiceId(name)) for name in ids]
        )
        assert [answer.unwrap().number for answer in answers] == [
            f"INV-{n:04}" for n in range(1, 201)
        ]
        assert [kept(store, name) for name in ids] == [answer.unwrap() for answer in answers]


def _draft(id: str) -> AnyCommand:
    return Draft(account=ACCOUNT, invoice=InvoiceId(id), document=a_document())
