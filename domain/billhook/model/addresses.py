"""E-mail addresses and phone numbers: what one is, and the normal form by which it is compared.

This is the one place that decides when two addresses are the same. What is shown is what was
given; the normal form is for comparing, suppressing, throttling and finding.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_ADDRESS = 254
"""Characters of an e-mail address, as it goes out and in its normal form (RFC 5321)."""

LONGEST_PHONE = 64
"""Characters of a phone number as it was given."""

_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+'
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LETTERS_DIGITS_HYPHENS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_A_LABEL = "xn--"
_WITHIN_LABELS = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
"""The Unicode categories that a label outside ASCII may hold (RFC 5892); capitals are folded."""

_CHEROKEE = re.compile(r"[\u13a0-\u13f5]")
"""Capitals to which small letters fold, unlike those of any other script."""

_IGNORED = dict.fromkeys(
    (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10))
)
"""What shows nothing by itself: fillers, and what chooses the shape of a character."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def email_address(text: str) -> str:
    """The text unchanged, if it is one e-mail address that a mail can be addressed to.

    The local part is a dot-atom of at most 64 bytes (RFC 5322), in any script. The domain has
    two labels or more, each a host name's or an internationalised one's, and its last one is no
    number. Whether the mailbox exists is not checked. Raises ValueError on anything else.

    >>> email_address("ravi@example.com"), email_address("ravi@münchen.example")
    ('ravi@example.com', 'ravi@münchen.example')
    """
    try:
        sent = outgoing_email(text)
    except ValueError:
        sent = ""
    local = sent.rpartition("@")[0]
    valid = (
        0 < len(sent) <= LONGEST_ADDRESS
        and text.isprintable()
        and len(local.encode()) <= 64
        and _LOCAL.fullmatch(unicodedata.normalize("NFKC", local)) is not None
        and "=?" not in sent  # begins what readers of mails decode (RFC 2047)
        and len(normal_email(text)) <= LONGEST_ADDRESS
    )
    if not valid:
        raise ValueError("must be one e-mail address, such as ravi@example.com")
    return text


def outgoing_email(address: str) -> str:
    """The address as a mail server gets it: the domain in A-labels (IDNA), the local part in NFC.

    A local part of full-width letters, as some keyboards type it, goes out in ASCII. Raises
    ValueError if the domain is not one that there can be.

    >>> outgoing_email("Ravi@München.example")
    'Ravi@xn--mnchen-3ya.example'
    """
    local, _, domain = address.rpartition("@")
    plain = unicodedata.normalize("NFKC", local)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", local)
    return f"{plain}@{_outgoing_domain(domain)}"


def normal_email(address: str) -> str:
    """The normal form of an e-mail address: two addresses with the same one are the same.

    Case, compatibility characters, composition and the way in which the domain is written
    (IDNA, UTS #46) make no difference.

    >>> normal_email("Ravi@MÜNCHEN.example") == normal_email("ravi@xn--mnchen-3ya.example")
    True
    """
    if address.isascii():
        return address.lower()
    local, _, domain = address.rpartition("@")
    try:
        domain = _outgoing_domain(domain)
    except ValueError:
        domain = _folded(domain)
    return f"{_folded(local)}@{domain}"


def phone_text(text: str) -> str:
    """The text unchanged, if it can be a phone number as people write it: it has three digits.

    Raises ValueError otherwise. Only an E.164 number gets SMS; adapters turn others into one.

    >>> phone_text("(202) 555-0143")
    '(202) 555-0143'
    """
    digits = sum(map(str.isdecimal, text))
    if digits < 3 or "@" in text or len(text) > LONGEST_PHONE or not text.isprintable():
        raise ValueError(
            f"must be a phone number of at most {LONGEST_PHONE} characters, such as +919876543210"
        )
    return text


def is_e164(text: str) -> bool:
    """Whether a text is an E.164 number: `+`, a country code, 7 to 15 digits in all.

    >>> is_e164("+919876543210"), is_e164("98765 43210")
    (True, False)
    """
    return _E164.fullmatch(text) is not None


def phone_number(text: str) -> str:
    """The text unchanged, if it is an E.164 number. Raises ValueError otherwise.

    Adapters that accept other forms normalise them first.

    >>> phone_number("+919876543210")
    '+919876543210'
    """
    if not is_e164(text):
        raise ValueError("must be an E.164 number: + and 7 to 15 digits, such as +919876543210")
    return text


def normal_form(address: str) -> str:
    """The normal form of an e-mail address or a phone number: that of E.164 is the number itself.

    >>> normal_form("Ravi@Example.com"), normal_form("+919876543210")
    ('ravi@example.com', '+919876543210')
    """
    return normal_email(address) if "@" in address else address


def without_duplicates(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses as they were given, each once.

    >>> without_duplicates(("Ravi@example.com", "ravi@EXAMPLE.com"))
    ('Ravi@example.com',)
    """
    first = {normal_form(address): address for address in reversed(addresses)}
    return tuple(reversed(first.values()))


def unicode_domain(domain: str) -> str:
    """The domain with each A-label as the text that it stands for, where it is one.

    >>> unicode_domain("xn--mnchen-3ya.example")
    'münchen.example'
    """
    return ".".join(map(_unicode_label, domain.split(".")))


@lru_cache(1024)  # most customers' addresses are of a few domains
def _outgoing_domain(domain: str) -> str:
    labels = [_a_label(label) for label in _folded(domain).replace("。", ".").split(".")]
    if len(labels) < 2 or labels[-1].isdigit():
        raise ValueError("a domain has two labels or more, and its last one is no number")
    return ".".join(labels)


def _a_label(label: str) -> str:
    """The label in ASCII. Raises ValueError if it is none of a host name."""
    if label.startswith(_A_LABEL) and label.isascii():
        meant = _unicode_label(label)
        # No other spelling of the same label is one, and a punctuated one stands for nothing.
        written = "" if meant.isascii() or _folded(meant) != meant else _a_label(meant)
    elif label.isascii():
        written = label if _LETTERS_DIGITS_HYPHENS.fullmatch(label) else ""
    else:
        written = f"{_A_LABEL}{label.encode('punycode').decode('ascii')}"
        within = all(map(_is_within_labels, label))
        ends = "-" in (label[0], label[-1]) or unicodedata.category(label[0])[0] == "M"
        if not within or ends or label[2:4] == "--":
            written = ""
    if not 0 < len(written) <= 63 or (label.isascii() and written != label):
        raise ValueError("a label is 1 to 63 letters, digits and hyphens, and no hyphen ends it")
    return written


def _is_within_labels(character: str) -> bool:
    return (
        character == "-"
        or unicodedata.category(character) in _WITHIN_LABELS
        or _CHEROKEE.match(character) is not None
    )


def _unicode_label(label: str) -> str:
    if not label.startswith(_A_LABEL):
        return label
    try:
        return label.removeprefix(_A_LABEL).encode("ascii").decode("punycode") or label
    except ValueError:
        return label


def _folded(text: str) -> str:
    """The text without what case and compatibility characters change, in NFKC.

    `ß` and `ς` are letters of their own, as in domains (UTS #46, nontransitional).
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).translate(_IGNORED)
    once = "".join(map(_folded_character, plain))
    return unicodedata.normalize("NFKC", once)


def _folded_character(character: str) -> str:
    match character:
        case "ß" | "ẞ":
            return "ß"
        case "ς":
            return "ς"
        case _:
            return character.casefold()
