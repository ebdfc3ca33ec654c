"""HighLevel's unmodified Python SDK around an invoice: contact, product, send, payment, token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import pytest
from highlevel import HighLevel
from highlevel.error import GHLError
from highlevel.services.contacts.models import (
    ContactsSearchSuccessfulResponseDto,
    GetContactByIdSchemaV3,
    UpsertContactsSuccessfulResponseDtoV3,
)
from highlevel.services.oauth.models import GetAccessTokenSuccessfulResponseDto
from highlevel.services.payments.models import (
    GetOrderResponseSchema,
    ListOrdersResponseDto,
    ListTxnsResponseDto,
)
from highlevel.services.products.models import GetPriceResponseDto, GetProductResponseDto
from highlevel.services.users.models import SearchUserSuccessfulResponseDto

from acceptance.contract.highlevel import LOCATIONS, OURS, TOKEN, a_payment, a_request, an_item
from acceptance.contract.sandbox import Sandbox

HERE = {"locationId": OURS["altId"]}
Ask = Callable[[Any], Coroutine[Any, Any, Any]]


def run(sandbox: Sandbox, ask: Ask, **credentials: Any) -> Any:
    """What the vendor's client is answered."""
    kind: Any = type("Redirected", (HighLevel,), {"BASE_URL": sandbox.url})
    given = credentials or {"private_integration_token": TOKEN}

    async def answer() -> Any:
        client = kind(**given)
        try:
            return await ask(client)
        finally:
            await client.close()

    return asyncio.run(answer())


def a_person() -> dict[str, Any]:
    """A contact that no other test uses."""
    name = uuid4().hex[:12]
    phone = f"+1 214 {int(name, 16) % 10**7:07}"
    return {**HERE, "firstName": "Alex", "email": f"{name}@example.com", "phone": phone}


def test_an_invoice_runs_from_its_contact_to_its_transaction(two_vendors: Sandbox) -> None:
    person = a_person()

    async def flow(client: Any) -> None:
        upserted = await client.contacts.upsert_contact(person)
        UpsertContactsSuccessfulResponseDtoV3.model_validate(upserted)
        assert upserted["new"] is True
        contact = upserted["contact"]
        product = await client.products.create_product(
            {**HERE, "name": "Tea", "productType": "PHYSICAL"}
        )
        GetProductResponseDto.model_validate(product)
        price = await client.products.create_price_for_product(
            product["_id"],
            {**HERE, "name": "a pound", "type": "one_time", "currency": "USD", "amount": 4.5},
        )
        GetPriceResponseDto.model_validate(price)
        item = an_item(
            name=product["name"],
            productId=product["_id"],
            priceId=price["_id"],
            amount=price["amount"],
            qty=2,
        )
        details = {
            "id": contact["id"],
            "name": contact["name"],
            "email": contact["email"],
            "phoneNo": contact["phone"],
        }
        draft = await client.invoices.create_invoice(
            a_request(items=[item], contactDetails=details)
        )
        (user,) = (await client.users.search_users(draft["companyId"]))["users"]
        SearchUserSuccessfulResponseDto.model_validate({"users": [user], "count": 1})
        sending = {**OURS, "userId": user["id"], "action": "sms_and_email", "liveMode": True}
        await client.invoices.send_invoice(draft["_id"], sending)
        await client.invoices.record_invoice(draft["_id"], a_payment(amount=4))

        listed = await client.payments.list_transactions(
            OURS["altId"], "location", contact_id=contact["id"]
        )
        ListTxnsResponseDto.model_validate(
            {
                **listed,
                "data": [{**one, "status": {}, "paymentMethod": {}} for one in listed["data"]],
            }
        )
        (transaction,) = listed["data"]
        assert (transaction["entityType"], transaction["entityId"], transaction["amount"]) == (
            "invoice",
            draft["_id"],
            4,
        )
        one = await client.payments.get_transaction_by_id(
            transaction["_id"], OURS["altId"], "location"
        )
        assert one == transaction
        orders = await client.payments.list_orders(OURS["altId"], contact_id=contact["id"])
        ListOrdersResponseDto.model_validate(orders)
        order = await client.payments.get_order_by_id(orders["data"][0]["_id"], OURS["altId"])
        GetOrderResponseSchema.model_validate({**order, "items": []})
        assert (order["sourceId"], order["status"]) == (draft["_id"], "partially_paid")

    run(two_vendors, flow)


def test_a_contact_is_found_again_changed_and_deleted(two_vendors: Sandbox) -> None:
    person = a_person()

    async def flow(client: Any) -> None:
        contacts = client.contacts
        made = (await contacts.create_contact(person))["contact"]
        GetContactByIdSchemaV3.model_validate(made)
        assert (await contacts.upsert_contact({**person, "city": "Houston"}))["new"] is False
        found = await contacts.get_duplicate_contact(OURS["altId"], email=person["email"])
        assert found["contact"]["id"] == made["id"]
        by_email = {"field": "email", "operator": "eq", "value": person["email"]}
        searched = await contacts.search_contacts_advanced(
            {**HERE, "page": 1, "pageLimit": 10, "filters": [by_email]}
        )
        ContactsSearchSuccessfulResponseDto.model_validate(
            {"contacts": [], "count": searched["total"]}
        )
        assert [one["city"] for one in searched["contacts"]] == ["Houston"]
        await contacts.add_tags(made["id"], {"tags": ["vip"]})
        await contacts.update_contact(made["id"], {"lastName": "Doe"})
        got = (await contacts.get_contact(made["id"]))["contact"]
        assert (got["name"], got["tags"]) == ("Alex Doe", ["vip"])
        assert (await contacts.delete_contact(made["id"]))["succeeded"] is True
        with pytest.raises(GHLError) as seen:
            await contacts.get_contact(made["id"])
        assert (seen.value.status_code, seen.value.message) == (400, "Contact not found")

    run(two_vendors, flow)


def test_a_contact_of_another_location_is_answered_like_an_unknown_one(
    two_vendors: Sandbox,
) -> None:
    theirs = run(
        two_vendors,
        lambda client: client.contacts.upsert_contact({**a_person(), "locationId": "loc_theirs"}),
        private_integration_token=LOCATIONS["loc_theirs"],
    )["contact"]["id"]
    headers = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
    answers = [
        two_vendors.ask("GET", f"/contacts/{name}", headers=headers)
        for name in (theirs, "contact_AAAAAAAAAAAAAA")
    ]
    assert answers[0] == answers[1]


# The SDK sends its form by a parameter of httpx that is deprecated.
@pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")
def test_a_client_gets_its_token_by_a_code_and_works_with_it(two_vendors: Sandbox) -> None:
    client_of_ours = {"client_id": OURS["altId"], "client_secret": TOKEN}
    code = {**client_of_ours, "grant_type": "authorization_code", "code": "from the redirect"}
    tokens = run(two_vendors, lambda client: client.oauth.get_access_token(code), **client_of_ours)
    GetAccessTokenSuccessfulResponseDto.model_validate(tokens)
    with_token = {**client_of_ours, "location_access_token": tokens["accessToken"]}
    person = a_person()
    made = run(two_vendors, lambda client: client.contacts.upsert_contact(person), **with_token)
    assert made["new"] is True
    refreshed = run(
        two_vendors,
        lambda client: client.oauth.refresh_token(
            tokens["refreshToken"], *client_of_ours.values(), "refresh_token", "Location"
        ),
        **client_of_ours,
    )
    assert refreshed["access_token"] != tokens["access_token"]
