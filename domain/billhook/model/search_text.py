"""The text that a search looks in, and what is looked for: both in the same normal form.

Case, composition (NFC, NFD), full-width forms and white space make no difference; accents do. A
phone number is found however it is punctuated, with or without its country code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from billhook.model.addresses import unicode_domain

_PUNCTUATION = re.compile(r"[\s()./+\u00b7\u2010-\u2015-]")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_EXTENSION = re.compile(r"(?:;ext=|ext(?:ension)?\.?|x|#)\s*[0-9]{1,7}$")
_DIGITS = re.compile(r"[0-9]+")
_A_LABELS = re.compile(r"xn--[a-z0-9-]+")
_FEWEST_DIGITS = 7
"""Of a phone number without zeros before it."""


def search_text(texts: Iterable[str | None]) -> str:
    """The texts in the form in which they are found: one in each line, so that no match spans two.

    A line that is a part of another one is left out: what is found in it is found in the other.

    >>> search_text(["Ravi", "+91 98765 43210"])
    'ravi\\n+91 98765 43210\\n919876543210'
    >>> search_text(["Ravi", "ravi@example.com", "+919876543210"])
    'ravi@example.com\\n+919876543210'
    """
    lines: dict[str, None] = {}
    for given in texts:
        if given:
            normal = _normal(given)
            lines |= dict.fromkeys((normal, _with_unicode_domains(normal)))
            if "@" not in normal and any(map(str.isdigit, normal)):
                lines[_compact(normal)] = None
    text = "\n".join(lines)
    return "\n".join(line for line in lines if text.count(line) == 1)


def searched_text(text: str) -> str:
    """What is looked for, in the same form.

    Digits with the punctuation of phone numbers are looked for without it.

    >>> searched_text("MÜNCHEN"), searched_text("+44 (0)20 7946 0958"), searched_text("A-1")
    ('münchen', '442079460958', 'a-1')
    """
    normal = _with_unicode_domains(_normal(text))
    digits = _compact(_EXTENSION.sub("", _TRUNK_ZERO.sub("", normal)))
    if not _DIGITS.fullmatch(digits):
        return normal
    number = digits.lstrip("0")
    return number if len(number) >= _FEWEST_DIGITS else digits


def _normal(text: str) -> str:
    """The text in NFKC, case-folded, with digits of every script as ASCII, in one line."""
    folded = _folded(text)
    if not folded.isascii():
        folded = "".join(
            str(unicodedata.decimal(one)) if one.isdecimal() else one for one in folded
        )
    return " ".join(folded.split()) or folded


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _with_unicode_domains(normal: str) -> str:
    return _A_LABELS.sub(lambda found: _folded(unicode_domain(found[0])), normal)


def _compact(normal: str) -> str:
    return _PUNCTUATION.sub("", normal)
