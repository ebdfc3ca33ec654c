"""What is masked in a text, what is unchanged, and that no text can make masking slow."""

from __future__ import annotations

import json
import re
import secrets

import pytest

from adapters.observability.canaries import (
    KEY,
    MAIL,
    NAME,
    PHONE,
    SECRET,
    TOKEN,
    basic,
    canaries_in,
)
from billhook_adapters.observability import masking
from billhook_adapters.observability.masking import masked, private
from billhook_adapters.system.api_keys import new_key


@pytest.mark.parametrize(
    "text",
    [
        f"mail to {MAIL} failed",
        f"mailto:{MAIL}?subject=x",
        f"/v1/customers?email={MAIL.replace('@', '%40')}",
        f"{'x' * 70}{MAIL}",
        f"call {PHONE}",
        "call +91 98123 45678 now",
        "call +1-214-559-6993",
        "call (214) 559-6993",
        "call 214.559.6993",
        "call +1234567",
        "call %2B9198123",
        basic(),
        f"Authorization: {basic()}",
        f"bearer {SECRET}",
        f"(b'authorization', b'Digest {SECRET}')",
        f"https://bill.example/i/{TOKEN}",
        f"the token {TOKEN} is unknown",
        f"key_secret={SECRET}&x=1",
        f"client secret: {SECRET}",
        f"postgresql://bill:{SECRET}@db.example/billhook",
        "smtp://bill:canary,of=1:x@mail.example:587",
        "sent Basic canary",
        "sent bearer%20canary",
        "signed with whsec_canary",
        "to canary%40canary.example",
        f"Idempotency-Key: {KEY}",
        f"(b'idempotency-key', b'{KEY}')",
        f"idempotency_key='{KEY}'",
        f"Customer(id=None, name={NAME!r}, email={MAIL!r})",
        f"{{'customer': {{'name': '{NAME}', 'gstin': None}}}}",
        json.dumps({"customer_name": NAME}),
        json.dumps(json.dumps({"customerName": f"{NAME}, \u00e9 {NAME}", "amount": 1})),
        json.dumps({"name": f'a "{NAME}"'}),
        f'{{"name": "{NAME}',
        f"name: {NAME}",
        f"short_url={TOKEN[:5]}",
        f"it broke\nTraceback (most recent call last):\n  at x\nValueError: {NAME}",
    ],
)
def test_personal_values_and_secrets_are_masked(text: str) -> None:
    shown = masked(text)
    assert masking.MASK in shown
    assert canaries_in(shown) == []
    assert not re.search(r"[0-9]{4}|canary|Digest", shown)


def test_generated_secrets_are_masked_in_every_place() -> None:
    for _ in range(200):
        for secret in (
            new_key().secret,
            secrets.token_urlsafe(16),
            secrets.token_hex(16),
            f"whsec_{secrets.token_urlsafe(24)}",
        ):
            assert secret not in masked(f"what is {secret} then")


@pytest.mark.parametrize(
    "text",
    [
        "round 12 of 100 took 3.5 s, see /v1/invoices/inv_A1b2C3d4E5f6G7",
        "message msg_A1b2C3d4E5f6G7 was not handled: ModuleNotFoundError",
        "Uvicorn running on http://127.0.0.1:8080 (Press CTRL+C to quit)",
        "BILLHOOK_SOMETHING_OF_MANY_WORDS is not set in billhook_adapters_of_many_words",
        "a filename=x and a hostname: y",
    ],
)
def test_other_texts_are_unchanged(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("field", ["email", "Customer-Name", "shipping_address", "keySecret"])
def test_fields_with_personal_values_are_known_by_name(field: str) -> None:
    assert private(field) or private(field.lower())


_PIECES = (
    "a", "a@", "a%4", "%40", "1 ", "+1 ", "(", "://a", "http://", "name", "name=", "name\\",
    '"name":"', 'name:\\"', "\\", "Basic ", "A-", "Aaa", "'", '"', "\n",
)  # fmt: skip


@pytest.mark.parametrize("piece", _PIECES)
def test_masking_is_linear_in_the_length_of_the_text(piece: str) -> None:
    """A pattern that is not linear would keep this test for minutes or hours."""
    text = piece * 100_000
    assert len(masked(text)) <= 4 * len(text)


def test_only_texts_that_need_no_mask_are_cached() -> None:
    for number in range(5000):
        assert masked(f"round {number}") == f"round {number}"
        masked(f"to {number}@canary.example")
    assert "round 4999" in masking._clean
    assert len(masking._clean) <= 1000
    assert canaries_in(" ".join(masking._clean)) == []
    assert not [text for text in masking._clean if "@" in text or masking.MASK in text]
