"""The people of an invoice, and the shapes of their addresses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from billhook.model.customer import (
    Customer,
    Medium,
    PostalAddress,
    email_address,
    medium_of,
    phone_number,
)
from billhook_adapters.testing import a_document

LOCAL, LABEL = "a" * 64, "b" * 63
LONGEST = f"{LOCAL}@{LABEL}.{LABEL}.{'c' * 61}"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.c",
        "ravi+bills@mail.example.com",
        "o'hara@example.co.in",
        "Xavier@EXAMPLE.com",
        "रवि@उदाहरण.भारत",
        LONGEST,
    ],
)
def test_the_shape_of_an_email_address(text: str) -> None:
    assert email_address(text) == text


INCOMPLETE = ["", "@", "ravi", "ravi@", "@b.c", "ravi@example", "a@b..c", "a@.c", "a@b."]
SEVERAL = ["a@b@c.d", "a@b.c,d@e.f", "a@b.c;d@e.f", "<a@b.c>", "Ravi <a@b.c>", "a@b.c d@e.f"]
CONTROLS = ["a@b.c\n", "a\r\nBcc:@b.c", "a@b.c\x00", "a\x85@b.c", "a\u2028@b.c", "a\u200b@b.c"]
SIGNS = ['a"@b.c', "a\\@b.c", "a:b@c.d", "(a)@b.c", "a@[b.c]", "a@b.c ", " a@b.c", "a@\ud800.c"]
TOO_LONG = [f"{LOCAL}a@b.c", f"a@{LABEL}b.c", LONGEST + "c"]


@pytest.mark.parametrize("text", [*INCOMPLETE, *SEVERAL, *CONTROLS, *SIGNS, *TOO_LONG])
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be one e-mail address"):
        email_address(text)


@pytest.mark.parametrize("text", ["+1234567", "+919876543210", "+123456789012345"])
def test_the_shape_of_a_phone_number(text: str) -> None:
    assert phone_number(text) == text


WRONG_LENGTH = ["", "+", "+123456", "+1234567890123456"]
NATIONAL = ["919876543210", "+0123456789", "+1-214-559-6993", "+91 98765 43210"]
NO_DIGITS = ["++919876543210", "+919876543210\n", "+९१९८७६५४३२१०", "+9198765x3210"]


@pytest.mark.parametrize("text", [*WRONG_LENGTH, *NATIONAL, *NO_DIGITS])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be an E\.164 number"):
        phone_number(text)


@pytest.mark.parametrize(
    ("address", "medium"),
    [("ravi@example.com", Medium.EMAIL), ("+919876543210", Medium.SMS)],
)
def test_the_form_of_an_address_determines_its_medium(address: str, medium: Medium) -> None:
    assert medium_of(address) is medium


@pytest.mark.parametrize("address", ["", "ravi", "ravi@", "9876543210", "+91 98765"])
def test_what_has_no_shape_has_no_medium(address: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        medium_of(address)


def test_each_medium_has_its_own_address() -> None:
    ravi = a_document(customer=Customer(email="ravi@example.com", contact="+919876543210"))
    assert ravi.address(Medium.EMAIL) == "ravi@example.com"
    assert ravi.address(Medium.SMS) == "+919876543210"


@pytest.mark.parametrize("medium", Medium)
def test_an_unknown_address_is_none(medium: Medium) -> None:
    assert a_document(customer=Customer(name="Ravi")).address(medium) is None


def test_a_customer_may_have_the_id_that_the_sellers_books_give_it() -> None:
    assert [Customer(name="Ravi").id, Customer(id="cust_1").id] == [None, "cust_1"]
    for unsound in ("", "two words", "x" * 65):
        with pytest.raises(ValidationError, match="id"):
            Customer(id=unsound)


def test_there_are_two_media() -> None:
    assert [medium.value for medium in Medium] == ["sms", "email"]


@pytest.mark.parametrize("country", ["in", "IND", "I", "I1", "ÎN", "IN\n", ""])
def test_a_country_is_two_capitals(country: str) -> None:
    with pytest.raises(ValidationError, match="country"):
        PostalAddress(country=country)


def test_personal_data_is_not_printed() -> None:
    home = PostalAddress(line1="12 MG Road", city="Bengaluru", postal_code="560001", country="IN")
    ravi = Customer(
        name="Ravi", email="r@example.com", contact="+919876543210", billing_address=home
    )
    assert not [
        secret
        for secret in ("Ravi", "r@example.com", "9876543210", "MG Road", "Bengaluru", "560001")
        if secret in repr(ravi) or secret in str(ravi)
    ]
