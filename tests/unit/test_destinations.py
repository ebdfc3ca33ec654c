"""Where an SMS goes: the country of a number, and the prefix that it shares."""

from __future__ import annotations

import pytest

from billhook.model.destinations import countries, destination


@pytest.mark.parametrize(
    ("number", "country", "prefix"),
    [
        ("+919876543210", "IN", "+919876"),
        ("+12145596993", "US", "+12145"),
        ("+16045550123", "CA", "+16045"),
        ("+18765550123", "JM", "+18765"),
        ("+18095550123", "DO", "+18095"),
        ("+447400123456", "GB", "+447400"),
        ("+447797712345", "JE", "+447797"),
        ("+79161234567", "RU", "+79161"),
        ("+77012345678", "KZ", "+77012"),
        ("+393123456789", "IT", "+393123"),
        ("+390669812345", "VA", "+396698"),
        ("+35312345678", "IE", "+3531234"),
        ("+38344123456", "XK", "+3834412"),
        ("+3725123456", "EE", "+3725123"),
    ],
)
def test_a_number_is_of_one_country_and_one_prefix(number: str, country: str, prefix: str) -> None:
    assert destination(number) == (country, prefix)


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+979123456789", "+9791234"),  # international premium rate
        ("+881612345678", "+8816123"),  # satellite
        ("+883510012345", "+8835100"),  # international networks
        ("+80012345678", "+8001234"),  # international free phone
        ("+2101234567", "+2101234"),  # not assigned
        ("+19005550123", "+19005"),  # premium rate
        ("+447012345678", "+447012"),  # personal numbers
        ("+449012345678", "+449012"),
    ],
)
def test_premium_rate_and_international_numbers_are_of_no_country(number: str, prefix: str) -> None:
    assert destination(number) == (None, prefix)


@pytest.mark.parametrize("written", ["+9109876543210", "+91009876543210"])
def test_a_trunk_zero_makes_no_other_destination(written: str) -> None:
    assert destination(written) == destination("+919876543210")


def test_more_digits_make_no_other_prefix() -> None:
    assert destination("+919876543210999").prefix == destination("+919876543210").prefix


def test_countries_are_those_with_numbers_of_their_own() -> None:
    assert {"IN", "US", "CA", "JM", "KZ", "GG"} <= countries()
    assert not {"", "ZZ", "BL", "in"} & countries()
