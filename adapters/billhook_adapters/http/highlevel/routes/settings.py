"""The routes of an account's settings: its name and its numbering."""

from __future__ import annotations

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import account_of, numbering


async def upcoming_number(request: AuthenticatedRequest) -> Response:
    """The number that the account's series gives next."""
    request.check_tenancy()
    _, upcoming = await numbering(request)
    return json_response({"invoiceNumber": upcoming or ""})


async def show_settings(request: AuthenticatedRequest) -> Response:
    """The account's name and the prefix of its numbers."""
    request.check_tenancy()
    account = await request.batched.read(lambda service: account_of(service, request))
    return json_response(
        {
            "altId": request.location,
            "altType": "location",
            "businessDetails": {"name": account.name},
            "invoiceNumberPrefix": account.policy.number_prefix or "",
        }
    )
