"""The database that a command works on, and what to do where it cannot be used."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import CliError

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService
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


def service_over(backend: Backend) -> InvoiceService:
    """The service of a command: over this database, by the system clock."""
    from billhook.application.service import InvoiceService
    from billhook_adapters.system.clock import SystemClock
    from billhook_adapters.system.ids import RandomIds

    return InvoiceService(backend.store, SystemClock(), RandomIds())
