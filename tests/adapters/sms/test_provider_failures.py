"""A provider that is down, slow, wrong or bouncing: the message has the right status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.sms.gateway import Gateway, Request, Response
from billhook.application.commands import Notify
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.delivery_reports import Bounced, Delivered, DeliveryReport, ReportedOutcome
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.http.razorpay.serializers import entity
from billhook_adapters.sms import http_request
from billhook_adapters.sms.twilio import TwilioAccount, TwilioSender
from unit.running_service import ACME, ONE, InMemoryService

ACCEPTED = Response(201, json.dumps({"sid": "SM1"}).encode())
LONG_WAIT = timedelta(hours=7)


class SmsService(InMemoryService):
    """A service that sends through a provider, and the invoice that it sends."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self.gateway = gateway
        account = TwilioAccount("AC1", "t", "+12025550123", gateway.url)
        self.background_jobs.senders[Medium.SMS] = TwilioSender(account)  # type: ignore[index]  # as the composition makes it
        self.issued()
        self.first = self.service.execute(
            Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
        ).unwrap()

    def respond_with(self, response: Response) -> None:
        """Set the response of the provider."""
        self.gateway.answer = lambda _: response

    def deliver(self) -> Message:
        """The message after one more delivery attempt, hours later."""
        self.clock.advance(LONG_WAIT)
        self.background_jobs.deliver(self.first.key)
        return self.message

    def report(self, outcome: ReportedOutcome) -> Message:
        """The message after a delivery report."""
        self.service.record_delivery_reports([DeliveryReport(self.first.key, outcome)])
        return self.message

    @property
    def message(self) -> Message:
        """The message as it is stored now; the invoice must be unchanged."""
        (message,) = self.messages()
        assert self.invoice().status is Status.ISSUED
        assert self.invoice().version == 2
        return message

    @property
    def sms_status(self) -> str | None:
        """The status of the medium in Razorpay's API."""
        status: str | None = entity(self.invoice(), self.messages())["sms_status"]
        return status


@pytest.fixture
def running() -> Iterator[SmsService]:
    def accept(request: Request) -> Response:
        del request
        return ACCEPTED

    with Gateway(accept) as gateway:
        yield SmsService(gateway)


def test_a_message_waits_while_the_provider_is_down(running: SmsService) -> None:
    running.respond_with(Response(503))
    assert (running.deliver().status, running.message.reason) == (
        DeliveryStatus.QUEUED,
        "Twilio answered 503",
    )
    assert running.sms_status == "pending"
    running.respond_with(ACCEPTED)
    assert running.deliver().status is DeliveryStatus.SENT
    assert running.sms_status == "sent"


def test_a_provider_that_stays_down_makes_a_dead_letter(running: SmsService) -> None:
    running.respond_with(Response(503))
    while running.deliver().status is DeliveryStatus.QUEUED:
        pass
    assert (running.message.status, running.message.attempts) == (DeliveryStatus.FAILED, 8)
    assert running.sms_status is None


def test_a_request_that_times_out_is_not_sent_again(
    running: SmsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        http_request.request,
        "__kwdefaults__",
        {**http_request.request.__kwdefaults__, "seconds": 0.2},
    )
    with running.gateway.no_response():
        assert (running.deliver().status, running.message.reason) == (
            DeliveryStatus.FAILED,
            http_request.UNANSWERED.reason,
        )
    assert running.deliver().attempts == 1
    assert len(running.gateway.requests) == 1


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Delivered(), DeliveryStatus.DELIVERED), (Bounced("undelivered"), DeliveryStatus.BOUNCED)],
)
def test_a_delivery_report_corrects_a_request_that_got_no_response(
    running: SmsService, outcome: ReportedOutcome, status: DeliveryStatus
) -> None:
    running.respond_with(ACCEPTED._replace(hang_up=True))
    assert running.deliver().status is DeliveryStatus.FAILED
    assert running.sms_status is None
    assert running.report(outcome).status is status
    assert running.sms_status == "sent"
    assert running.deliver().status is status


def test_a_message_that_bounces_after_it_was_accepted_is_bounced(running: SmsService) -> None:
    assert running.deliver().status is DeliveryStatus.SENT
    assert (
        running.report(Bounced("undelivered, error 30005", "bounced")).status
        is DeliveryStatus.BOUNCED
    )
    assert running.sms_status == "sent"  # a provider once took it
    again = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS))
    assert again.failure().code == "address_suppressed"
