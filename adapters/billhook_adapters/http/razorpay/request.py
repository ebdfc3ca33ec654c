"""A request whose caller is known: what every endpoint gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import Request, Response


class AuthenticatedRequest(NamedTuple):
    """A caller's account, its request, and the lane to the desk."""

    account: AccountId
    call: Request
    batched: BatchedService

    @property
    def id(self) -> str:
        """What the path names: `/v1/invoices/:id`."""
        return self.call.path[2]

    @property
    def invoice(self) -> InvoiceId:
        """The invoice that the path names."""
        return InvoiceId(self.id)


Endpoint = Callable[[AuthenticatedRequest], Awaitable[Response]]
