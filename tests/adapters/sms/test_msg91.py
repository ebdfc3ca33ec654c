"""The MSG91 sender: the registered template, its variables, and reports in all their shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from returns.result import Failure, Success

from adapters.sms.gateway import Gateway, Request, Response
from billhook.messaging.delivery import Accepted, MessageId, MessageKey, Permanent, Transient
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.sms.http_request import UNANSWERED
from billhook_adapters.sms.msg91 import Msg91Account, Msg91Sender, delivery_reports
from billhook_adapters.testing import a_customer, a_message, an_invoice
from billhook_adapters.testing.contracts import SenderContract

TEMPLATES = {"en": "tpl-en", "en.reminder": "tpl-again", "hi": "tpl-hi"}
MESSAGE = a_message(medium=Medium.SMS, address="+919876543210")
INVOICE = an_invoice(Status.ISSUED)
KEY = MessageKey(AccountId("acc_1"), MessageId("msg_1"))


def msg91(request: Request) -> Response:
    """The response that MSG91 would give."""
    if request.headers.get("authkey") != "hush" or request.path != "/api/v5/flow":
        return Response(401, b'{"message":"Unauthorized","type":"error"}')
    return Response(200, b'{"message":"3763646a3058373530393938","type":"success"}')


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(msg91) as served:
        yield served


def a_sender(gateway: Gateway, **how: Any) -> Msg91Sender:
    return Msg91Sender(Msg91Account("hush", TEMPLATES, url=gateway.url, **how))


class TestSenderContract(SenderContract):
    """It fulfils the contract of a sender."""

    medium = Medium.SMS

    @pytest.fixture
    def sender(self, gateway: Gateway) -> Msg91Sender:
        return a_sender(gateway)

    @pytest.fixture
    def broken_sender(self) -> Msg91Sender:
        return Msg91Sender(Msg91Account("hush", TEMPLATES, url="http://127.0.0.1:1"))


def test_the_request_has_exactly_these_fields(gateway: Gateway) -> None:
    sender = a_sender(gateway, header="ACMEBK", dlt_entity="110", dlt_template="1107")
    sent = sender.send(MESSAGE, INVOICE, "Acme")
    assert sent == Success(Accepted("3763646a3058373530393938"))
    (request,) = gateway.requests
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert request.json == {
        "template_id": "tpl-en",
        "short_url": "0",
        "sender": "ACMEBK",
        "PE_ID": "110",
        "DLT_TE_ID": "1107",
        "recipients": [
            {
                "mobiles": "919876543210",
                "seller": "Acme",
                "due": "INR 998.00",
                "link": "https://bill.example/i/inv_1",
                "CRQID": "acc_1/msg_1",
            }
        ],
    }


@pytest.mark.parametrize(
    ("language", "reminder", "template"),
    [
        (None, None, "tpl-en"),
        ("hi-IN", None, "tpl-hi"),
        ("hi", 1, "tpl-hi"),
        ("en", 1, "tpl-again"),
        ("ar", 2, "tpl-again"),
    ],
)
def test_the_template_is_in_the_language_of_the_payer(
    gateway: Gateway, language: str | None, reminder: int | None, template: str
) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language=language))
    message = MESSAGE.model_copy(update={"reminder": reminder})
    assert isinstance(a_sender(gateway).send(message, invoice, "Acme"), Success)
    assert gateway.requests[0].json["template_id"] == template


def test_without_a_template_nothing_is_requested(gateway: Gateway) -> None:
    sender = Msg91Sender(Msg91Account("hush", {"hi": "tpl"}, url=gateway.url))
    seen = sender.send(MESSAGE, INVOICE, "Acme")
    assert seen == Failure(Permanent("no template is registered for the payer's language"))
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(200, b'{"message":"template id missing","type":"error"}'),
         Transient("MSG91 refused it")),
        (Response(200, b"ok"), Permanent("MSG91 answered 200")),
        (Response(401, b"{}"), Transient("MSG91 answered 401")),
        (Response(400, b"{}"), Permanent("MSG91 answered 400")),
        (Response(502, b"<html>"), Transient("MSG91 answered 502")),
        (Response(200, hang_up=True), UNANSWERED),
    ],
)  # fmt: skip
def test_each_error_response_has_its_outcome(
    gateway: Gateway, response: Response, outcome: object
) -> None:
    gateway.answer = lambda _: response
    assert a_sender(gateway).send(MESSAGE, INVOICE, "Acme") == Failure(outcome)


NESTED = [
    {
        "senderId": "ACMEBK",
        "requestId": "37",
        "report": [
            {"number": "919876543210", "status": "1", "desc": "DELIVERED", "CRQID": "acc_1/msg_1"},
            {"number": "919876543211", "status": "17", "desc": "BLOCKED", "CRQID": "0"},
        ],
    }
]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NESTED, [
            DeliveryReport(KEY, Delivered()),
            DeliveryReport(
                ProviderMessageId(Medium.SMS, "37"), Bounced("blocked number", "opted_out")
            ),
        ]),
        ({"requestId": "37", "CRQID": "acc_1/msg_1", "status": 2},
         [DeliveryReport(KEY, Bounced("failed"))]),
        ({"requestId": "37", "status": "1"},
         [DeliveryReport(ProviderMessageId(Medium.SMS, "37"), Delivered())]),
        ({"requestId": "37", "status": "26"}, []),
        ({"status": "1"}, []),
        ({"requestId": 37, "status": "1"}, []),
        ([1, "x", None, []], []),
        ("x", []),
    ],
)  # fmt: skip
def test_reports_of_every_shape_are_read(body: Any, expected: list[DeliveryReport]) -> None:
    assert list(delivery_reports(json.loads(json.dumps(body)))) == expected
