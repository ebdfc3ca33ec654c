"""The routes of contacts: whether messages to an address are suppressed, and why.

An address is named in a body and never in a path, because paths end in logs.
"""

from __future__ import annotations

from fastapi import APIRouter

from billhook.application.account_commands import SuppressAddress
from billhook.application.records import Contact
from billhook.model.base import AccountId
from billhook.model.customer import medium_of
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.contacts import reachable_number
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.errors import FieldError, invalid
from billhook_adapters.http.native.openapi import BODY, problems
from billhook_adapters.http.native.request import TheAccount, TheService, unwrapped
from billhook_adapters.http.native.schemas.invoices import ContactIn, SuppressionIn
from billhook_adapters.http.native.serializers import ContactOut

NOT_REACHABLE = (
    "must be a phone number with its country code, such as +919876543210, or of the account's "
    "country"
)

router = APIRouter(route_class=GuardedRoute)


@router.post("/contacts/find", responses=problems(*BODY), tags=["messages"])
async def find_contact(batched: TheService, account: TheAccount, payload: ContactIn) -> ContactOut:
    """Whether messages to an address are suppressed, and when the last one was requested."""
    contact = await _contact(batched, account, payload)
    return ContactOut.of(contact, await batched.read(lambda service: service.contact(contact)))


@router.put("/contacts", responses=problems(403, *BODY), tags=["messages"])
async def set_contact(
    batched: TheService, account: TheAccount, payload: SuppressionIn
) -> ContactOut:
    """Suppress messages to an address, or allow them again where `suppressed` is null."""
    contact = await _contact(batched, account, payload)
    command = SuppressAddress(account=account, contact=contact, reason=payload.suppressed)
    return ContactOut.of(contact, unwrapped(await batched.execute(command)))


async def _contact(batched: BatchedService, account: AccountId, payload: ContactIn) -> Contact:
    address = payload.address
    if "@" not in address:
        address = await reachable_number(address, batched, account)
    try:
        return Contact(account, medium_of(address), address)
    except ValueError:
        raise invalid([FieldError(place="body", field="address", detail=NOT_REACHABLE)]) from None
