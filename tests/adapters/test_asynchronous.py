"""The asynchronous service: the same methods, beside the event loop."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import pytest

from billhook import AccountId, Command, DraftAndSend, InvoiceId, InvoiceService, Pay, Payment
from billhook_adapters.asynchronous import AsyncInvoiceService
from billhook_adapters.memory import in_memory_service
from billhook_adapters.testing import a_document

ACME, UNKNOWN = AccountId("acc_1"), InvoiceId("inv_unknown")
METHODS = [
    name
    for name, method in inspect.getmembers(InvoiceService, inspect.isfunction)
    if not name.startswith("_")
]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_the_service_is_there_with_the_same_parameters(name: str) -> None:
    method = getattr(AsyncInvoiceService, name)
    assert inspect.iscoroutinefunction(method)
    assert inspect.signature(method) == inspect.signature(getattr(InvoiceService, name))
    assert method.__doc__ == getattr(InvoiceService, name).__doc__


def test_results_are_those_of_the_service() -> None:
    async def main() -> None:
        async with AsyncInvoiceService(in_memory_service()) as service:
            sent = (
                await service.execute(DraftAndSend(account=ACME, document=a_document()))
            ).unwrap()
            payment = Payment(reference="pay_1", amount=99800, currency="INR")
            commands: list[Command] = [
                Pay(account=ACME, invoice=sent.invoice.id, payment=payment),
                Pay(account=ACME, invoice=UNKNOWN, payment=payment),
            ]
            paid, refused = await service.execute_all(commands)
            assert paid.unwrap().status == "paid"
            assert refused.failure().code == "invoice_not_found"
            assert (await service.get(ACME, sent.invoice.id)).unwrap() == paid.unwrap()

    asyncio.run(main())


def test_an_exception_reaches_who_waits() -> None:
    class Broken(InvoiceService):
        """A service whose database is away."""

        def __init__(self) -> None:
            pass

        def get(self, *_: object) -> object:
            raise ConnectionError("no database")

    async def main() -> None:
        async with AsyncInvoiceService(Broken()) as service:
            with pytest.raises(ConnectionError, match="no database"):
                await service.get(ACME, UNKNOWN)

    asyncio.run(main())


class Gate:
    """A call that waits until the test lets it go on, and says how many run."""

    def __init__(self) -> None:
        self.opened, self.entered = threading.Event(), threading.Semaphore(0)
        self.running = self.most = self.done = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.entered.release()
        self.opened.wait(10)
        with self._lock:
            self.running -= 1
            self.done += 1
        return threading.get_ident()

    async def is_entered(self) -> None:
        """Wait until another call has begun."""
        await asyncio.to_thread(self.entered.acquire)


def with_service(
    threads: int, main: Callable[[AsyncInvoiceService, Gate], Coroutine[Any, Any, None]]
) -> Gate:
    gate = Gate()

    async def run() -> None:
        async with AsyncInvoiceService(in_memory_service(), threads=threads) as service:
            try:
                await main(service, gate)
            finally:
                gate.opened.set()

    asyncio.run(run())
    return gate


def test_the_event_loop_goes_on_while_calls_wait() -> None:
    async def main(service: AsyncInvoiceService, gate: Gate) -> None:
        waiting = asyncio.create_task(service.run(gate))
        await gate.is_entered()
        assert (await service.get(ACME, UNKNOWN)).failure().code == "invoice_not_found"
        gate.opened.set()
        assert await waiting != threading.get_ident()

    with_service(2, main)


def test_no_more_calls_run_than_threads() -> None:
    async def main(service: AsyncInvoiceService, gate: Gate) -> None:
        calls = [asyncio.create_task(service.run(gate)) for _ in range(20)]
        for _ in range(3):
            await gate.is_entered()
        gate.opened.set()
        await asyncio.gather(*calls)

    gate = with_service(3, main)
    assert (gate.most, gate.done) == (3, 20)


def test_a_call_that_is_cancelled_while_it_waits_is_not_executed() -> None:
    async def main(service: AsyncInvoiceService, gate: Gate) -> None:
        first = asyncio.create_task(service.run(gate))
        await gate.is_entered()
        second = asyncio.create_task(service.run(gate))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        gate.opened.set()
        await first

    assert with_service(1, main).done == 1


def test_a_call_that_is_cancelled_while_it_runs_is_completed() -> None:
    async def main(service: AsyncInvoiceService, gate: Gate) -> None:
        call = asyncio.create_task(service.run(gate))
        await gate.is_entered()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    assert with_service(1, main).done == 1


def test_context_variables_are_seen_by_the_call() -> None:
    request = ContextVar("request", default="none")

    async def main(service: AsyncInvoiceService, _: Gate) -> None:
        request.set("req_1")
        assert await service.run(request.get) == "req_1"

    with_service(1, main)


def test_a_closed_service_refuses() -> None:
    service = AsyncInvoiceService(in_memory_service())
    service.close()
    with pytest.raises(RuntimeError, match="after shutdown"):
        asyncio.run(service.get(ACME, UNKNOWN))


def test_it_needs_a_thread() -> None:
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        AsyncInvoiceService(in_memory_service(), threads=0)
