"""A reader of mails that trusts nothing: RFC 5322 and RFC 2047 as they are written, in few lines.

It shares no code with the standard library's `email`, which has decoded too much and too little.
Raises AssertionError on bytes that no sender may write.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import NamedTuple

_FIELD = re.compile(r"([!-9;-~]+): ([^\r\n]*)")
_WORD = re.compile(r"=\?([A-Za-z0-9-]+)\?([QqBb])\?([!->@-~]+)\?=")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:@\"]+@[^\s<>()\[\]\\,;:@\"]+")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
LONGEST = 998


class StrictMail(NamedTuple):
    """The fields of a mail in their order, unfolded and not yet decoded, and its body."""

    fields: list[tuple[str, str]]
    body: bytes

    @property
    def names(self) -> list[str]:
        """The names of all fields, in lower case."""
        return [name.lower() for name, _ in self.fields]

    def value(self, name: str) -> str:
        """The value of a field that stands there once."""
        (value,) = [value for one, value in self.fields if one.lower() == name.lower()]
        return value


def read(raw: bytes) -> StrictMail:
    """The mail in these bytes."""
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"), "a bare CR or LF"
    assert b"\0" not in raw, "NUL"
    assert max(map(len, raw.split(b"\r\n"))) <= LONGEST, "a line that is too long"
    head, end, body = raw.partition(b"\r\n\r\n")
    assert end, "no end of the header"
    text = head.decode("ascii")
    assert all(one.isprintable() for one in text.replace("\r\n", "")), "a control character"
    lines = re.sub(r"\r\n(?=[ ])", "", text).split("\r\n")
    found = [_FIELD.fullmatch(line) for line in lines]
    assert all(found), f"no field: {lines}"
    return StrictMail([(one[1], one[2]) for one in found if one], body)


def decoded(value: str) -> str:
    """The text of a field of free text: words, encoded or as they are (RFC 2047, 6.2)."""
    parts: list[str] = []
    was_encoded = False
    for white, word in re.findall(r"([ ]*)([^ ]+)", value):
        encoded = _WORD.fullmatch(word)
        assert encoded or "=?" not in word, f"half an encoded word: {word}"
        assert not encoded or len(word) <= 75, "an encoded word that is too long"
        parts.append("" if encoded and was_encoded else white)
        parts.append(_text(encoded) if encoded else word)
        was_encoded = encoded is not None
    return "".join(parts)


def mailbox(value: str) -> tuple[str, str]:
    """The name and the address of a field of one address (RFC 5322, 3.4)."""
    if _ADDRESS.fullmatch(value):
        return "", value
    phrase, opened, rest = value.rpartition(" <")
    assert opened, f"no address: {value}"
    assert rest.endswith(">"), f"more than an address: {value}"
    assert _ADDRESS.fullmatch(rest[:-1]), f"no address: {value}"
    quoted = re.fullmatch(r'"([^"\\]*)"', phrase)
    if quoted:
        assert "=?" not in quoted[1], "some readers decode within quotes"
        return quoted[1], rest[:-1]
    assert all(_ATOM.fullmatch(word) for word in phrase.split()), f"no phrase: {phrase}"
    return decoded(phrase), rest[:-1]


def _text(word: re.Match[str]) -> str:
    charset, encoding, payload = word.groups()
    if encoding in "Bb":
        return b64decode(payload, validate=True).decode(charset)
    plain = re.sub(
        r"=([0-9A-F]{2})|_|([^=_])",
        lambda one: chr(int(one[1], 16)) if one[1] else one[2] or " ",
        payload,
    )
    return plain.encode("latin-1").decode(charset)
