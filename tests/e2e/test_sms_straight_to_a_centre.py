"""An SMS from the service straight into a short-message centre, and its receipt home."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sms.centre import Centre
from e2e.running import free_ports, service

pytestmark = pytest.mark.slow


def test_a_message_arrives_and_its_receipt_makes_it_delivered(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Centre() as centre:
        environ = {
            "BILLHOOK_SMS_URL": f"smpp://acme:hush@127.0.0.1:{centre.port}?from=ACME",
            "BILLHOOK_BASE_URL": f"http://127.0.0.1:{port}/i/",
        }
        with service(tmp_path, environ, port) as started:
            invoice, short_url = started.sent("sms", contact="+919876543210")
            assert started.became(invoice, "delivered")["provider_id"] in ("sms-1", None)
            assert short_url in centre.parts[0].text
            centre.delivery_reports = "UNDELIV"
            lost, _ = started.sent("sms", contact="+919876543211")
            assert started.became(lost, "bounced")["reason"] == "UNDELIV, error 000"
