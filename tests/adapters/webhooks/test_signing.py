"""Receivers can verify a webhook, by the signature of the vendor or of the standard."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest
import razorpay
from standardwebhooks import Webhook, WebhookVerificationError

from billhook_adapters.http.razorpay.webhooks import signature as razorpay_signature
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.webhooks.signing import standard_headers

BODY = json.dumps({"event": "invoice.paid", "payload": {"a": "₹"}}, ensure_ascii=False).encode()


def test_the_vendors_signature_is_lower_case_hex_of_the_raw_bytes() -> None:
    # RFC 4231, test case 2.
    assert razorpay_signature(b"what do ya want for nothing?", "Jefe") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_the_vendors_own_sdk_accepts_the_signature() -> None:
    client = razorpay.Client(auth=("a", "b"))
    signature = razorpay_signature(BODY, "whsec")
    assert client.utility.verify_webhook_signature(BODY.decode(), signature, "whsec")
    with pytest.raises(razorpay.errors.SignatureVerificationError):
        client.utility.verify_webhook_signature(BODY.decode() + " ", signature, "whsec")


@pytest.mark.parametrize("secret", ["a plain secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_the_standards_own_library_accepts_the_headers(secret: str) -> None:
    headers = standard_headers("evt_1", SystemClock().now(), BODY, secret)
    key = secret if secret.startswith("whsec_") else "YSBwbGFpbiBzZWNyZXQ="
    assert Webhook(key).verify(BODY.decode(), headers)["event"] == "invoice.paid"


def test_a_body_with_one_byte_changed_is_never_accepted() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = standard_headers("evt_1", SystemClock().now(), BODY, secret)
    chance, accepted = random.Random(1), 0  # noqa: S311  # it only picks places
    for _ in range(1000):
        place = chance.randrange(len(BODY))
        changed = bytearray(BODY)
        changed[place] ^= chance.randrange(1, 256)
        try:
            Webhook(secret).verify(bytes(changed), headers)
        except (WebhookVerificationError, UnicodeDecodeError):
            continue
        accepted += 1
    assert accepted == 0


def test_an_old_signature_is_refused() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = standard_headers("evt_1", datetime(2020, 1, 1, tzinfo=UTC), BODY, secret)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY.decode(), headers)
