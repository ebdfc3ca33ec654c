"""The header of a mail, as the bytes that go out: text is encoded, and never parsed.

The standard library's own header objects read what they are given as the value of a header: they
decode encoded words (RFC 2047) in it, line breaks included. So no text is passed to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.header import Header

from billhook.model.addresses import email_address, outgoing_email

LONGEST_LINE = 76
"""Characters of a line before it is folded: one encoded word may have 75 (RFC 2047, 2)."""

LONGEST_WORD = 60
"""Characters of a word that is written as it is; a longer one could not be folded."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ATOMS = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_LINK = re.compile(r"[!-;=?-~]+")
_ENCODED_WORD = "=?"
"""Begins what a reader would decode, within quotes as well: such text is encoded itself."""


class AddressError(ValueError):
    """The address cannot stand in a header; the text says why, without the address."""


def header(name: str, value: str) -> bytes:
    """One field, of a value that one of the functions below has made, or of constants.

    Only an address outside ASCII makes it more than ASCII (RFC 6532).
    """
    return f"{name}: {value}\r\n".encode()


def text(name: str, words: str) -> str:
    """The value of a field of free text, such as the subject: one line without controls.

    >>> text("Subject", "Hello"), text("Subject", "=?utf-8?q?a?=")
    ('Hello', '=?utf-8?b?PT91dGYtOD9xP2E/PQ==?=')
    """
    if _is_plain(words):
        return Header(words, "us-ascii", LONGEST_LINE, name).encode(" ", linesep="\r\n")
    return _encoded(name, words)


def mailbox(name: str, address: str, display_name: str = "") -> str:
    """The value of a field of one address. Raises AddressError.

    >>> mailbox("From", "bills@bill.example", "Acme, Ltd.")
    '"Acme, Ltd." <bills@bill.example>'
    """
    address = addresses([address])
    if not display_name:
        return address
    shown = _phrase(name, display_name)
    last = f"{name}: {shown}".splitlines()[-1]
    fold = " " if len(f"{last} <{address}>") <= LONGEST_LINE else "\r\n "
    return f"{shown}{fold}<{address}>"


def addresses(given: Sequence[str]) -> str:
    """The value of a field of addresses without names, one on each line. Raises AddressError."""
    return ",\r\n ".join(map(outgoing, given))


def outgoing(address: str) -> str:
    """An address as it stands in a header and in the envelope. Raises AddressError.

    >>> outgoing("ravi@münchen.example")
    'ravi@xn--mnchen-3ya.example'
    """
    try:
        return outgoing_email(email_address(address))
    except ValueError:
        raise AddressError("the address cannot stand in an e-mail header") from None


def link(url: str) -> str:
    """A URL in angle brackets. Raises ValueError on one with a character that no URL has.

    >>> link("https://bill.example/i/1")
    '<https://bill.example/i/1>'
    """
    if _LINK.fullmatch(url) is None:
        raise ValueError("the URL cannot stand in an e-mail header")
    return f"<{url}>"


def _phrase(name: str, words: str) -> str:
    if _is_plain(words) and len(words) <= LONGEST_WORD:
        if _ATOMS.fullmatch(words):
            return words
        if not set(words) & set('"\\'):
            return f'"{words}"'
    return _encoded(name, words)


def _is_plain(words: str) -> bool:
    """Whether a text can be written as it is, and be folded."""
    longest = max(map(len, words.split(" ")))
    return (
        _PLAIN.fullmatch(words) is not None
        and _ENCODED_WORD not in words
        and longest <= LONGEST_WORD
    )


def _encoded(name: str, words: str) -> str:
    return Header(words, "utf-8", LONGEST_LINE, name).encode(linesep="\r\n")
