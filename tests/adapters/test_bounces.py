"""Bounced mails: the message that each names, and the outcome that it reports."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.email.bounces import delivery_reports

KEY = MessageKey(AccountId("acc_1"), MessageId("msg_1"))
NAMED = ProviderMessageId(Medium.EMAIL, "<msg_1@bill.example>")


def report(action: str = "failed", status: str = "5.1.1", *, envelope: bool = True) -> bytes:
    """A report as a mail server writes it."""
    named = "Original-Envelope-Id: acc_1/msg_1\n" if envelope else ""
    return f"""From: MAILER-DAEMON@mail.example
To: bills@bill.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry. Original-Envelope-Id: acc_2/msg_2

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
{named}
Final-Recipient: rfc822; gone@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} gone@example.com is not here

--B
Content-Type: text/rfc822-headers

From: Acme <bills@bill.example>
Message-ID: <msg_1@bill.example>

--B--
""".encode()


@pytest.mark.parametrize(
    ("action", "status", "fate"),
    [
        ("failed", "5.1.1", Bounced("bounced with 5.1.1", "bounced")),
        ("Failed", "5.2.2", Bounced("bounced with 5.2.2")),
        ("failed", "nonsense gone@example.com", Bounced("bounced")),
        ("delivered", "2.0.0", Delivered()),
    ],
)
def test_a_report_has_the_outcome_of_the_message_and_no_address(
    action: str, status: str, fate: ReportedOutcome
) -> None:
    assert delivery_reports(report(action, status)) == [
        DeliveryReport(KEY, fate, ("gone@example.com",))
    ]


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", ""])
def test_an_action_that_is_not_final_is_no_report(action: str) -> None:
    assert delivery_reports(report(action)) == []


def test_without_an_envelope_id_the_quoted_message_id_is_used() -> None:
    (receipt,) = delivery_reports(report(envelope=False))
    assert receipt.about == NAMED
    whole = report(envelope=False).replace(b"text/rfc822-headers", b"message/rfc822")
    assert delivery_reports(whole) == [receipt]


def test_a_part_in_an_impossible_charset_is_no_message() -> None:
    text = b'Content-Type: text/plain; charset="a\0b"\n\nUndelivered \xff mail\n'
    raw = report(envelope=False)
    boundary = re.search(rb'boundary="([^"]+)"', raw)
    assert boundary is not None
    line = b"--" + boundary[1] + b"\n"
    broken = raw.replace(line, line + text + line, 1)
    assert delivery_reports(broken) == delivery_reports(raw) != []


def test_a_complaint_suppresses_its_address() -> None:
    raw = report(envelope=False).replace(b"message/delivery-status", b"message/feedback-report")
    unwanted = Bounced("its recipient called it unwanted", "complained")
    assert delivery_reports(raw) == [DeliveryReport(NAMED, unwanted)]
    charset = b'message/feedback-report; charset="a\0b"'
    odd = raw.replace(b"message/feedback-report", charset).replace(b"Reporting-MTA", b"X: \xff\nY")
    assert delivery_reports(odd) == [DeliveryReport(NAMED, unwanted)]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00",
        b"Subject: hello\n\nOriginal-Envelope-Id: acc_1/msg_1\nAction: failed",
        report().replace(b"multipart/report", b"multipart/mixed"),
        report(envelope=False).replace(b"Message-ID", b"X-Id"),
        report().replace(b"acc_1/msg_1", b"msg_1").replace(b"Message-ID", b"X-Id"),
    ],
)
def test_other_mails_report_nothing(raw: bytes) -> None:
    assert delivery_reports(raw) == []


@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_mail_raises_an_exception(noise: bytes, at: int) -> None:
    whole = report()
    assert isinstance(delivery_reports(whole[:at] + noise + whole[at:]), list)
