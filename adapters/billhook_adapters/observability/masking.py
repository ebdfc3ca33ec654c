"""What is personal or secret, taken out of text that is about to be written down.

Every pattern takes linear time, whatever it is given: a repetition starts only where nothing of
its own kind stands before it, or is bounded, and none gives back what it took.
"""

from __future__ import annotations

import re
from functools import lru_cache

MASK = "***"

_FIELD = (
    r"(?:(?<![A-Za-z])[Nn](?:ame|AME)|(?<=[a-z])Name"
    r"|(?i:address|authorization|contact|cookie|customer|e-?mail|idempotency[_-]?key|line[12]"
    r"|password|phone|postal[_-]?code|secret|short[_-]?url|token|zipcode))"
)
_PRIVATE = re.compile(_FIELD)
_QUOTED = r"""
      "(?:[^"\\]|\\.)*+"?
    | '(?:[^'\\]|\\.)*+'?
    | \\++["'](?:[^\\]|\\++(?!["']))*+(?:\\++["'])?   # JSON inside of a string
"""
_NAMED = re.compile(
    rf"""({_FIELD}s?(?:\\*["']\s{{0,4}}[:=,]|\s{{0,4}}[:=])\s{{0,4}}b?)
    (?:{_QUOTED} | [^\s"'\\{{\[(,;&)\]}}][^,;&)\]}}\n]*+)""",
    re.VERBOSE | re.DOTALL,
)
_INSIDE = r"[^\s\"'<>(),;:=@]"  # of an e-mail address
_RULES = (
    (re.compile(r"Traceback \(most recent call last\).*", re.DOTALL), MASK),
    (re.compile(r"://[^\s/@\"'<>]++@"), f"://{MASK}@"),
    (_NAMED, rf"\1{MASK}"),
    (re.compile(r"(?i)\b(basic|bearer)(?:\s{1,8}|%20)[A-Za-z0-9._~+/=-]+"), rf"\1 {MASK}"),
    (re.compile(rf"(?<!{_INSIDE})(?:(?!%40){_INSIDE})++(?:(?:@|%40){_INSIDE}*+)++"), MASK),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), MASK),
)
_PHONE = re.compile(
    r"(?:\+|%2B)[0-9](?:[ .()-]{0,2}[0-9]){6,}+|\(?[0-9](?:[ .()-]{0,2}[0-9]){9,}+", re.IGNORECASE
)

# 128 random bits are 22 characters or more; words, and names made of words, are none.
_LONG = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{22,}+")
_WORDS = re.compile(r"[a-z_-]+|[A-Z_-]+|(?:[A-Z][a-z]{2,}+)+")


_MOST, _LONGEST = 1000, 64
_clean: set[str] = (
    set()
)  # short texts in which there is nothing to mask: the same few come for ever


@lru_cache(_MOST)
def private(field: str) -> bool:
    """Whether what stands in a field of this name is nobody's to read.

    >>> private("customer_email"), private("status")
    (True, False)
    """
    return _PRIVATE.search(field) is not None


def masked(text: str) -> str:
    """The text without names in known fields, addresses, phone numbers, credentials and tokens.

    >>> masked("mail to ravi@example.com failed")
    'mail to *** failed'
    >>> masked("{'name': 'Ravi', 'amount': 49900}")
    "{'name': ***, 'amount': 49900}"
    """
    if text in _clean:
        return text
    shown = text
    for pattern, mask in _RULES:
        shown = pattern.sub(mask, shown)
    shown = _PHONE.sub(MASK, _LONG.sub(_mask_unless_words, shown))
    if shown == text and len(text) <= _LONGEST:
        if len(_clean) >= _MOST:
            _clean.clear()
        _clean.add(text)
    return shown


def _mask_unless_words(found: re.Match[str]) -> str:
    return found[0] if _WORDS.fullmatch(found[0]) else MASK
