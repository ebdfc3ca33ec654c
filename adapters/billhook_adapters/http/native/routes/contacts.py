"""The addresses of payers: whether each may be written to, and why not.

An address is named in a body and never in a path, because paths end in logs.
"""

from __future__ import annotations

from fastapi import APIRouter

from billhook.application.account_commands import SuppressAddress
from billhook.application.records import Contact
from billhook.model.base import AccountId
from billhook.model.customer import medium_of
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, answers
from billhook_adapters.http.native.request import TheAccount, TheService, unwrapped
from billhook_adapters.http.native.schemas.invoices import ContactIn, StandingIn
from billhook_adapters.http.native.serializers import ContactOut

contacts = APIRouter(route_class=GuardedRoute)


@contacts.post("/contacts/find", responses=answers(*BODY), tags=["messages"])
async def find_contact(batched: TheService, account: TheAccount, asked: ContactIn) -> ContactOut:
    """Whether an address is left alone, and when it was last written to."""
    contact = _contact(account, asked)
    return ContactOut.of(contact, await batched.read(lambda service: service.contact(contact)))


@contacts.put("/contacts", responses=answers(403, *BODY), tags=["messages"])
async def set_contact(batched: TheService, account: TheAccount, asked: StandingIn) -> ContactOut:
    """Leave an address alone from now on, or write to it again where `suppressed` is null."""
    contact = _contact(account, asked)
    command = SuppressAddress(account=account, contact=contact, reason=asked.suppressed)
    return ContactOut.of(contact, unwrapped(await batched.execute(command)))


def _contact(account: AccountId, asked: ContactIn) -> Contact:
    return Contact(account, medium_of(asked.address), asked.address)
