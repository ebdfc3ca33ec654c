"""The service with a transition from paid to cancelled."""

import sys

from billhook.lifecycle import apply, cancel
from billhook.model.invoice import Status
from billhook_adapters.cli.main import main

for status in (Status.PAID, Status.PARTIALLY_PAID):
    del cancel.STATUS_CHECK._errors[status]
    apply.NEXT = {**apply.NEXT, (status, "cancel"): Status.CANCELLED}  # type: ignore[attr-defined]  # the bug
sys.exit(main())
