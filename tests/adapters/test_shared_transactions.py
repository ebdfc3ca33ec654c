"""Steps of the engine beside a server run in the transactions of the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread, get_ident
from typing import Any

import pytest
from returns.result import Success

from billhook.application.commands import Notify
from billhook.application.ports import StoreConflictError, Transaction
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core import shared_transactions
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.shared_transactions import SharedTransactions
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.testing.running import ACCOUNT, RunningService

NOTIFY = Notify(account=ACCOUNT, invoice=InvoiceId("inv_1"), medium=Medium.EMAIL)


class CountingStore(InMemoryStore):
    """Counts its transactions."""

    transactions = 0

    @contextmanager
    def transaction(self) -> Iterator[InMemoryTransaction]:
        self.transactions += 1
        with super().transaction() as transaction:
            yield transaction


class Shared:
    """A service with an invoice, and what shares its transactions."""

    def __init__(self) -> None:
        self.store = CountingStore()
        running = RunningService(self.store)
        running.issued()
        self.running = running
        self.batched = BatchedService(running.service, writer_threads=1)
        self.steps = SharedTransactions(self.batched, self.store)
        self.store.transactions = 0

    def threads(self) -> tuple[int, int]:
        """The thread that calls for a step, and the one that runs it."""
        return get_ident(), self.steps(lambda _: get_ident())


def test_a_step_and_the_commands_of_its_moment_are_one_transaction() -> None:
    shared = Shared()

    async def run() -> list[Any]:
        commands = [shared.batched.execute(NOTIFY) for _ in range(3)]
        return await asyncio.gather(*commands, shared.batched.run(lambda _: "done"))

    *results, done = asyncio.run(run())
    assert [isinstance(one, Success) for one in results] == [True] * 3
    assert done == "done"
    assert shared.store.transactions == 1
    assert len(shared.running.messages()) == 3


def test_a_step_of_another_thread_runs_where_the_commands_run() -> None:
    shared = Shared()

    async def run() -> tuple[int, int, int]:
        shared.steps.start()
        writer = await shared.batched.run(lambda _: get_ident())
        return writer, *await asyncio.to_thread(shared.threads)

    writer, caller, ran_in = asyncio.run(run())
    assert ran_in == writer != caller


def test_a_step_that_fails_fails_alone() -> None:
    shared = Shared()

    def broken(_: Transaction) -> None:
        raise ValueError("a corrupt row")

    def refused(_: Transaction) -> None:
        raise StoreConflictError

    async def run() -> list[Any]:
        waiting = [
            shared.batched.execute(NOTIFY),
            shared.batched.run(broken),
            shared.batched.run(refused),
            shared.batched.run(lambda _: "done"),
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    notified, *failed, done = asyncio.run(run())
    assert isinstance(notified, Success)
    assert [type(one) for one in failed] == [ValueError, StoreConflictError]
    assert done == "done"
    assert len(shared.running.messages()) == 1


def test_a_loop_that_ended_before_a_step_is_replaced_by_a_transaction_of_its_own() -> None:
    shared = Shared()

    async def serve() -> None:
        shared.steps.start()

    asyncio.run(serve())  # and nothing calls stop
    caller, ran_in = shared.threads()
    assert ran_in == caller


def test_a_step_whose_loop_ends_meanwhile_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_transactions, "CHECKED_EVERY_SECONDS", 0.01)
    shared, loop = Shared(), asyncio.new_event_loop()

    async def serve() -> None:
        shared.steps.start()

    loop.run_until_complete(serve())
    waiting = Thread(target=shared.threads)
    waiting.start()  # the loop does not run: it answers nothing
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    waiting.join(timeout=60)
    assert not waiting.is_alive()


def test_an_error_of_the_step_itself_is_raised() -> None:
    shared = Shared()

    def late(_: Transaction) -> None:
        raise TimeoutError("the step's own")

    async def serve() -> None:
        shared.steps.start()
        await asyncio.to_thread(shared.steps, late)

    with pytest.raises(TimeoutError, match="the step's own"):
        asyncio.run(serve())


@pytest.mark.parametrize("stopped", [False, True])
def test_without_a_loop_a_step_has_a_transaction_of_its_own(stopped: bool) -> None:
    shared = Shared()

    async def serve() -> None:
        shared.steps.start()
        shared.steps.stop()

    if stopped:
        asyncio.run(serve())
    caller, ran_in = shared.threads()
    assert ran_in == caller
    assert shared.store.transactions == 1
