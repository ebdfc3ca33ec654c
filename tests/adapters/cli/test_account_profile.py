"""`billhook account profile`: what invoices say of the seller, and its logo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

EMPTY: dict[str, Any] = {
    "legal_name": None, "address": None, "email": None, "phone": None, "website": None,
    "tax_ids": [], "accent_color": None, "footer": None, "payment_text": None,
    "payment_link": None, "logo": None,
}  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/><path d="M0 0"/></svg>'


@pytest.fixture
def at(acme: Any, url: str) -> tuple[str, ...]:
    return (acme["account"], "--database", url)


def test_a_profile_is_empty_then_set_in_parts_and_taken_away(billhook: Any, at: Any) -> None:
    shown = billhook("account", "profile", "show", *at, "--json").json
    assert {name: shown[name] for name in EMPTY} == EMPTY
    given = (
        "--legal-name", "Acme Books Private Limited", "--city", "Pune", "--address-country", "IN",
        "--tax-id", "GSTIN:27AAPFU0939F1ZV", "--tax-id", "other:U22110MH2001",
        "--accent-color", "#0A5CD8", "--email", "a@acme.example", "--phone", "+912012345678",
        "--website", "https://acme.example", "--footer", "Thank you", "--payment-text", "By UPI",
        "--payment-link", "https://pay.acme.example",
    )  # fmt: skip
    whole = billhook("account", "profile", "set", *at, *given, "--json").json
    assert whole["tax_ids"] == [
        {"kind": "gstin", "value": "27AAPFU0939F1ZV"},
        {"kind": "other", "value": "U22110MH2001"},
    ]
    assert whole["accent_color"] == "#0a5cd8"
    moved = billhook("account", "profile", "set", *at, "--line1", "1 MG Road", "--json").json
    assert moved["address"] == {
        "line1": "1 MG Road", "line2": "", "city": "Pune", "state": "", "postal_code": "",
        "country": "IN",
    }  # fmt: skip
    assert {**moved, "address": None} == {**whole, "address": None}
    assert billhook("account", "profile", "show", *at).out.splitlines()[1:] == [
        "legal name    Acme Books Private Limited",
        "email         a@acme.example",
        "phone         +912012345678",
        "website       https://acme.example",
        "accent color  #0a5cd8",
        "footer        Thank you",
        "payment text  By UPI",
        "payment link  https://pay.acme.example",
        "address       1 MG Road, Pune, IN",
        "tax ids       gstin 27AAPFU0939F1ZV, other U22110MH2001",
        "logo          -",
    ]
    gone = [
        part
        for name in ("line1", "city", "address-country", "tax-id", *map(_option, EMPTY))
        if name not in ("address", "tax-ids", "logo")
        for part in (f"--{name}", "none")
    ]
    cleared = billhook("account", "profile", "set", *at, *gone, "--json").json
    assert {name: cleared[name] for name in EMPTY} == EMPTY


def _option(field: str) -> str:
    return field.replace("_", "-")


def test_a_logo_is_read_from_a_file_sanitised_and_taken_away(
    billhook: Any, at: Any, tmp_path: Path
) -> None:
    file = tmp_path / "logo.png"  # the content decides, not the name
    file.write_bytes(SVG)
    shown = billhook("account", "profile", "set", *at, "--logo", str(file), "--json").json
    assert shown["logo"]["format"] == "svg"
    assert "svg, " in billhook("account", "profile", "show", *at).out
    assert (
        billhook("account", "profile", "set", *at, "--logo", "none", "--json").json["logo"] is None
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "give at least one part to set"),
        (["--website", "acme"], "--website: must be an address such as https://acme.example"),
        (["--accent-color", "red"], "--accent-color: must be a colour of six hexadecimal digits"),
        (["--address-country", "India"], "--address-country: must be the ISO 3166 code"),
        (["--tax-id", "27AAPFU0939F1ZV"], "--tax-id: must be its kind and its value"),
        (["--tax-id", "gstin:27AAPFU0939F1ZW"], "--tax-id: value must be a GSTIN"),
        (["--tax-id", "tin:1"], "--tax-id: must be gstin, pan, vat, ein or other"),
        (["--email", "x"], "--email: must be one e-mail address"),
        (["--legal-name", ""], "--legal-name: must have at least 1"),
        (["--logo", "/nowhere/logo.png"], "--logo: the file cannot be read"),
        (["--logo", "/dev/zero"], "--logo: the logo has more than 256 KiB"),
        (["--logo", __file__], "--logo: the logo is neither PNG nor SVG"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_set(
    billhook: Any, at: Any, given: list[str], said: str
) -> None:
    footer = ("--footer", "x") if given else ()
    ran = billhook("account", "profile", "set", *at, *footer, *given)
    assert (ran.status, said in ran.err) == (2, True), ran.err
    assert billhook("account", "profile", "show", *at, "--json").json["footer"] is None


def test_an_account_that_is_not_there_is_named(billhook: Any, at: Any) -> None:
    ran = billhook("account", "profile", "show", "acc_unknown", *at[1:])
    assert (ran.status, "ACCOUNT_ID: there is no such account" in ran.err) == (1, True)
