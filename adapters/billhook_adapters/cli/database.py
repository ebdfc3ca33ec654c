"""The database that a command works on, and what to do where it cannot be used."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import REFUSED, CliError

if TYPE_CHECKING:
    from billhook.application.ports import Ids
    from billhook.application.service import InvoiceService
    from billhook.model.account import Account
    from billhook.model.base import AccountId
    from billhook.model.invoice import InvoiceId
    from billhook_adapters.system.backend import Backend


@contextmanager
def database(url: str, *, new: bool = False) -> Generator[Backend]:
    """The database at this URL; with `new`, it is created where there is none.

    Raises CliError with the remedy where it cannot be used, also later, inside the block.
    """
    from billhook_adapters.composition.backends import open_backend
    from billhook_adapters.system.backend import BackendError

    try:
        backend = open_backend(url, create=new)
    except BackendError as error:
        raise CliError(f"--database: {error}") from None
    try:
        if not backend.is_durable:
            raise CliError("--database: it would be lost when the command ends; name a file")
        yield backend
    except Exception as error:
        reason = backend.explain(error)
        if reason is None:
            raise
        raise CliError(f"--database: {reason}") from None
    finally:
        backend.dispose()


def service_over(backend: Backend, *, ids: Ids | None = None) -> InvoiceService:
    """The service of a command: over this database, by the system clock, with its guards.

    `ids` stand in for ids of the default base URL. Raises CliError where an installed guard cannot
    be used.
    """
    from billhook.application.service import InvoiceService
    from billhook_adapters.composition.guards import installed_guards
    from billhook_adapters.composition.plugins import PluginError
    from billhook_adapters.system.clock import SystemClock
    from billhook_adapters.system.ids import RandomIds

    try:
        guards = installed_guards()
    except PluginError as error:
        raise CliError(str(error)) from None
    return InvoiceService(backend.store, SystemClock(), ids or RandomIds(), guards=guards)


def known_account(backend: Backend, given: str, argument: str = "ACCOUNT_ID") -> Account:
    """The account with this id. Raises CliError, which names the argument, where there is none."""
    from billhook.model.base import AccountId
    from billhook_adapters.cli.error_texts import UNKNOWN_ACCOUNT
    from billhook_adapters.system.ids import is_id

    account = service_over(backend).account(AccountId(given)) if is_id(given) else None
    if account is None:
        raise CliError(f"{argument}: {UNKNOWN_ACCOUNT}", REFUSED)
    return account


def account_of(backend: Backend, invoice: InvoiceId, given: str | None) -> AccountId:
    """The account of an invoice, unless one is given.

    Raises CliError where there is no such invoice, or where several accounts have one.
    """
    from billhook.lifecycle.errors import InvoiceNotFound
    from billhook.model.base import AccountId
    from billhook_adapters.cli.error_texts import ambiguous_invoice_text, payment_error_text
    from billhook_adapters.system.ids import is_id

    if given is not None:
        return AccountId(given)
    match tuple(backend.accounts.holders(invoice)) if is_id(invoice) else ():
        case ():
            raise CliError(payment_error_text(InvoiceNotFound()), REFUSED)
        case (account,):
            return account
        case accounts:
            raise CliError(ambiguous_invoice_text(accounts))
