"""The phone numbers of a request, read with the account's country where they need one."""

from __future__ import annotations

from typing import TypeVar

from billhook.model.base import AccountId
from billhook.model.document import DocumentFields
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.system.phone_numbers import (
    contacts_in,
    country_of_currency,
    e164,
    is_international,
    with_e164,
)

F = TypeVar("F", bound=DocumentFields)


async def country_of(batched: BatchedService, account: AccountId) -> str | None:
    """The country of the account; None if it has none."""
    known = await batched.read(lambda service: service.account(account))
    return None if known is None else known.policy.country


async def reachable(
    fields: F, batched: BatchedService, account: AccountId, *, country: str | None, currency: str
) -> F:
    """The same fields with the phone numbers in E.164 that can be reached.

    A number without a country code belongs to the account's country, else to `country`, else to
    that of the customer's billing address, or at last of the currency.
    """
    if all(map(is_international, contacts_in(fields))):
        return with_e164(fields)
    customer = fields.customer
    address = None if customer is None else customer.billing_address
    return with_e164(
        fields,
        await country_of(batched, account) or country,
        None if address is None else address.country,
        country_of_currency(currency),
    )


async def reachable_number(given: str, batched: BatchedService, account: AccountId) -> str:
    """A phone number in E.164, where it is one with a country code or of the account's country."""
    if is_international(given):
        return e164(given) or given
    return e164(given, await country_of(batched, account)) or given
