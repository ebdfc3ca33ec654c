"""HighLevel's webhooks of a running sandbox, verified by the public key that it answers."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from acceptance.contract.highlevel import a_request
from acceptance.contract.receiver import receiving
from acceptance.contract.sandbox import ACCOUNTS, SECRET
from acceptance.contract.sandbox import sandbox as a_sandbox

BASIC = {"Authorization": "Basic " + b64encode(f"{ACCOUNTS[0]}:{SECRET}".encode()).decode()}
JSON = {"Content-Type": "application/json"}
BEARER = {"Authorization": "Bearer token_1", "Version": "2021-07-28", **JSON}


def test_a_sandbox_sends_highlevels_events_which_its_public_key_verifies() -> None:
    with (
        receiving() as (receiver, url),
        a_sandbox(
            *(
                "--webhook-url",
                url,
                "--webhook-style",
                "highlevel",
                "--location",
                "token_1:loc_ours",
            )
        ) as started,
    ):
        status, answer = started.ask("GET", "/api/webhook-endpoints", headers=BASIC)
        (endpoint,) = answer["webhook_endpoints"]
        assert (status, endpoint["style"], endpoint["location"]) == (200, "highlevel", "loc_ours")
        key = load_pem_public_key(endpoint["public_key"].encode())
        assert isinstance(key, RSAPublicKey)
        status, invoice = started.ask("POST", "/invoices/", a_request(), BEARER)
        assert status == 200, invoice
        (received,) = receiver.wait(invoice["_id"], 1)
        assert (received.event["type"], received.event["altId"]) == ("InvoiceCreate", "loc_ours")
        signature = b64decode(received.headers["x-wh-signature"])
        key.verify(signature, received.body, PKCS1v15(), SHA256())
        with pytest.raises(InvalidSignature):
            key.verify(signature, received.body + b" ", PKCS1v15(), SHA256())
