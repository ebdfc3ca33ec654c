"""The service without its check of the version that a request requires."""

import sys

from billhook.application import command
from billhook_adapters.cli.main import main

decide = command.InvoiceCommand.decide


def unguarded(self, context):  # type: ignore[no-untyped-def]  # replaces a method of the product
    """Decide as if no version had been required."""
    object.__setattr__(self, "expected_version", None)
    return decide(self, context)


command.InvoiceCommand.decide = unguarded  # type: ignore[method-assign]  # the bug
sys.exit(main())
