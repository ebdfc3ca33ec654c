"""The Twilio sender against a fake server that Twilio's own SDK accepts."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Success
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from adapters.sms.gateway import Gateway, Request, Response
from billhook.messaging.delivery import Accepted, Permanent, Transient
from billhook.messaging.delivery_reports import Bounced, Delivered, ReportedOutcome
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Status
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.sms.http_request import UNANSWERED
from billhook_adapters.sms.twilio import TwilioAccount, TwilioSender, fate, is_signed
from billhook_adapters.testing import a_message, an_invoice
from billhook_adapters.testing.contracts import SenderContract

SID, TOKEN, FROM = "AC" + "0" * 32, "hush" * 8, "+12025550123"
MESSAGE = a_message(medium=Medium.SMS, address="+919876543210")
INVOICE = an_invoice(Status.ISSUED)
CALLBACKS = Callbacks("https://bill.example/delivery-callbacks/", "k" * 22)


def error(status: int, code: int) -> Response:
    """An error response of Twilio."""
    body = {"code": code, "message": "+919876543210 ...", "more_info": "...", "status": status}
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def twilio(request: Request) -> Response:
    """The response that Twilio would give."""
    pair = b64decode(request.headers.get("authorization", "Basic ").split()[1]).decode()
    if pair != f"{SID}:{TOKEN}":
        return error(401, 20003)
    if request.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
        return error(404, 20404)
    fields = request.form
    if not fields.get("To", "").startswith("+"):
        return error(400, 21211)
    body = {
        "sid": "SM" + "1" * 32, "account_sid": SID, "status": "queued", "direction": "outbound-api",
        "to": fields["To"], "from": fields.get("From"), "body": fields["Body"], "num_segments": "1",
        "messaging_service_sid": fields.get("MessagingServiceSid"), "error_code": None,
        "date_created": "Thu, 01 Jan 2026 12:00:00 +0000", "date_sent": None, "uri": request.path,
    }  # fmt: skip
    return Response(201, json.dumps(body).encode(), {"Content-Type": "application/json"})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(twilio) as served:
        yield served


def a_sender(gateway: Gateway, sender: str = FROM) -> TwilioSender:
    return TwilioSender(TwilioAccount(SID, TOKEN, sender, gateway.url), callbacks=CALLBACKS)


class TestSenderContract(SenderContract):
    """It fulfils the contract of a sender."""

    medium = Medium.SMS

    @pytest.fixture
    def sender(self, gateway: Gateway) -> TwilioSender:
        return a_sender(gateway)

    @pytest.fixture
    def broken_sender(self) -> TwilioSender:
        return TwilioSender(TwilioAccount(SID, TOKEN, FROM, "http://127.0.0.1:1"))


class RedirectedHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """The SDK's own client, whose requests go to the fake server."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
        return super().request(
            method, url.replace("https://api.twilio.com", self._url), *given, **named
        )


def test_the_sdk_of_the_vendor_sends_the_same_request_and_accepts_the_response(
    gateway: Gateway,
) -> None:
    sent = a_sender(gateway).send(MESSAGE, INVOICE, "Acme").unwrap()
    client = Client(SID, TOKEN, http_client=RedirectedHttpClient(gateway.url))
    ours = gateway.requests[0].form
    theirs = client.messages.create(
        to=ours["To"], from_=ours["From"], body=ours["Body"],
        status_callback=ours["StatusCallback"],
    )  # fmt: skip
    assert (theirs.sid, theirs.status, theirs.to) == (sent.provider_id, "queued", MESSAGE.address)
    first, second = gateway.requests
    assert (first.method, first.path, first.form) == (second.method, second.path, second.form)
    for name in ("authorization", "content-type"):
        assert first.headers[name] == second.headers[name]
    with pytest.raises(TwilioRestException):
        client.messages.create(to="not a number", from_=FROM, body="x")


def test_the_request_has_exactly_these_fields(gateway: Gateway) -> None:
    assert a_sender(gateway).send(MESSAGE, INVOICE, "Acme") == Success(Accepted("SM" + "1" * 32))
    assert gateway.requests[0].form == {
        "To": "+919876543210",
        "From": FROM,
        "Body": "Acme has sent you an invoice for INR 998.00: https://bill.example/i/inv_1",
        "StatusCallback": CALLBACKS.url("twilio", MESSAGE.key),
    }


def test_a_messaging_service_sends_in_place_of_a_number(gateway: Gateway) -> None:
    assert isinstance(a_sender(gateway, "MG" + "2" * 32).send(MESSAGE, INVOICE, "Acme"), Success)
    assert gateway.requests[0].form["MessagingServiceSid"] == "MG" + "2" * 32
    assert "From" not in gateway.requests[0].form


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (error(400, 21211), Permanent("Twilio answered 400, error 21211", "bounced")),
        (error(400, 21610), Permanent("Twilio answered 400, error 21610", "opted_out")),
        (error(400, 21606), Permanent("Twilio answered 400, error 21606")),
        (error(401, 20003), Transient("Twilio answered 401, error 20003")),
        (error(429, 20429), Transient("Twilio answered 429, error 20429")),
        (
            error(429, 20429)._replace(headers={"Retry-After": "7"}),
            Transient("Twilio answered 429, error 20429", timedelta(seconds=7)),
        ),
        (Response(500, b"<html>"), Transient("Twilio answered 500")),
        (Response(400, b"[]"), Permanent("Twilio answered 400")),
        (Response(201, hang_up=True), UNANSWERED),
    ],
)
def test_each_error_response_has_its_outcome_without_the_number(
    gateway: Gateway, response: Response, outcome: object
) -> None:
    gateway.answer = lambda _: response
    assert a_sender(gateway).send(MESSAGE, INVOICE, "Acme") == Failure(outcome)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("delivered", "", Delivered()),
        ("read", "", Delivered()),
        ("undelivered", "30003", Bounced("undelivered, error 30003")),
        ("undelivered", "30005", Bounced("undelivered, error 30005", "bounced")),
        ("failed", "21610", Bounced("failed, error 21610", "opted_out")),
        ("failed", "+91987", Bounced("failed")),
        ("failed", "", Bounced("failed")),
        ("sent", "", None),
        ("queued", "", None),
        ("", "", None),
    ],
)
def test_each_callback_has_its_outcome(
    status: str, code: str, outcome: ReportedOutcome | None
) -> None:
    assert fate({"MessageStatus": status, "ErrorCode": code}) == outcome


def test_a_signature_is_the_one_of_the_validator_of_the_vendor() -> None:
    url = CALLBACKS.url("twilio", MESSAGE.key)
    fields = {"MessageStatus": "delivered", "MessageSid": "SM1", "To": "+91"}
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    assert is_signed(url, fields, signature, TOKEN)
    assert not is_signed(url, {**fields, "MessageStatus": "failed"}, signature, TOKEN)
    assert not is_signed(f"{url}x", fields, signature, TOKEN)
    assert not is_signed(url, fields, "\u20ac", TOKEN)


def test_a_suppression_is_one_of_the_domain_and_no_secret_is_in_a_repr() -> None:
    reasons: set[Suppression] = {"bounced", "opted_out"}
    assert reasons == {"bounced", "opted_out"}
    assert TOKEN not in repr(TwilioAccount(SID, TOKEN, FROM))
