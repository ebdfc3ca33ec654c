"""The service without a record of what it answered under an idempotency key."""

import sys

from billhook.application import unit_of_work
from billhook_adapters.cli.main import main


def forget(*_: object) -> None:
    """Store nothing."""


unit_of_work.UnitOfWork.record_result = forget  # type: ignore[method-assign]  # the bug
sys.exit(main())
