"""The invoice service for programs with an event loop: each call waits in a thread beside it.

service = AsyncInvoiceService(application.service)
result = await service.execute(Notify(account=account, invoice=invoice, medium=Medium.EMAIL))
"""

from __future__ import annotations

from asyncio import get_running_loop, to_thread
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from billhook.application.service import InvoiceService

P = ParamSpec("P")
R = TypeVar("R")


def _in_thread(
    method: Callable[Concatenate[InvoiceService, P], R],
) -> Callable[Concatenate[AsyncInvoiceService, P], Coroutine[Any, Any, R]]:
    """The same method as a coroutine function."""

    @wraps(method)
    async def call(self: AsyncInvoiceService, /, *values: P.args, **named: P.kwargs) -> R:
        own: Callable[P, R] = getattr(self.service, method.__name__)  # that of its class
        return await self.run(partial(own, *values, **named))

    return call


class AsyncInvoiceService:
    """The methods of an InvoiceService as coroutines, so that no call blocks the event loop.

    At most `threads` calls run at a time, in threads of its own; later ones wait for a free one.
    `threads` should not exceed the connections of the database. A call that is cancelled while it
    waits is not executed. One that is cancelled while it runs is completed, without anyone who
    gets its result: a command with an idempotency key can be sent again.

    >>> import asyncio
    >>> from billhook import AccountId, InvoiceId
    >>> from billhook_adapters.memory import in_memory_service
    >>> async def main() -> str:
    ...     async with AsyncInvoiceService(in_memory_service()) as service:
    ...         found = await service.get(AccountId("acc_1"), InvoiceId("inv_unknown"))
    ...         return found.failure().code
    >>> asyncio.run(main())
    'invoice_not_found'
    """

    def __init__(self, service: InvoiceService, *, threads: int = 8) -> None:
        """Raises ValueError if `threads` is less than one."""
        if threads < 1:
            raise ValueError("threads must be 1 or more")
        self.service = service
        self._threads = ThreadPoolExecutor(threads, "billhook-async")

    async def run(self, call: Callable[[], R]) -> R:
        """The result of a function that waits, in one of the threads.

        For what is not a method of the service, such as a query of your own.
        """
        context = copy_context()
        return await get_running_loop().run_in_executor(self._threads, context.run, call)

    def close(self) -> None:
        """Wait for calls that run, and cancel those that wait; later ones raise RuntimeError."""
        self._threads.shutdown(cancel_futures=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await to_thread(self.close)

    execute = _in_thread(InvoiceService.execute)
    execute_all = _in_thread(InvoiceService.execute_all)
    execute_together = _in_thread(InvoiceService.execute_together)
    execute_with = _in_thread(InvoiceService.execute_with)
    record_delivery_reports = _in_thread(InvoiceService.record_delivery_reports)
    sweep = _in_thread(InvoiceService.sweep)

    account = _in_thread(InvoiceService.account)
    by_short_url = _in_thread(InvoiceService.by_short_url)
    contact = _in_thread(InvoiceService.contact)
    entries_of = _in_thread(InvoiceService.entries_of)
    entry = _in_thread(InvoiceService.entry)
    explain = _in_thread(InvoiceService.explain)
    explain_message = _in_thread(InvoiceService.explain_message)
    forecast = _in_thread(InvoiceService.forecast)
    get = _in_thread(InvoiceService.get)
    get_at = _in_thread(InvoiceService.get_at)
    history = _in_thread(InvoiceService.history)
    hosted = _in_thread(InvoiceService.hosted)
    keys_of = _in_thread(InvoiceService.keys_of)
    logo = _in_thread(InvoiceService.logo)
    message = _in_thread(InvoiceService.message)
    messages = _in_thread(InvoiceService.messages)
    messages_of = _in_thread(InvoiceService.messages_of)
    payment = _in_thread(InvoiceService.payment)
    payments = _in_thread(InvoiceService.payments)
    payments_of = _in_thread(InvoiceService.payments_of)
    reminders = _in_thread(InvoiceService.reminders)
    reported_copies = _in_thread(InvoiceService.reported_copies)
    search = _in_thread(InvoiceService.search)
    search_and_count = _in_thread(InvoiceService.search_and_count)
    unapplied = _in_thread(InvoiceService.unapplied)
    upcoming_number = _in_thread(InvoiceService.upcoming_number)
    webhook_endpoints = _in_thread(InvoiceService.webhook_endpoints)
    what_if = _in_thread(InvoiceService.what_if)
