"""The seller's colour is one that can be read, wherever text has it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from billhook_adapters.documents.colors import (
    BLACK,
    CONTRAST,
    WHITE,
    contrast,
    readable,
    text_on,
)

COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
DARK = "#121417"


@given(COLORS, st.sampled_from([WHITE, DARK, BLACK]))
def test_text_in_the_colour_can_be_read_on_light_and_dark(color: str, background: str) -> None:
    assert contrast(readable(color, background), background) >= CONTRAST


@given(COLORS)
def test_text_on_the_colour_can_be_read(color: str) -> None:
    assert contrast(text_on(color), color) >= CONTRAST


@given(COLORS)
def test_a_colour_that_can_be_read_stays(color: str) -> None:
    assert (readable(color, WHITE) == color) is (contrast(color, WHITE) >= CONTRAST)


def test_a_light_colour_is_darkened_on_white_and_stays_on_dark() -> None:
    assert readable("#ffd500", WHITE) == "#8b7400"
    assert readable("#ffd500", DARK) == "#ffd500"
    assert readable("#00008b", DARK) > "#00008b"
