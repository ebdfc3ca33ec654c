"""Tax ids: what a tax authority would take, and the remedy for what it would not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from billhook.model.seller_profile import SellerProfile
from billhook.model.tax_ids import MAX_TAX_IDS, TaxId, gstin_of, gstin_tax_ids


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("gstin", "27AAPFU0939F1ZV"),
        ("gstin", "29AAGCB7383J1Z4"),
        ("gstin", "29AAACH7409R1ZX"),
        ("gstin", "32AADCK5978M1Z0"),
        ("gstin", "27AWYPL7122J1C6"),  # who collects tax at the source
        ("gstin", "9922JPN29001OSU"),  # a non-resident's
        ("pan", "AAPFU0939F"),
        ("vat", "DE136695976"),
        ("vat", "EL094259216"),
        ("vat", "ATU13585627"),
        ("vat", "FRK7399859412"),
        ("vat", "IE6433435OA"),
        ("vat", "NL004495445B01"),
        ("vat", "XI123456789"),
        ("vat", "GB980780684"),
        ("vat", "CHE116281710"),
        ("ein", "12-3456789"),
        ("other", "NIF 5000 / \u0915"),
    ],
)
def test_a_tax_id_of_its_kind_is_taken(kind: str, value: str) -> None:
    assert TaxId(kind=kind, value=value).value == value


@pytest.mark.parametrize(
    ("kind", "value", "remedy"),
    [
        ("gstin", "27AAPFU0939F1ZW", "mistyped"),
        ("gstin", "27AAPFU0939F1VZ", "mistyped"),
        ("gstin", "72AAPFU0939F1ZV", "mistyped"),
        ("gstin", "27aapfu0939f1zv", "capitals"),
        ("gstin", "27 AAPFU0939F 1ZV", "15 capitals and digits"),
        ("gstin", "27AAPFU0939F1Z", "15 capitals"),
        ("gstin", "NOTAVALIDGSTIN123456789", "15 capitals"),
        ("gstin", "\u0968\u096dAAPFU0939F1ZV", "15 capitals"),
        ("pan", "AAPFU0939", "10 capitals and digits"),
        ("vat", "136695976", "its country first"),
        ("vat", "DE 136 695 976", "without spaces"),
        ("vat", "GR094259216", "give EL"),
        ("vat", "US123456789", "the kind other"),
        ("vat", "de136695976", "its country first"),
        ("ein", "123456789", "such as 12-3456789"),
        ("ein", "12-345678", "nine digits"),
        ("other", "", "at least 1"),
        ("other", "x" * 65, "at most 64"),
        ("other", "a\nb", "one line"),
        ("tin", "1", "gstin"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_with_the_remedy(
    kind: str, value: str, remedy: str
) -> None:
    with pytest.raises(ValidationError, match=remedy):
        TaxId(kind=kind, value=value)


def test_the_example_in_an_error_is_itself_a_tax_id() -> None:
    for kind in ("gstin", "pan", "vat", "ein"):
        with pytest.raises(ValidationError) as refused:
            TaxId(kind=kind, value="?")
        example = refused.value.errors()[0]["msg"].rpartition("such as ")[2]
        assert TaxId(kind=kind, value=example).value == example


def test_a_seller_has_a_few_tax_ids_of_which_the_first_gstin_counts() -> None:
    pan = TaxId(kind="pan", value="AAPFU0939F")
    first, second = (
        TaxId(kind="gstin", value=value) for value in ("27AAPFU0939F1ZV", "29AAGCB7383J1Z4")
    )
    assert gstin_of([pan, first, second]) == first.value
    assert gstin_of([pan]) is None
    SellerProfile(tax_ids=[pan] * MAX_TAX_IDS)
    with pytest.raises(ValidationError, match="at most 5"):
        SellerProfile(tax_ids=[pan] * (MAX_TAX_IDS + 1))


def test_a_text_is_a_gstin_or_no_tax_id() -> None:
    (known,) = gstin_tax_ids("27AAPFU0939F1ZV")
    assert (known.kind, known.value) == ("gstin", "27AAPFU0939F1ZV")
    assert [gstin_tax_ids(text) for text in ("unregistered", "", None)] == [(), (), ()]
