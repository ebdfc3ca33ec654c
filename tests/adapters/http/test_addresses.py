"""Every API takes addresses as people write them, and says which field has one that cannot be."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from billhook.application.account_commands import UpdateAccount
from billhook.application.commands import Issue, Notify
from billhook.application.records import Search
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import UnreachableContact
from billhook.model.account import AccountPolicy
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.apis import OURS
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account
from cases.addresses import CONTROLS, REFUSED

ACME = an_account().id
BASIC = "Basic " + b64encode(b"key_1:secret").decode()


class Apis:
    """The three APIs over one service whose mail server takes ASCII only."""

    def __init__(self) -> None:
        self.store = InMemoryStore()
        clock, ids = SettableClock(NOON), RandomIds()
        self.service = InvoiceService(
            self.store, clock, ids, can_send_to=lambda _, address: address.isascii()
        )
        open_account(self.service, an_account())
        keys = InMemoryKeyring(self.store)
        keys.add(ACME, "key_1", "secret", NOON)
        token = token_key("token", "loc_1")
        keys.add(ACME, token.id, token.secret, NOON, location="loc_1")
        context = ApiContext(BatchedService(self.service), keys, clock)
        self._apps = {api.name: api.application(context) for api in OURS}

    async def post(self, api: str, path: str, body: object, method: str = "POST") -> httpx.Response:
        """The response to a request."""
        headers = {"authorization": BASIC, "content-type": "application/json"}
        if api == "highlevel":
            headers |= {"authorization": "Bearer token", "version": "2021-07-28"}
        transport = httpx.ASGITransport(self._apps[api])  # type: ignore[arg-type]  # its own type of app
        async with httpx.AsyncClient(transport=transport, base_url="http://here.example") as http:
            return await http.request(method, path, content=json.dumps(body), headers=headers)

    def invoice(self) -> Invoice:
        """The one invoice."""
        (found,) = self.service.search(ACME, Search())
        return found

    def country(self, code: str) -> None:
        """Set the country of the account."""
        policy = AccountPolicy(country=code)
        self.service.execute(UpdateAccount(account=ACME, policy=policy)).unwrap()


def native(name: str, email: str, phone: str, currency: str) -> tuple[str, dict[str, Any]]:
    """An invoice in the native API."""
    return "/invoices", {
        "currency": currency,
        "customer": {"name": name, "email": email, "contact": phone},
        "lines": [{"name": "Book", "unit_amount": 49900}],
    }


def razorpay(name: str, email: str, phone: str, currency: str) -> tuple[str, dict[str, Any]]:
    """The same in Razorpay's."""
    return "/v1/invoices", {
        "type": "invoice",
        "draft": "1",
        "currency": currency,
        "customer": {"name": name, "email": email, "contact": phone},
        "line_items": [{"name": "Book", "amount": 49900}],
    }


def highlevel(name: str, email: str, phone: str, currency: str) -> tuple[str, dict[str, Any]]:
    """The same in HighLevel's."""
    return "/invoices/", {
        "altId": "loc_1",
        "altType": "location",
        "name": "Invoice",
        "currency": currency,
        "businessDetails": {},
        "discount": {"type": "percentage", "value": 0},
        "items": [{"name": "Book", "qty": 1, "amount": 499, "currency": currency}],
        "contactDetails": {"id": "c_1", "name": name, "email": email, "phoneNo": phone},
        "sentTo": {"email": []},
        "liveMode": True,
        "issueDate": "2026-01-01",
    }


BODIES: dict[str, Callable[[str, str, str, str], tuple[str, dict[str, Any]]]] = {
    "native": native, "razorpay": razorpay, "highlevel": highlevel,
}  # fmt: skip
FREE = [api for api in BODIES if api != "razorpay"]
"""Those that take phone numbers in any form; Razorpay has digits and a plus alone."""


@pytest.fixture
def apis() -> Apis:
    return Apis()


async def create(apis: Apis, api: str, **given: str) -> httpx.Response:
    """The response to a request that creates an invoice."""
    fields = {"name": "Ravi", "email": "ravi@example.com", "phone": "+919876543210"}
    path, body = BODIES[api](**{**fields, "currency": "USD", **given})
    return await apis.post(api, path, body)


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("api", FREE)
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("(202) 555-0143", "+12025550143"),  # the dollar's country
        ("(202) 555-0143 ext. 4", "+12025550143"),
        ("0044 20 7946 0958", "+442079460958"),
        ("12345", "12345"),
    ],
)
async def test_a_phone_number_is_kept_in_e164_where_it_can_be_reached(
    apis: Apis, api: str, given: str, kept: str
) -> None:
    response = await create(apis, api, phone=given)
    assert response.status_code in (200, 201), response.text
    customer = apis.invoice().document.customer
    assert customer is not None
    assert customer.contact == kept
    shown = response.json()
    if api == "highlevel":
        assert shown["contactDetails"]["phoneNo"] == given


@pytest.mark.parametrize("api", BODIES)
async def test_the_country_of_the_account_comes_before_the_currency_s(apis: Apis, api: str) -> None:
    apis.country("GB")
    assert (await create(apis, api, phone="02079460958")).status_code in (200, 201)
    customer = apis.invoice().document.customer
    assert customer is not None
    assert customer.contact == "+442079460958"


async def test_ten_digits_alone_are_indian_in_razorpay_s(apis: Apis) -> None:
    assert (await create(apis, "razorpay", phone="9876543210")).status_code == 200
    customer = apis.invoice().document.customer
    assert customer is not None
    assert customer.contact == "+919876543210"


@pytest.mark.parametrize("api", FREE)
async def test_a_number_that_no_sms_reaches_refuses_no_draft_but_the_sms(
    apis: Apis, api: str
) -> None:
    assert (await create(apis, api, phone="555-0143", currency="EUR")).status_code in (200, 201)
    found = apis.invoice()
    apis.service.execute(Issue(account=ACME, invoice=found.id)).unwrap()
    result = apis.service.execute(Notify(account=ACME, invoice=found.id, medium=Medium.SMS))
    assert result.failure() == UnreachableContact()


@pytest.mark.parametrize("api", BODIES)
async def test_what_no_server_takes_is_refused_by_its_field(apis: Apis, api: str) -> None:
    for email, _ in REFUSED:
        response = await create(apis, api, email=email)
        assert response.status_code in (400, 422), email
        assert "email" in response.text, email
    assert apis.service.search(ACME, Search()) == []


@pytest.mark.parametrize("api", BODIES)
async def test_what_the_mail_server_cannot_take_is_refused_by_its_field(
    apis: Apis, api: str
) -> None:
    response = await create(apis, api, email="rāvi@example.com")
    assert response.status_code in (400, 422), response.text
    assert "email" in response.text
    assert "rāvi" not in response.text
    assert apis.service.search(ACME, Search()) == []


@pytest.mark.parametrize("api", BODIES)
async def test_a_name_is_one_line_in_every_api(apis: Apis, api: str) -> None:
    for name, _ in CONTROLS:
        response = await create(apis, api, name=name)
        assert response.status_code in (400, 422), name
        assert "name" in response.text, name
        assert "one line" in response.text, name
    assert apis.service.search(ACME, Search()) == []


async def test_custom_fields_are_lines_at_every_depth(apis: Apis) -> None:
    path, body = highlevel("Ravi", "ravi@example.com", "", "USD")
    body["contactDetails"]["customFields"] = [{"id": "f", "value": ["a", {"b": "c\nd"}]}]
    response = await apis.post("highlevel", path, body)
    assert response.status_code == 422
    assert "contactDetails.customFields.0" in response.text
    body["contactDetails"]["customFields"] = [{"id": "f", "value": ["a", {"b": 5}]}]
    assert (await apis.post("highlevel", path, body)).status_code in (200, 201)


async def test_a_contact_is_found_and_suppressed_in_every_spelling(apis: Apis) -> None:
    apis.country("US")
    for one, other in [
        ("Payer@BÜCHER.example", "payer@xn--bcher-kva.example"),
        ("(202) 555-0143", "+1 202 555 0143"),
    ]:
        put = {"address": one, "suppressed": "opted_out"}
        assert (await apis.post("native", "/contacts", put, "PUT")).status_code == 200
        found = await apis.post("native", "/contacts/find", {"address": other})
        assert found.json()["suppressed"] == "opted_out"
    refused = await apis.post("native", "/contacts/find", {"address": "12345"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "address"
