"""How long an SMS is: in which alphabet it goes, and in how many segments."""

from __future__ import annotations

from typing import Literal, NamedTuple

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
"""Two septets each (3GPP TS 23.038)."""

_COST = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)


class Length(NamedTuple):
    """An SMS's alphabet, its length in that alphabet's units, and its segments."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def measured(text: str) -> Length:
    """The length of a text.

    One character outside GSM 03.38 turns all of it into UCS-2, with 70 units a message instead of
    160. No segment ends within a character.

    >>> measured("x" * 161), measured("₹1")
    (Length(encoding='GSM-7', units=161, segments=2), Length(encoding='UCS-2', units=2, segments=1))
    """
    costs = [_COST.get(one, 0) for one in text]
    if all(costs):
        return Length("GSM-7", sum(costs), _segments(costs, 160, 153))
    costs = [len(one.encode("utf-16-be", "surrogatepass")) // 2 for one in text]
    return Length("UCS-2", sum(costs), _segments(costs, 70, 67))


def strange(text: str) -> str:
    """The characters that cut an SMS from 160 to 70, each once.

    >>> strange("₹100 … paid")
    '₹…'
    """
    return "".join(dict.fromkeys(one for one in text if one not in _COST))


def _segments(costs: list[int], alone: int, each: int) -> int:
    if sum(costs) <= alone:
        return 1
    segments, filled = 1, 0
    for cost in costs:
        if filled + cost > each:
            segments, filled = segments + 1, 0
        filled += cost
    return segments
