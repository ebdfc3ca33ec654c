"""HighLevel's contract as the tests need it: its schemas, its SDK, and requests that it takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

import httpx
import jsonschema_rs
from highlevel import HighLevel

T = TypeVar("T")

TOKEN = "pit-ours"  # it opens a sandbox
LOCATIONS = {"loc_ours": TOKEN, "loc_theirs": "pit-theirs"}
"""The locations of the sandbox, each with its token; they belong to the first two keys."""

OURS = {"altId": "loc_ours", "altType": "location"}

NUMBER_OR_TEXT = {"type": ["number", "string"]}
_SCHEMAS: dict[str, Any] = json.loads(
    Path(__file__).with_name("highlevel.openapi.json").read_text()
)["components"]["schemas"]


def _corrected() -> dict[str, Any]:
    """The vendor's schemas without the slips that its own examples and webhooks contradict."""
    schemas = deepcopy(_SCHEMAS)
    for schema in schemas.values():
        properties = schema.get("properties", {})
        if "invoiceItems" in properties and properties["invoiceItems"]["items"] == {
            "type": "string"
        }:  # objects in every example
            properties["invoiceItems"]["items"] = {"type": "object"}
        if "invoiceNumber" in properties:  # "19" in every example, text in every request
            properties["invoiceNumber"] = {"type": "string"}
        if "tipsPercentage" in properties:  # its example holds numbers
            properties["tipsPercentage"]["items"] = NUMBER_OR_TEXT
        if "schedules" in properties:  # not described
            properties["schedules"]["items"] = {"type": "object"}
    return schemas


SCHEMAS = _corrected()


def check(name: str, value: object) -> None:
    """Hold an answer to one of the vendor's schemas."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    jsonschema_rs.Draft4Validator(schema).validate(value)


def a_contact(**fields: Any) -> dict[str, Any]:
    """Alex, who can be reached by both media."""
    return {
        "id": "c6tZZU0rJBf30ZXx9Gli",
        "name": "Alex",
        "phoneNo": "+1-214-559-6993",
        "email": "alex@example.com",
        **fields,
    }


def an_item(**fields: Any) -> dict[str, Any]:
    """A laptop of 999 dollars."""
    return {"name": "Macbook Pro", "currency": "USD", "amount": 999, "qty": 1, **fields}


def a_request(**fields: Any) -> dict[str, Any]:
    """A body of create that the vendor takes."""
    return {
        **OURS,
        "name": "New Invoice",
        "businessDetails": {"name": "Acme", "address": {"city": "Houston"}},
        "currency": "USD",
        "items": [an_item()],
        "discount": {"type": "percentage", "value": 0},
        "contactDetails": a_contact(),
        "issueDate": "2026-01-01",
        "sentTo": {"email": []},
        "liveMode": True,
        **fields,
    }


def an_update(**fields: Any) -> dict[str, Any]:
    """A body of update that the vendor takes."""
    return {
        **OURS,
        "name": "Renamed",
        "currency": "USD",
        "invoiceItems": [an_item(qty=2)],
        "issueDate": "2026-01-02",
        "dueDate": "2026-02-01",
        **fields,
    }


def a_send(**fields: Any) -> dict[str, Any]:
    """A body of send that the vendor takes."""
    return {**OURS, "userId": "user_1", "action": "sms_and_email", "liveMode": True, **fields}


def a_payment(**fields: Any) -> dict[str, Any]:
    """A body of record-payment; card and cheque are there whatever the mode, as its file has it."""
    card, cheque = {"brand": "visa", "last4": "4242"}, {"number": "129"}
    return {**OURS, "mode": "cash", "card": card, "cheque": cheque, "notes": "by hand", **fields}


class Vendor:
    """The vendor's unmodified client, driven from tests that are not async."""

    def __init__(self, url: str, token: str = TOKEN, version: str | None = None) -> None:
        constants = {"BASE_URL": url} | ({} if version is None else {"API_VERSION": version})
        self._kind: Any = type("Redirected", (HighLevel,), constants)
        self._token = token

    def __call__(self, method: str, *given: Any, **named: Any) -> Any:
        """What a method of the client's invoices answers. Raises GHLError."""
        return asyncio.run(
            self._ask(lambda client: getattr(client.invoices, method)(*given, **named))
        )

    async def _ask(self, ask: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        client = self._kind(private_integration_token=self._token)
        try:
            return await ask(client)
        finally:
            await client.close()


def plainly(url: str, token: str = TOKEN) -> httpx.Client:
    """A client that sends what no SDK sends."""
    headers = {"Authorization": f"Bearer {token}", "Version": "2021-07-28"}
    return httpx.Client(base_url=url, headers=headers, timeout=30)
