"""Text of sellers and payers, made safe to stand beside ours. Needs only the standard library.

What a phone or a mail program turns into a link, a number to call or an address is taken apart
here, and nowhere else; so are line breaks and what reorders the text around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = ("Cf", "Cs", "Co", "Cn")
_JOINERS = re.compile(r"(?<=(.))[\u200c\u200d]+(?=(.))", re.DOTALL)
_SHAPED = ("Lo", "Mn", "Mc", "So", "Sk")
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
_CODE = re.compile(r"[A-Za-z]{1,10}[-/_A-Za-z0-9]{0,30}")
_DIRECTION_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = ("R", "AL", "AN")


def visible(text: str) -> str:
    """The text on one line, without control characters and what cannot be seen.

    Joiners that shape the letters of a script, or an emoji, stay: Sinhala and Persian need them.

    >>> visible("Ravi\\r\\nBcc: x@example.com\\u202e")
    'Ravi Bcc: x@example.com'
    >>> visible("\u0dc1\u0dca\\u200d\u0dbb\u0dd3 a\\u200db") == "\u0dc1\u0dca\\u200d\u0dbb\u0dd3 ab"
    True
    """
    shaping = {found.start() for found in _JOINERS.finditer(text) if _shapes(*found.groups())}
    return on_one_line(
        "".join(
            one
            for at, one in enumerate(text)
            if at in shaping or unicodedata.category(one) not in _UNSEEN
        )
    )


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


def document_number(text: str) -> str:
    """The number of an invoice for a message; empty where it could be something to call or open.

    >>> document_number("INV/2026-27/00042"), document_number("+91 98765 43210")
    ('INV/2026-27/00042', '')
    """
    plain = visible(text)
    return plain if _CODE.fullmatch(plain) or plain == one_line(text) else ""


def without_direction_controls(text: str) -> str:
    """The text without the characters that set the direction of what follows.

    >>> without_direction_controls("R-\\u202e7")
    'R-7'
    """
    return _DIRECTION_CONTROLS.sub("", text)


def label(text: str) -> str:
    """The text on one line, without direction controls: a name, a number, a line of an address.

    >>> label("Acme\\n\\u202eBooks")
    'Acme Books'
    """
    return on_one_line(without_direction_controls(text))


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


def _shapes(before: str, after: str) -> bool:
    """Whether a joiner between these two changes how they are written."""
    return unicodedata.category(before) in _SHAPED and unicodedata.category(after) in _SHAPED


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
