"""What every engine does from time to time, beside delivering."""

from __future__ import annotations

import logging

from billhook.application.background_jobs import BackgroundJobs
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

AT_ONCE = 1000
"""How many invoices one transaction expires or reminds of."""


def sweep(background_jobs: BackgroundJobs) -> int:
    """Record every expiry and queue every reminder that is due; for how many invoices.

    What fails is logged, and tried again.
    """
    swept = 0
    try:
        while (done := background_jobs.sweep(AT_ONCE)) >= AT_ONCE:
            swept += done
    except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop delivery
        # Only the kind: an error's own words may quote a row.
        _log.error("a sweep failed, and is tried again: %s", kind(error))
        return swept
    return swept + done
