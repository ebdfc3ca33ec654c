"""The seller's profile: what is refused, what a change keeps, and what an invoice shows."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from billhook.model.customer import PostalAddress
from billhook.model.logo import MAX_LOGO, Logo
from billhook.model.seller_profile import NO_PROFILE, SellerProfile, shown_profile
from billhook.model.tax_ids import TaxId

PUNE = PostalAddress(line1="12 MG Road", city="Pune", country="IN")
GSTIN = TaxId(kind="gstin", value="27AAPFU0939F1ZV")
WHOLE = SellerProfile(
    legal_name="Acme Books Private Limited",
    address=PUNE,
    email="billing@acme.example",
    phone="+912012345678",
    website="https://acme.example",
    tax_ids=[GSTIN],
    accent_color="#0A5CD8",
    footer="CIN U22110MH2001PTC131234",
    payment_text="Account 12345, Example Bank",
    payment_link="https://pay.acme.example/a?b=c#d",
)


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("legal_name", "", "at least 1"),
        ("legal_name", "x" * 257, "at most 256"),
        ("legal_name", "Acme\nLtd", "one line"),
        ("email", "acme", "such as ravi@example.com"),
        ("website", "acme.example", "such as https://acme.example"),
        ("website", "javascript:alert(1)", "such as https://acme.example"),
        ("website", "https://", "such as https://acme.example"),
        ("website", "https:///path", "such as https://acme.example"),
        ("website", "https://acme.example/ x", "such as https://acme.example"),
        ("website", 'https://acme.example/"onclick', "such as https://acme.example"),
        ("website", "HTTPS://acme.example", "such as https://acme.example"),
        ("payment_link", "https://bank.example@evil.example/", "such as https://acme.example"),
        ("payment_link", "ftp://acme.example", "such as https://acme.example"),
        ("payment_link", "https://a.example/" + "x" * 256, "at most 256"),
        ("accent_color", "blue", "six hexadecimal digits, such as #0a5cd8"),
        ("accent_color", "#0a5", "six hexadecimal digits"),
        ("accent_color", "#0a5cd8;}", "six hexadecimal digits"),
        ("footer", "x" * 2049, "at most 2048"),
        ("colour", "x", "Extra"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_remedy(
    field: str, value: str, remedy: str
) -> None:
    with pytest.raises(ValidationError, match=remedy):
        SellerProfile.model_validate({field: value})


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.example:8080", "https://acme.example?x=1", "https://b\u00fccher.example/\u0915",
        "https://localhost/a",
    ],
)  # fmt: skip
def test_an_address_of_the_web_is_taken(address: str) -> None:
    assert SellerProfile(website=address).website == address


def test_the_legal_part_is_what_a_tax_authority_needs() -> None:
    assert WHOLE.legal == SellerProfile(legal_name=WHOLE.legal_name, address=PUNE, tax_ids=[GSTIN])
    assert NO_PROFILE.legal == NO_PROFILE


@pytest.mark.parametrize("field", SellerProfile.model_fields)
def test_a_change_sets_what_it_names_and_clears_what_it_names_as_none(field: str) -> None:
    empty = () if field == "tax_ids" else None
    cleared = WHOLE.updated(SellerProfile.model_validate({field: empty}))
    assert getattr(cleared, field) == empty
    assert cleared.updated(SellerProfile.model_validate({field: getattr(WHOLE, field)})) == WHOLE
    assert WHOLE.updated(NO_PROFILE) == WHOLE


def test_an_issued_invoice_shows_the_legal_part_of_its_issue_and_the_rest_of_today() -> None:
    old = SellerProfile(legal_name="Acme Books", footer="Old")
    shown = shown_profile(WHOLE, old.legal, None)
    assert (shown.legal, shown.footer) == (old.legal, WHOLE.footer)
    assert shown_profile(WHOLE, None, None) == WHOLE


@pytest.mark.parametrize("at_issue", [None, SellerProfile(legal_name="Acme Books").legal])
def test_what_an_invoice_says_itself_wins(at_issue: SellerProfile | None) -> None:
    own = SellerProfile(legal_name="Acme Kids", phone="+912087654321")
    shown = shown_profile(WHOLE, at_issue, own)
    assert (shown.legal_name, shown.phone) == (own.legal_name, own.phone)
    assert shown.footer == WHOLE.footer


def test_a_logo_is_of_its_format_and_of_a_size() -> None:
    with pytest.raises(ValidationError, match="must be of the format png"):
        Logo(format="png", data=b"<svg/>")
    with pytest.raises(ValidationError, match="must be of the format svg"):
        Logo(format="svg", data=b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ValidationError, match="at most 262144 bytes"):
        Logo(format="svg", data=b" " * (MAX_LOGO + 1))
    arguments: dict[str, Any] = {"format": "jpeg", "data": b"x"}
    with pytest.raises(ValidationError, match="'png' or 'svg'"):
        Logo(**arguments)
    assert "secret" not in repr(Logo(format="svg", data=b"secret"))
