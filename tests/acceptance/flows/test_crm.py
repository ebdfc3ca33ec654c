"""A CRM program: contact, invoice, send, payments and webhooks, by HighLevel's own Node SDK.

Written in the manner of public n8n nodes, MCP servers and bridges from payment gateways: they
upsert a contact, invoice it, send, and record what another gateway has taken.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from acceptance.contract.node import checks, run
from acceptance.contract.receiver import Receiver, receiving
from acceptance.contract.sandbox import Sandbox, running

SCRIPT = Path(__file__).with_name("crm.mjs")
CHECKS = checks(SCRIPT)
BASIC = {"Authorization": "Basic " + b64encode(b"crm:s3cret").decode()}


@pytest.fixture(scope="module")
def crm() -> Iterator[tuple[Sandbox, Receiver]]:
    location = ("--account", "crm:s3cret", "--location", "token_crm:loc_crm")
    with (
        receiving() as (receiver, hook),
        running(*location, "--webhook-url", hook, "--webhook-style", "highlevel") as url,
    ):
        yield Sandbox(url.rstrip("/")), receiver


@pytest.fixture(scope="module")
def seen(crm: tuple[Sandbox, Receiver]) -> Mapping[str, str | None]:
    """Why each step failed; None where it did not."""
    return run(SCRIPT, crm[0].url)


@pytest.mark.parametrize("name", CHECKS)
def test_the_crm_finds_that(seen: Mapping[str, str | None], name: str) -> None:
    assert seen[name] is None, seen[name]


def test_every_step_was_run(seen: Mapping[str, str | None]) -> None:
    assert [*seen] == CHECKS
    assert len(CHECKS) == 12


def test_its_receiver_gets_a_paid_invoice_that_the_public_key_verifies(
    crm: tuple[Sandbox, Receiver], seen: Mapping[str, str | None]
) -> None:
    started, receiver = crm
    assert seen["a part and the rest pay it, to the cent"] is None
    posted = started.json_of("GET", "/sandbox/webhooks")["items"]
    (paid,) = [one for one in posted if '"type":"InvoicePaid"' in one["body"]]
    (received,) = [
        one for one in receiver.about(paid["invoice_id"]) if one.event["type"] == "InvoicePaid"
    ]
    status, answer = started.ask("GET", "/api/webhook-endpoints", headers=BASIC)
    assert status == 200
    key = load_pem_public_key(answer["webhook_endpoints"][0]["public_key"].encode())
    assert isinstance(key, RSAPublicKey)
    signature = b64decode(received.headers["x-wh-signature"])
    key.verify(signature, received.body, PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(signature, received.body.replace(b"233.91", b"1"), PKCS1v15(), SHA256())
