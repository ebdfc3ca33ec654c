"""Text of sellers and payers, made safe to stand beside ours. Needs only the standard library.

What a phone or a mail program turns into a link, a number to call or an address is taken apart
here, and nowhere else; so are line breaks and what reorders the text around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = ("Cf", "Cs", "Co", "Cn")
_BLANK = ("Cc", "Zl", "Zp", "Zs")
_LINK = re.compile(
    r"://|www\.|(?<![a-z])"
    r"(?:https?|ftp|tel|sms|smsto|mms|mailto|geo|upi|intent|market|javascript|data):\S"
)
_JOINT = re.compile(
    # Not the dot of "Co.," and, as no domain ends in one letter, of initials such as J.R.
    r"(?<=\S)(?:\.(?![,;:!?)\]}'\"&/-]|[^\W\d_](?:[.\s]|\Z))|@)(?=\S)"
)
_DASHES = "\u2010-\u2015\u2053\u2212\u223c\u30fc\uff0d\uff5e"
_BRACKETS = "\uff08\uff09\uff0f\uff3b\uff3d"
_BETWEEN_DIGITS = rf"[ ()\[\]./~*+{_DASHES}{_BRACKETS}-]{{0,3}}"
_NUMBER = re.compile(rf"[+(]*(?:\d(?:{_BETWEEN_DIGITS}\d){{6,}}|\d{{5,}})\)?")
_DIRECTION_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = ("R", "AL", "AN")


def visible(text: str) -> str:
    """The text on one line, without control characters and what cannot be seen.

    >>> visible("Ravi\\r\\nBcc: x@example.com\\u202e")
    'Ravi Bcc: x@example.com'
    """
    return on_one_line("".join(one for one in text if unicodedata.category(one) not in _UNSEEN))


def on_one_line(text: str) -> str:
    """The text with a space for all white space, line breaks and control characters.

    >>> on_one_line("R-1\u2028\tof 2 ")
    'R-1 of 2'
    """
    return " ".join("".join(map(_space_or, text)).split())


def one_line(text: str) -> str:
    """A name for a message: visible, and nothing in it becomes a link, an address or a number.

    Words that name a link are left out, and so is what may be called: 5 digits together, or 7 with
    separators. Dots and `@` within a word become spaces, in every form that Unicode has of them.
    Empty where nothing is left.

    >>> one_line("Ravi\\r\\nBcc: x@example.com www.evil.example")
    'Ravi Bcc: x example com'
    >>> one_line("J.R. Acme。com, call 098-7654 321")
    'J.R. Acme com, call'
    """
    kept = " ".join(word for word in visible(text).split() if not _is_link(word))
    apart = list(kept)
    for joint in _JOINT.finditer("".join(map(_joint_or, kept))):
        apart[joint.start()] = " "
    return " ".join(_NUMBER.sub(" ", "".join(apart)).split())


def without_direction_controls(text: str) -> str:
    """The text without the characters that set the direction of what follows.

    >>> without_direction_controls("R-\\u202e7")
    'R-7'
    """
    return _DIRECTION_CONTROLS.sub("", text)


def isolated(text: str, *, rtl: bool = False) -> str:
    """The text in an isolate (UAX 9), so that its letters do not reorder those around it.

    `rtl` says that the text around it is written from right to left. Unchanged where all is
    written from left to right.

    >>> isolated("Acme"), isolated("Acme", rtl=True)
    ('Acme', '\\u2068Acme\\u2069')
    """
    plain = without_direction_controls(text)
    if plain and (rtl or any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in plain)):
        return f"\u2068{plain}\u2069"
    return plain


def _space_or(character: str) -> str:
    return " " if unicodedata.category(character) in _BLANK else character


def _is_link(word: str) -> bool:
    plain = unicodedata.normalize("NFKC", word).replace("。", ".").casefold()
    return _LINK.search(plain) is not None


def _joint_or(character: str) -> str:
    """A dot or an `@` for each character that software reads as one."""
    return next(_joints(unicodedata.normalize("NFKC", character)), character)


def _joints(plain: str) -> Iterator[str]:
    for one in plain:
        if one in ".。":
            yield "."
        elif one == "@":
            yield "@"
