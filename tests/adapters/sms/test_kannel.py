"""The Kannel sender: its exact requests, and the meaning of responses and reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from returns.result import Failure, Success

from adapters.sms.gateway import Gateway, Request, Response
from billhook.messaging.delivery import Accepted, Permanent, Transient
from billhook.messaging.delivery_reports import Bounced, Delivered, ReportedOutcome
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.documents.templating import Templates
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.sms.http_request import UNANSWERED
from billhook_adapters.sms.kannel import KannelGateway, KannelSender, fate
from billhook_adapters.testing import a_customer, a_message, an_invoice
from billhook_adapters.testing.contracts import SenderContract

ACCEPTED = Response(202, b"0: Accepted for delivery")
MESSAGE = a_message(medium=Medium.SMS, address="+919876543210")
INVOICE = an_invoice(Status.ISSUED)
CALLBACKS = Callbacks("https://bill.example/delivery-callbacks/", "k" * 22)


@pytest.fixture
def kannel() -> Iterator[Gateway]:
    with Gateway(lambda _: ACCEPTED) as gateway:
        yield gateway


def a_sender(gateway: Gateway, **how: str) -> KannelSender:
    named = KannelGateway(f"{gateway.url}/cgi-bin/sendsms", "acme", "hu sh&", **how)
    return KannelSender(named, Templates(), CALLBACKS)


class TestSenderContract(SenderContract):
    """It fulfils the contract of a sender."""

    medium = Medium.SMS

    @pytest.fixture
    def sender(self, kannel: Gateway) -> KannelSender:
        return a_sender(kannel)

    @pytest.fixture
    def broken_sender(self) -> KannelSender:
        return KannelSender(KannelGateway("http://127.0.0.1:1/", "acme", "hush"))


def test_the_request_has_exactly_these_parameters(kannel: Gateway) -> None:
    assert a_sender(kannel, sender="ACME").send(MESSAGE, INVOICE, "Acme") == Success(Accepted())
    (request,) = kannel.requests
    assert (request.method, request.path) == ("GET", "/cgi-bin/sendsms")
    assert request.query == {
        "username": "acme",
        "password": "hu sh&",
        "from": "ACME",
        "to": "+919876543210",
        "text": "Acme has sent you an invoice for INR 998.00: https://bill.example/i/inv_1",
        "charset": "UTF-8",
        "coding": "0",
        "dlr-mask": "19",
        "dlr-url": f"{CALLBACKS.url('kannel', MESSAGE.key)}?status=%d&reply=%A",
    }


def test_hindi_is_sent_as_ucs_2_with_the_ids_of_dlt(kannel: Gateway) -> None:
    sender = a_sender(kannel, dlt_entity="110", dlt_template="1107", smsc="india")
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language="hi"))
    assert isinstance(sender.send(MESSAGE, invoice, "Acme"), Success)
    (request,) = kannel.requests
    assert request.query["coding"] == "2"
    assert request.query["text"].startswith("Acme ने आपको INR 998.00")
    assert request.query["meta-data"] == "?smpp?PE_ID=110&TEMPLATE_ID=1107"
    assert request.query["smsc"] == "india"


def test_without_callbacks_no_report_is_requested(kannel: Gateway) -> None:
    sender = KannelSender(KannelGateway(f"{kannel.url}/cgi-bin/sendsms", "acme", "hush"))
    assert isinstance(sender.send(MESSAGE, INVOICE, "Acme"), Success)
    assert not [name for name in kannel.requests[0].query if name.startswith("dlr")]


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(202, b"3: Queued for later delivery"), Success(Accepted())),
        (Response(400), Failure(Permanent("the gateway answered 400"))),
        (Response(403), Failure(Transient("the gateway answered 403"))),
        (Response(503), Failure(Transient("the gateway answered 503"))),
        (Response(202, hang_up=True), Failure(UNANSWERED)),
        (Response(202, b"x" * 100_000), Failure(UNANSWERED)),
    ],
)
def test_each_response_has_its_outcome(
    kannel: Gateway, response: Response, outcome: object
) -> None:
    def answer(request: Request) -> Response:
        del request
        return response

    kannel.answer = answer
    assert a_sender(kannel).send(MESSAGE, INVOICE, "Acme") == outcome


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        ({"status": "1", "reply": "id:7 stat:DELIVRD err:000"}, Delivered()),
        ({"status": "2", "reply": "id:7 stat:UNDELIV err:00b"},
         Bounced("not delivered stat:UNDELIV err:00b")),
        ({"status": "2", "reply": ""}, Bounced("not delivered")),
        ({"status": "16", "reply": "NACK/0x0000000b/Invalid"},
         Bounced("refused by the network", "bounced")),
        ({"status": "16", "reply": "NACK/0x00000058/Throttling"},
         Bounced("refused by the network")),
        ({"status": "8"}, None),
        ({"status": "4"}, None),
        ({"status": "x"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_each_report_has_its_outcome(
    report: dict[str, str], outcome: ReportedOutcome | None
) -> None:
    assert fate(report) == outcome


def test_no_secret_is_in_a_repr() -> None:
    assert "hush" not in repr(KannelGateway("http://127.0.0.1/", "acme", "hush"))
