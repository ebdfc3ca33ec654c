"""An SMS through a real gateway into a short-message centre, and its receipt back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from adapters.sms.centre import Centre
from e2e.kannel import kannel
from e2e.running import Service, free_ports, service

pytestmark = pytest.mark.slow

LINK = re.compile(r"https?://\S+")


class Line(NamedTuple):
    """The service, and the centre at the other end."""

    service: Service
    centre: Centre


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("kannel")
    (port,) = free_ports(1)
    with Centre() as centre, kannel(folder, centre.port) as url:
        environ = {
            "BILLHOOK_SMS_URL": url,
            "BILLHOOK_SECRET_KEY": "k" * 32,
            "BILLHOOK_BASE_URL": f"http://127.0.0.1:{port}/i/",
        }
        with service(folder, environ, port) as started:
            yield Line(started, centre)


def test_a_message_arrives_and_its_report_makes_it_delivered(line: Line) -> None:
    line.centre.delivery_reports = "DELIVRD"
    invoice, short_url = line.service.sent("sms", contact="+919876543210")
    message = line.service.became(invoice, "delivered")
    part = line.centre.parts[-1]
    assert (part.source, part.to, part.coding) == ("ACME", "919876543210", 0)
    assert LINK.findall(part.text) == [short_url]
    assert part.options == {0x1400: b"110\0", 0x1401: b"1107\0"}
    assert message["ended_at"] >= message["sent_at"]
    assert "₹998.00" in httpx.get(short_url).text


def test_an_undelivered_message_is_bounced_and_the_invoice_stays_issued(
    line: Line,
) -> None:
    line.centre.delivery_reports = "UNDELIV"
    invoice, _ = line.service.sent("sms", contact="+919876543211")
    message = line.service.became(invoice, "bounced")
    assert message["reason"] == "not delivered stat:UNDELIV err:000"
    assert line.service.got("GET", f"/api/invoices/{invoice}")["status"] == "issued"


def test_a_number_that_the_network_does_not_know_is_suppressed(line: Line) -> None:
    line.centre.status = 0x0B
    invoice, _ = line.service.sent("sms", contact="+919876543212")
    assert line.service.became(invoice, "bounced")["reason"] == "refused by the network"
    line.centre.status = 0
    known = line.service.got("POST", "/api/contacts/find", json={"address": "+919876543212"})
    assert known["suppressed"] == "bounced"


def test_hindi_arrives_whole_in_two_parts(line: Line) -> None:
    line.centre.delivery_reports = "DELIVRD"
    before = len(line.centre.parts)
    invoice, short_url = line.service.sent("sms", contact="+919876543213", language="hi")
    line.service.became(invoice, "delivered")
    parts = line.centre.parts[before:]
    text = "".join(part.text for part in parts)
    assert {part.coding for part in parts} == {8}
    assert text == f"Acme ने आपको INR 998.00 का इनवॉइस भेजा है: {short_url}"
