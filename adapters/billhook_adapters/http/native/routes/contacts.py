"""The routes of contacts: whether messages to an address are suppressed, and why.

An address is named in a body and never in a path, because paths end in logs.
"""

from __future__ import annotations

from fastapi import APIRouter

from billhook.application.account_commands import SuppressAddress
from billhook.application.records import Contact
from billhook.model.base import AccountId
from billhook.model.customer import medium_of
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, problems
from billhook_adapters.http.native.request import TheAccount, TheService, unwrapped
from billhook_adapters.http.native.schemas.invoices import ContactIn, SuppressionIn
from billhook_adapters.http.native.serializers import ContactOut

router = APIRouter(route_class=GuardedRoute)


@router.post("/contacts/find", responses=problems(*BODY), tags=["messages"])
async def find_contact(batched: TheService, account: TheAccount, payload: ContactIn) -> ContactOut:
    """Whether messages to an address are suppressed, and when the last one was requested."""
    contact = _contact(account, payload)
    return ContactOut.of(contact, await batched.read(lambda service: service.contact(contact)))


@router.put("/contacts", responses=problems(403, *BODY), tags=["messages"])
async def set_contact(
    batched: TheService, account: TheAccount, payload: SuppressionIn
) -> ContactOut:
    """Suppress messages to an address, or allow them again where `suppressed` is null."""
    contact = _contact(account, payload)
    command = SuppressAddress(account=account, contact=contact, reason=payload.suppressed)
    return ContactOut.of(contact, unwrapped(await batched.execute(command)))


def _contact(account: AccountId, payload: ContactIn) -> Contact:
    return Contact(account, medium_of(payload.address), payload.address)
