"""The short URL of a draft: the address that it is issued under, for who passes it on before."""

from __future__ import annotations

from datetime import datetime

from returns.result import Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.events import ShortUrlReserved
from billhook.lifecycle.issue import STATUS_CHECK
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice


@checked
def reserve_short_url(
    invoice: Invoice, *, now: datetime, short_url: str
) -> Result[Change, OperationNotAllowed]:
    """Reserve the short URL that a draft without one is issued under.

    The draft stays a draft and is not payable. `now` is an aware datetime; the caller creates
    `short_url`, unique and hard to guess.
    """
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, ShortUrlReserved(now, short_url)))
