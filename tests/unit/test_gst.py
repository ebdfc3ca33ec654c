"""GST as an invoice shows it: in parts that follow the states of seller and buyer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.model.gst import STATES, UNION_TERRITORIES, gst_parts, place_of_supply
from billhook.model.pricing import TaxSum
from billhook.model.tax_ids import TaxId

MAHARASHTRA = [TaxId(kind="gstin", value="27AAPFU0939F1ZV")]
KARNATAKA = [TaxId(kind="pan", value="AAGCB7383J"), TaxId(kind="gstin", value="29AAGCB7383J1Z4")]
CHANDIGARH = [TaxId(kind="gstin", value="04AABCU9603R1ZV")]
GST = TaxSum("GST", Decimal(18), False, 153)


def shown(
    sums: list[TaxSum], seller: list[TaxId] = MAHARASHTRA, buyer: list[TaxId] = MAHARASHTRA
) -> list[tuple[str, str, int]]:
    return [
        (part.name, format(part.rate, "f"), part.amount) for part in gst_parts(sums, seller, buyer)
    ]


def test_within_a_state_gst_is_two_halves_of_which_the_first_has_the_odd_unit() -> None:
    assert shown([GST]) == [("CGST", "9", 77), ("SGST", "9", 76)]


def test_between_states_gst_is_one_tax_of_the_whole_rate() -> None:
    assert shown([GST], buyer=KARNATAKA) == [("IGST", "18", 153)]


def test_in_a_union_territory_the_second_half_is_that_of_the_territory() -> None:
    assert shown([GST], CHANDIGARH, CHANDIGARH) == [("CGST", "9", 77), ("UTGST", "9", 76)]


@pytest.mark.parametrize("known", [(MAHARASHTRA, []), ([], KARNATAKA), ([], [])])
def test_without_both_gstins_the_taxes_stay(known: tuple[list[TaxId], list[TaxId]]) -> None:
    assert gst_parts([GST], *known) == [GST]


@pytest.mark.parametrize("name", ["GST", "gst", " Gst ", "GST 18%", "GST @ 18 %", "GST@18.00%"])
def test_a_tax_named_gst_is_one_however_it_is_written(name: str) -> None:
    assert shown([GST._replace(name=name)]) == [("CGST", "9", 77), ("SGST", "9", 76)]


@pytest.mark.parametrize("name", ["VAT", "CGST", "IGST", "GST cess", "GST 12%", "GSTX", "GST 18"])
def test_any_other_tax_stays(name: str) -> None:
    other = GST._replace(name=name)
    assert gst_parts([other], MAHARASHTRA, KARNATAKA) == [other]


def test_parts_join_those_that_the_lines_name_themselves() -> None:
    own = TaxSum("SGST", Decimal(9), False, 10)
    assert shown([own, GST]) == [("SGST", "9", 86), ("CGST", "9", 77)]


def test_included_and_added_taxes_stay_apart() -> None:
    parts = gst_parts([GST, GST._replace(included=True, amount=9)], MAHARASHTRA, MAHARASHTRA)
    assert [(part.included, part.amount) for part in parts] == [
        (False, 77), (False, 76), (True, 5), (True, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "half"), [("5", "2.5"), ("0.25", "0.125"), ("28", "14"), ("40", "20")]
)
def test_half_of_a_rate_is_exact(rate: str, half: str) -> None:
    assert shown([TaxSum("GST", Decimal(rate), False, 100)]) == [
        ("CGST", half, 50), ("SGST", half, 50),
    ]  # fmt: skip


_SUMS = st.builds(
    TaxSum,
    st.sampled_from(["GST", "GST 5%", "VAT", "CGST"]),
    st.sampled_from([Decimal(5), Decimal("0.25"), Decimal(18)]),
    st.booleans(),
    st.integers(0, 10**9),
)


@given(st.lists(_SUMS, max_size=8), st.sampled_from([MAHARASHTRA, KARNATAKA]))
def test_the_parts_add_up_to_the_taxes(sums: list[TaxSum], buyer: list[TaxId]) -> None:
    parts = gst_parts(sums, MAHARASHTRA, buyer)
    for included in (False, True):
        assert sum(part.amount for part in parts if part.included is included) == sum(
            tax.amount for tax in sums if tax.included is included
        )


def test_the_place_of_supply_is_the_state_of_the_buyer_where_both_are_registered() -> None:
    assert place_of_supply(MAHARASHTRA, KARNATAKA) == "Karnataka (29)"
    assert place_of_supply(KARNATAKA, CHANDIGARH) == "Chandigarh (04)"
    assert place_of_supply([], KARNATAKA) is None
    assert place_of_supply(KARNATAKA, []) is None
    assert STATES.keys() >= UNION_TERRITORIES
