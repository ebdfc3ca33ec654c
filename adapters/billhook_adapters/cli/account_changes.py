"""Changes an account for the commands that set a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook_adapters.cli.database import service_over
from billhook_adapters.cli.errors import REFUSED, CliError

if TYPE_CHECKING:
    from billhook.application.account_commands import SaveLogo, SuppressAddress, UpdateAccount
    from billhook_adapters.system.backend import Backend


def change_account(backend: Backend, command: UpdateAccount | SaveLogo | SuppressAddress) -> None:
    """Execute the command. Raises CliError with the reason and the remedy where it fails."""
    from returns.result import Failure

    from billhook.lifecycle.errors import AccountNotFound
    from billhook_adapters.cli.error_texts import UNKNOWN_ACCOUNT_ID, service_error_text

    changed = service_over(backend).execute(command)
    if isinstance(changed, Failure):
        error = changed.failure()
        if isinstance(error, AccountNotFound):
            raise CliError(UNKNOWN_ACCOUNT_ID, REFUSED)
        raise CliError(service_error_text(error), REFUSED)
