"""The pytest plugin: loaded wherever billhook is installed, and nearly free until it is used.

    def test_a_new_account_has_no_invoices(billhook_service):
        assert billhook_service.get("acc_1", "inv_1").failure().code == "invoice_not_found"

Failing asserts of the contract suites show both sides, as those of your own tests do, and a
`Result` that was unwrapped wrongly shows the error that it was.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService
    from billhook.lifecycle.guards import GuardsOf
    from billhook_adapters.documents.message_texts import Writer
    from billhook_adapters.memory import InMemoryStore, SettableClock
    from billhook_adapters.testing.outbox import Outbox
    from billhook_adapters.testing.sandbox import Sandbox

pytest.register_assert_rewrite("billhook_adapters.testing.contracts")


@pytest.fixture
def billhook_clock() -> SettableClock:
    """A clock that stands at noon on 1 January 2026 until it is moved."""
    from billhook_adapters.memory import SettableClock
    from billhook_adapters.testing.builders import NOON

    return SettableClock(NOON)


@pytest.fixture
def billhook_store() -> InMemoryStore:
    """The rows of `billhook_service`, empty but for its account."""
    from billhook_adapters.memory import InMemoryStore

    return InMemoryStore()


@pytest.fixture
def billhook_guards() -> GuardsOf:
    """The guards of `billhook_service`: none, unless a fixture of this name returns others."""
    from billhook.lifecycle.guards import no_guards

    return no_guards


@pytest.fixture
def billhook_service(
    billhook_clock: SettableClock, billhook_store: InMemoryStore, billhook_guards: GuardsOf
) -> InvoiceService:
    """A service in memory with one account, `acc_1`; its clock is `billhook_clock`."""
    from billhook_adapters.memory import in_memory_service

    return in_memory_service(billhook_clock, store=billhook_store, guards=billhook_guards)


@pytest.fixture(scope="session")
def billhook_texts() -> Writer:
    """What writes the messages: the templates, or plain sentences without the extra `messages`."""
    try:
        from billhook_adapters.documents.templating import Templates
    except ModuleNotFoundError:
        from billhook_adapters.documents.message_texts import PLAIN

        return PLAIN
    return Templates()


@pytest.fixture
def billhook_outbox(
    billhook_service: InvoiceService,
    billhook_store: InMemoryStore,
    billhook_clock: SettableClock,
    billhook_texts: Writer,
    billhook_guards: GuardsOf,
) -> Outbox:
    """The messages that `billhook_service` sent, once its background jobs have run."""
    del billhook_service  # it opens the account
    from billhook_adapters.testing.outbox import Outbox

    return Outbox(billhook_store, billhook_clock, billhook_texts, guards=billhook_guards)


@pytest.fixture(scope="session")
def billhook_shared_sandbox() -> Generator[Sandbox]:
    """The sandbox of the test session, for fixtures of a wider scope; it is not reset."""
    from billhook_adapters.testing.sandbox import SandboxError, running_sandbox

    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(running_sandbox())
        except SandboxError as error:
            reason = str(error)
        else:
            yield sandbox
            return
    pytest.fail(f"billhook_sandbox: {reason}", pytrace=False)


@pytest.fixture
def billhook_sandbox(billhook_shared_sandbox: Sandbox) -> Sandbox:
    """The vendors' APIs on this machine, in a process of its own, as new for each test."""
    billhook_shared_sandbox.reset()
    return billhook_shared_sandbox


def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Note which error a `Result` was that a test unwrapped, before the report is written."""
    raised = None if call.excinfo is None else call.excinfo.value
    if type(raised).__name__ != "UnwrapFailedError":
        return
    # No wrapper: the exceptions of unittest's cases are put into `call` after the wrappers.
    from billhook_adapters.testing.unwrapped import add_note

    add_note(raised)
