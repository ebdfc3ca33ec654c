"""A provider that is down, slow, lying or bouncing: the message tells the truth each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.sms.gateway import Asked, Gateway, Says
from billhook.application.commands import Notify
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.delivery_reports import Bounced, Delivered, DeliveryReport, ReportedOutcome
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.http.razorpay.serializers import entity
from billhook_adapters.sms import http_request as asking
from billhook_adapters.sms.twilio import TwilioAccount, TwilioSender
from unit.running_service import ACME, ONE, InMemoryService

TAKEN = Says(201, json.dumps({"sid": "SM1"}).encode())
TOO_LONG = timedelta(hours=7)


class Shop(InMemoryService):
    """An office that sends through a provider, and what its payer's invoice says of it."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__()
        self.gateway = gateway
        account = TwilioAccount("AC1", "t", "+12025550123", gateway.url)
        self.background_jobs.senders[Medium.SMS] = TwilioSender(account)  # type: ignore[index]  # as an office makes it
        self.issued()
        self.first = self.service.execute(
            Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
        ).unwrap()

    def says(self, says: Says) -> None:
        """From now on the provider says this."""
        self.gateway.answer = lambda _: says

    def tried(self) -> Message:
        """The message, once it was tried; hours pass before."""
        self.clock.advance(TOO_LONG)
        self.background_jobs.deliver(self.first.key)
        return self.told

    def heard(self, fate: ReportedOutcome) -> Message:
        """The message, once its receipt has come."""
        self.service.record_delivery_reports([DeliveryReport(self.first.key, fate)])
        return self.told

    @property
    def told(self) -> Message:
        """The message as it stands, and the invoice that never moves."""
        (message,) = self.messages()
        assert self.invoice().status is Status.ISSUED
        assert self.invoice().version == 2
        return message

    @property
    def sms_status(self) -> str | None:
        """What Razorpay's dialect says of the medium."""
        status: str | None = entity(self.invoice(), self.messages())["sms_status"]
        return status


@pytest.fixture
def shop() -> Iterator[Shop]:
    def taken(asked: Asked) -> Says:
        del asked
        return TAKEN

    with Gateway(taken) as gateway:
        yield Shop(gateway)


def test_one_that_is_down_leaves_it_waiting_until_it_is_up_again(shop: Shop) -> None:
    shop.says(Says(503))
    assert (shop.tried().status, shop.told.reason) == (DeliveryStatus.QUEUED, "Twilio answered 503")
    assert shop.sms_status == "pending"
    shop.says(TAKEN)
    assert shop.tried().status is DeliveryStatus.SENT
    assert shop.sms_status == "sent"


def test_one_that_is_down_for_good_makes_it_a_dead_letter(shop: Shop) -> None:
    shop.says(Says(503))
    while shop.tried().status is DeliveryStatus.QUEUED:
        pass
    assert (shop.told.status, shop.told.attempts) == (DeliveryStatus.FAILED, 8)
    assert shop.sms_status is None


def test_one_that_is_too_slow_leaves_nobody_knowing_and_nothing_is_sent_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        asking.request, "__kwdefaults__", {**asking.request.__kwdefaults__, "seconds": 0.2}
    )
    with shop.gateway.held():
        assert (shop.tried().status, shop.told.reason) == (
            DeliveryStatus.FAILED,
            asking.UNANSWERED.reason,
        )
    assert shop.tried().attempts == 1
    assert len(shop.gateway.asked) == 1


@pytest.mark.parametrize(
    ("fate", "status"),
    [(Delivered(), DeliveryStatus.DELIVERED), (Bounced("undelivered"), DeliveryStatus.BOUNCED)],
)
def test_one_that_took_it_and_did_not_say_so_is_found_out_by_its_receipt(
    shop: Shop, fate: ReportedOutcome, status: DeliveryStatus
) -> None:
    shop.says(TAKEN._replace(hang_up=True))
    assert shop.tried().status is DeliveryStatus.FAILED
    assert shop.sms_status is None
    assert shop.heard(fate).status is status
    assert shop.sms_status == "sent"
    assert shop.tried().status is status


def test_one_that_took_it_and_gives_it_back_is_believed(shop: Shop) -> None:
    assert shop.tried().status is DeliveryStatus.SENT
    assert (
        shop.heard(Bounced("undelivered, error 30005", "bounced")).status is DeliveryStatus.BOUNCED
    )
    assert shop.sms_status == "sent"  # a provider once took it
    again = shop.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS))
    assert again.failure().code == "address_suppressed"
