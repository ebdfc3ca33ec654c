"""The length of an SMS: the cases at which it tips, each also judged by another library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib import gsm

from billhook_adapters.sms.segments import Length, measured, strange


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", Length("GSM-7", 0, 1)),
        ("x" * 160, Length("GSM-7", 160, 1)),
        ("x" * 161, Length("GSM-7", 161, 2)),
        ("x" * 306, Length("GSM-7", 306, 2)),
        ("x" * 307, Length("GSM-7", 307, 3)),
        ("€" * 80, Length("GSM-7", 160, 1)),
        ("€" * 81, Length("GSM-7", 162, 2)),
        ("x" * 152 + "€" + "x" * 152, Length("GSM-7", 306, 3)),
        ("₹" * 70, Length("UCS-2", 70, 1)),
        ("₹" * 71, Length("UCS-2", 71, 2)),
        ("😀" * 35, Length("UCS-2", 70, 1)),
        ("😀" * 36, Length("UCS-2", 72, 2)),
        ("नमस्ते", Length("UCS-2", 6, 1)),
    ],
)
def test_where_a_text_tips(text: str, length: Length) -> None:
    assert measured(text) == length


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=400))
def test_another_library_agrees_on_alphabet_and_segments(text: str) -> None:
    try:
        parts, encoding, _ = gsm.make_parts(text)
    except ValueError:  # it counts a text of many segments only where it can
        return
    length = measured(text)
    assert (length.encoding == "GSM-7") == (encoding == 0)
    # It fills segments to the byte; we do not cut a character in two.
    assert 0 <= length.segments - len(parts) <= 1


def test_what_cuts_a_text_is_named() -> None:
    assert strange("Rs 100 - 'paid' ₹ … “x” ₹") == "₹…“”"
