"""The routes of an account's settings: its name and its numbering."""

from __future__ import annotations

from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import UNKNOWN_ID
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError


async def upcoming_number(request: AuthenticatedRequest) -> Response:
    """The number that the account's series gives next."""
    request.check_tenancy()
    upcoming = await request.batched.read(lambda service: service.upcoming_number(request.account))
    return json_response({"invoiceNumber": upcoming or ""})


async def show_settings(request: AuthenticatedRequest) -> Response:
    """The account's name and the prefix of its numbers."""
    request.check_tenancy()
    account = await request.batched.read(lambda service: service.account(request.account))
    if account is None:  # pragma: no cover  # a token has an account
        raise InvalidRequestError(400, UNKNOWN_ID)
    return json_response(
        {
            "altId": request.tenancy.location,
            "altType": "location",
            "businessDetails": {"name": account.name},
            "invoiceNumberPrefix": account.policy.number_prefix or "",
        }
    )
