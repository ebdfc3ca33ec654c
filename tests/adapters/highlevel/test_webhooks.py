"""HighLevel's webhooks: each event in the vendor's form, signed so that its receivers verify it."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from returns.result import Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import Cancel, Delete, Draft, Expire, Issue, Pay, Update
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.document import Document
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Patch
from billhook_adapters.http.highlevel.commands import SendInvoice
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.invoices import CreateIn
from billhook_adapters.http.highlevel.schemas.sending import SendIn
from billhook_adapters.http.highlevel.webhooks import TYPES, WEBHOOK_FORMAT
from billhook_adapters.system.time_zones import zone
from billhook_adapters.testing import a_payment, a_webhook_endpoint
from billhook_adapters.testing.builders import TOMORROW, add_webhook_endpoint
from billhook_adapters.testing.running import ACCOUNT
from billhook_adapters.webhooks.sender import HttpWebhookSender
from unit.running_service import InMemoryService

SENT_TO = "https://books.example/hooks"


class Posted:
    """Stands for the network: keeps what is posted, and accepts it."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, dict[str, str]]] = []

    def post(self, _url: str, body: bytes, headers: Any) -> Result[Accepted, SendError]:
        self.seen.append((body, dict(headers)))
        return Success(Accepted())


class Plain:
    """A box that seals nothing."""

    def open(self, sealed: str) -> str:
        return sealed


class Location1:
    """A location whose account sends HighLevel's events."""

    def __init__(self, **policy: Any) -> None:
        self.network, self.running = Posted(), InMemoryService(**policy)
        self.clock = self.running.clock
        sender: Any = HttpWebhookSender(
            self.network,  # type: ignore[arg-type]  # only its `post` is called
            Plain(),  # type: ignore[arg-type]  # only its `open` is called
            self.clock,
            {"highlevel": WEBHOOK_FORMAT},
        )
        self.running.background_jobs = BackgroundJobs(
            self.running.store, self.clock, self.running.ids, {}, sender
        )
        assert WEBHOOK_FORMAT.new_secret is not None
        secret, self.public_key = WEBHOOK_FORMAT.new_secret()
        endpoint = a_webhook_endpoint(
            url=SENT_TO, style="highlevel", events=WEBHOOK_FORMAT.events,
            sealed_secret=secret, location="loc_1",
        )  # fmt: skip
        assert isinstance(add_webhook_endpoint(self.running.service, endpoint), Success)

    def events(self) -> list[dict[str, Any]]:
        """What was posted, as its receiver reads it."""
        for event in self.running.webhook_events():
            self.running.background_jobs.deliver(event.key)
        return [json.loads(body) for body, _ in self.network.seen]


def a_document(**fields: Any) -> Document:
    """The document of a request of the vendor's, with an address of the seller."""
    body: dict[str, Any] = {
        "altId": "loc_1", "altType": "location", "name": "New Invoice", "currency": "USD",
        "businessDetails": {"name": "Acme", "address": {"addressLine1": "9931 Beechwood",
                                                         "state": "TX"}},
        "items": [{"name": "Tea", "currency": "USD", "amount": 999, "qty": 1,
                   "priceId": "price_1"}],
        "discount": {"type": "percentage", "value": 0},
        "contactDetails": {"id": "c_1", "name": "Alex", "email": "alex@example.com",
                           "phoneNo": "", "companyName": "ABC"},
        "issueDate": "2026-01-01", "dueDate": "2026-01-14", "sentTo": {"email": []},
        "liveMode": True,
    }  # fmt: skip
    location = Location("loc_1", zone("Asia/Kolkata"))
    return CreateIn.model_validate({**body, **fields}).document(location)


ONE = InvoiceId("inv_1")
ABOUT: dict[str, Any] = {"account": ACCOUNT, "invoice": ONE}
DRAFT = Draft(document=a_document(), **ABOUT)
ISSUE = Issue(**ABOUT)
STEPS: list[tuple[str, str, list[Any]]] = [
    ("InvoiceCreate", "draft", [DRAFT]),
    ("InvoiceUpdate", "draft", [DRAFT, Update(patch=Patch(title="Other"), **ABOUT)]),
    ("InvoiceSent", "sent", [DRAFT, ISSUE]),
    ("InvoicePartiallyPaid", "partially_paid",
     [DRAFT, ISSUE, Pay(payment=a_payment(100, currency="USD"), **ABOUT)]),
    ("InvoicePaid", "paid", [DRAFT, ISSUE, Pay(payment=a_payment(99900, currency="USD"), **ABOUT)]),
    ("InvoiceVoid", "void", [DRAFT, ISSUE, Cancel(**ABOUT)]),
    ("InvoiceDelete", "delete", [DRAFT, Delete(**ABOUT)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "status", "commands"), STEPS)
def test_each_change_is_the_vendors_event(name: str, status: str, commands: list[Any]) -> None:
    location = Location1()
    for command in commands:
        assert isinstance(location.running.service.execute(command), Success)
    last = location.events()[-1]
    assert (last["type"], last["status"], last["_id"]) == (name, status, ONE)
    assert (last["altId"], last["altType"], last["total"]) == ("loc_1", "location", 999)


def a_send(**fields: Any) -> SendInvoice:
    body = {"altId": "loc_1", "altType": "location", "userId": "user_1", "action": "email"}
    payload = SendIn.model_validate({**body, "liveMode": True, **fields})
    return SendInvoice(patch=payload.patch(), media=payload.media, **ABOUT)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ["InvoiceCreate", "InvoiceSent"]),
        ({"liveMode": False}, ["InvoiceCreate", "InvoiceUpdate", "InvoiceSent"]),
        ({"sentFrom": {"fromName": "Bo"}}, ["InvoiceCreate", "InvoiceUpdate", "InvoiceSent"]),
    ],
)
def test_a_send_is_an_update_only_where_it_changes_the_draft(
    fields: dict[str, Any], names: list[str]
) -> None:
    location = Location1()
    for command in (DRAFT, a_send(**fields)):
        assert isinstance(location.running.service.execute(command), Success)
    assert [event["type"] for event in location.events()] == names


def test_an_expired_invoice_is_sent_as_void() -> None:
    location = Location1()
    document = a_document().model_copy(update={"expire_by": TOMORROW})
    location.running.service.execute(Draft(document=document, **ABOUT)).unwrap()
    location.running.service.execute(ISSUE).unwrap()
    location.clock.set(TOMORROW)
    location.running.service.execute(Expire(**ABOUT)).unwrap()
    assert (location.events()[-1]["type"], location.events()[-1]["status"]) == (
        "InvoiceVoid",
        "void",
    )


def test_every_event_of_the_domain_has_a_name_of_the_vendors() -> None:
    assert set(TYPES) == set(WebhookEventType)


def test_the_invoice_stands_at_the_top_level_as_the_vendor_has_it() -> None:
    location = Location1(time_zone="Asia/Kolkata")
    location.running.service.execute(DRAFT).unwrap()
    (event,) = location.events()
    assert event["businessDetails"] == {"name": "Acme", "address": "9931 Beechwood, TX"}
    assert event["totalSummary"] == {"subTotal": 999, "discount": 0}
    assert (event["issueDate"], event["dueDate"]) == ("2026-01-01", "2026-01-14")
    assert event["contactDetails"]["companyName"] == "ABC"
    assert event["invoiceItems"][0]["priceId"] == "price_1"
    assert event["createdAt"] == event["updatedAt"] == "2026-01-01T12:00:00.000Z"


def test_an_address_that_is_a_text_stays_one() -> None:
    location = Location1()
    document = a_document(businessDetails={"address": "9931 Beechwood, TX"})
    location.running.service.execute(Draft(document=document, **ABOUT)).unwrap()
    assert location.events()[0]["businessDetails"] == {"address": "9931 Beechwood, TX"}


def verified(public_key: str, body: bytes, signature: str) -> bool:
    """Whether a receiver that holds the public key takes the body for authentic."""
    key = load_pem_public_key(public_key.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(b64decode(signature), body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def test_the_signature_is_of_exactly_the_bytes_that_are_sent() -> None:
    location = Location1()
    location.running.service.execute(DRAFT).unwrap()
    location.events()
    body, headers = location.network.seen[0]
    assert verified(location.public_key, body, headers["x-wh-signature"])
    assert not verified(location.public_key, body + b" ", headers["x-wh-signature"])
    assert not verified(Location1().public_key, body, headers["x-wh-signature"])


def test_a_late_attempt_has_the_same_id_and_the_time_at_which_it_is_sent() -> None:
    location = Location1()
    location.running.service.execute(DRAFT).unwrap()
    location.clock.advance(timedelta(hours=1))
    (event,) = location.events()
    assert event["timestamp"] == "2026-01-01T13:00:00.000Z"
    assert event["webhookId"].startswith("evt_")
    assert datetime.fromisoformat(event["timestamp"]).tzinfo == UTC
