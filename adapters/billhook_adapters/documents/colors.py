"""The seller's colour where text is: always with enough contrast to be read.

A seller chooses any colour; it is never refused. Where text has it, it is made darker or lighter
as far as the contrast needs it (WCAG 2.2, 1.4.3), its hue kept; text on it is black or white.
Lines and areas without text have the colour as it was chosen.
"""

from __future__ import annotations

WHITE, BLACK = "#ffffff", "#000000"
LIGHT, DARK = WHITE, "#14171a"
"""The backgrounds of pages by day and in the dark."""

ACCENT = "#1d4d8f"
"""The colour of sellers who chose none."""

CONTRAST = 4.5
"""The least contrast of text (WCAG level AA)."""

_STEPS = 64


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"))
    21
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: str, background: str) -> str:
    """The colour for text on a background: itself, or the nearest shade with enough contrast.

    It is made darker on a light background, and lighter on a dark one.

    >>> readable("#0a5cd8", WHITE), readable("#ffd500", WHITE)
    ('#0a5cd8', '#8b7400')
    """
    end = text_on(background)
    shades = (_mixed(color, end, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if contrast(shade, background) >= CONTRAST)


def text_on(color: str) -> str:
    """Black or white: what is read better on a colour. Its contrast is always enough.

    >>> text_on("#0a5cd8"), text_on("#ffd500")
    ('#ffffff', '#000000')
    """
    return max(WHITE, BLACK, key=lambda text: contrast(text, color))


def _channels(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _luminance(color: str) -> float:
    red, green, blue = map(_linear, _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mixed(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
