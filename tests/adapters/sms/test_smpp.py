"""The SMPP sender and a short-message centre: submissions, receipts, broken connections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from threading import Event

import pytest
from returns.result import Failure, Success

from adapters.sms.centre import Centre
from billhook.messaging.delivery import Accepted, Permanent, Transient
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.documents.templating import Templates
from billhook_adapters.sms import smpp_connection as link
from billhook_adapters.sms.http_request import UNANSWERED
from billhook_adapters.sms.smpp import SmppCentre, SmppSender, fate
from billhook_adapters.sms.smpp_connection import Report
from billhook_adapters.testing import a_customer, a_message, an_invoice
from billhook_adapters.testing.contracts import SenderContract

MESSAGE = a_message(medium=Medium.SMS, address="+919876543210")
INVOICE = an_invoice(Status.ISSUED)


@pytest.fixture
def centre() -> Iterator[Centre]:
    with Centre() as served:
        yield served


class CapturedReports:
    """Keeps the delivery reports that it is given."""

    def __init__(self) -> None:
        self.delivery_reports: list[DeliveryReport] = []
        self.failing = False
        self.came = Event()

    def __call__(self, delivery_reports: Sequence[DeliveryReport]) -> None:
        if self.failing:
            raise OSError
        self.delivery_reports += delivery_reports
        self.came.set()


def a_sender(centre: Centre, sender: str = "ACME", seconds: float = 10) -> SmppSender:
    named = SmppCentre("127.0.0.1", "acme", "hush", sender, centre.port, seconds)
    return SmppSender(named, Templates())


@pytest.fixture
def sender(centre: Centre) -> Iterator[SmppSender]:
    with closing(a_sender(centre)) as made:
        yield made


class TestSenderContract(SenderContract):
    """It fulfils the contract of a sender."""

    medium = Medium.SMS

    @pytest.fixture
    def sender(self, centre: Centre) -> Iterator[SmppSender]:
        with closing(a_sender(centre)) as made:
            yield made

    @pytest.fixture
    def broken_sender(self) -> SmppSender:
        return SmppSender(SmppCentre("127.0.0.1", "acme", "hush", "ACME", 1))


def test_a_message_is_submitted_and_its_receipt_is_received(
    centre: Centre, sender: SmppSender
) -> None:
    sender.receive = reports = CapturedReports()
    assert sender.send(MESSAGE, INVOICE, "Acme") == Success(Accepted("sms-1"))
    (part,) = centre.parts
    assert (part.source, part.to, part.coding) == ("ACME", "919876543210", 0)
    assert part.text == "Acme has sent you an invoice for INR 998.00: https://bill.example/i/inv_1"
    assert centre.answered(1)
    assert centre.answers == [0]
    (receipt,) = reports.delivery_reports
    assert receipt.outcome == Delivered()
    assert receipt.about in (MESSAGE.key, ProviderMessageId(Medium.SMS, "sms-1"))


def test_a_long_text_goes_in_parts_with_one_receipt(centre: Centre, sender: SmppSender) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language="hi"))
    assert isinstance(sender.send(MESSAGE, invoice, "Acme " * 8), Success)
    assert [part.wants_receipt for part in centre.parts] == [False, True]
    assert {part.coding for part in centre.parts} == {8}
    assert "".join(part.text for part in centre.parts) == Templates().sms(
        MESSAGE, invoice, "Acme " * 8
    )


@pytest.mark.parametrize("sender", ["ACME", "+12025550123", "56161"])
def test_a_sender_is_a_name_a_number_or_a_short_code(centre: Centre, sender: str) -> None:
    with closing(a_sender(centre, sender)) as made:
        assert isinstance(made.send(MESSAGE, INVOICE, "Acme"), Success)
    assert centre.parts[0].source == sender.removeprefix("+")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0B, Permanent("refused with SMPP status 0xb", "bounced")),
        (0x58, Transient("refused with SMPP status 0x58")),
        (0x14, Transient("refused with SMPP status 0x14")),
        (0x45, Permanent("refused with SMPP status 0x45")),
    ],
)
def test_an_error_response_has_its_outcome_and_the_connection_stays_open(
    centre: Centre, sender: SmppSender, status: int, outcome: object
) -> None:
    centre.status = status
    assert sender.send(MESSAGE, INVOICE, "Acme") == Failure(outcome)
    centre.status = 0
    assert isinstance(sender.send(MESSAGE, INVOICE, "Acme"), Success)


def test_a_refused_bind_is_tried_again(centre: Centre, sender: SmppSender) -> None:
    centre.bind_status = 0x0E
    seen = sender.send(MESSAGE, INVOICE, "Acme")
    assert seen == Failure(Transient("the short-message centre refused us: status 0xe"))
    centre.bind_status = 0
    assert isinstance(sender.send(MESSAGE, INVOICE, "Acme"), Success)


def test_a_submission_without_a_response_is_unanswered(centre: Centre) -> None:
    centre.silent = True
    with closing(a_sender(centre, seconds=0.1)) as sender:
        assert sender.send(MESSAGE, INVOICE, "Acme") == Failure(UNANSWERED)


def test_a_broken_connection_is_opened_again(centre: Centre, sender: SmppSender) -> None:
    for _ in range(3):
        assert isinstance(sender.send(MESSAGE, INVOICE, "Acme"), Success)
        bound = sender._link
        assert bound is not None
        centre.hang_up()
        bound._thread.join()


def test_a_receipt_that_could_not_be_stored_is_delivered_again(
    centre: Centre, sender: SmppSender
) -> None:
    sender.receive = reports = CapturedReports()
    centre.delivery_reports, reports.failing = None, True
    sender.send(MESSAGE, INVOICE, "Acme").unwrap()
    centre.report("sms-1", "DELIVRD")
    assert centre.answered(1)
    assert centre.answers == [0x64]
    reports.failing = False
    centre.report("sms-1", "DELIVRD")
    assert centre.answered(2)
    assert (centre.answers, reports.delivery_reports) == (
        [0x64, 0],
        [DeliveryReport(MESSAGE.key, Delivered())],
    )


def test_a_sender_can_be_closed_while_receipts_come(centre: Centre) -> None:
    for _ in range(20):
        with closing(a_sender(centre)) as sender:
            sender.receive = CapturedReports()
            sender.send(MESSAGE, INVOICE, "Acme").unwrap()


def test_a_receipt_from_before_a_restart_is_found_by_the_id_of_the_centre(
    centre: Centre, sender: SmppSender
) -> None:
    sender.receive = reports = CapturedReports()
    centre.delivery_reports = None
    sender.send(MESSAGE, INVOICE, "Acme").unwrap()
    centre.report("sms-of-old", "UNDELIV", "00b")
    assert reports.came.wait(20)
    undelivered = Bounced("UNDELIV, error 00b")
    assert reports.delivery_reports == [
        DeliveryReport(ProviderMessageId(Medium.SMS, "sms-of-old"), undelivered)
    ]


def test_an_idle_connection_is_checked_by_an_enquiry(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.05)
    with closing(a_sender(centre)) as sender:
        sender.send(MESSAGE, INVOICE, "Acme").unwrap()
        assert centre.enquired.wait(20)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("DELIVRD", Delivered()),
        ("EXPIRED", Bounced("EXPIRED, error 00b")),
        ("REJECTD", Bounced("REJECTD, error 00b")),
        ("DELETED", Bounced("DELETED, error 00b")),
        ("ENROUTE", None),
        ("ACCEPTD", None),
        ("UNKNOWN", None),
    ],
)
def test_each_state_has_its_outcome(state: str, outcome: ReportedOutcome | None) -> None:
    assert fate(Report("7", state, "00b")) == outcome


def test_no_secret_is_in_a_repr() -> None:
    assert "hush" not in repr(SmppCentre("127.0.0.1", "acme", "hush", "ACME"))
    with suppress(OSError):
        SmppSender(SmppCentre("127.0.0.1", "acme", "hush", "ACME")).close()
