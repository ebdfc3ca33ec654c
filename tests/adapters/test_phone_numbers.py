"""Phone numbers are read by their numbering plans, and kept as given where nothing reaches them."""

from __future__ import annotations

import pytest

from billhook.model.customer import Recipients
from billhook.model.patch import Patch
from billhook_adapters.system.phone_numbers import (
    country_of_currency,
    e164,
    is_international,
    same_number,
    with_e164,
)
from billhook_adapters.testing import a_customer, a_document
from cases.addresses import PHONES


@pytest.mark.parametrize(("given", "country", "expected"), [case[:3] for case in PHONES])
def test_a_number_is_read_in_its_country(
    given: str, country: str | None, expected: str | None
) -> None:
    assert e164(given, country) == expected
    if expected is not None:
        assert e164(expected) == expected
        assert same_number(given, expected) or is_international(given)


def test_the_first_country_in_which_it_is_in_use_is_meant() -> None:
    assert e164("020 7946 0958", None, "US", "GB", "IN") == "+442079460958"
    assert e164("(202) 555-0143", "GB", "US") == "+12025550143"


@pytest.mark.parametrize(
    ("currency", "country"),
    [("USD", "US"), ("INR", "IN"), ("GBP", "GB"), ("EUR", None), ("XOF", None), ("XAU", None)],
)
def test_a_currency_of_one_country_names_it(currency: str, country: str | None) -> None:
    assert country_of_currency(currency) == country


def test_a_document_keeps_what_cannot_be_reached_as_it_was_given() -> None:
    named = Recipients(contacts=("(202) 555-0143", "+12025550143", "12345"))
    document = a_document(customer=a_customer(contact="555-0143"), recipients=named)
    read = with_e164(document, "US")
    assert read.customer is not None
    assert read.customer.contact == "555-0143"
    assert read.recipients is not None
    assert read.recipients.contacts == ("+12025550143", "12345")
    assert with_e164(a_document(customer=None), "US") == a_document(customer=None)


def test_a_patch_sets_no_more_than_before() -> None:
    patch = Patch(customer=a_customer(contact="98765 43210"))
    read = with_e164(patch, "IN")
    assert read.fields == patch.fields
    assert read.customer is not None
    assert read.customer.contact == "+919876543210"
