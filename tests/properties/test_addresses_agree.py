"""Random addresses and phone numbers: edge, store, suppression, and search never disagree.

BILLHOOK_TEST_ADDRESSES=100000 tries more of them than a test run has time for.
"""

from __future__ import annotations

import os
import random
import unicodedata

from returns.result import Failure

from billhook.application.account_commands import SuppressAddress
from billhook.application.commands import Draft, Issue, Notify
from billhook.application.records import Contact, Search
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import AddressSuppressed
from billhook.model.addresses import (
    email_address,
    is_e164,
    normal_email,
    outgoing_email,
    unicode_domain,
)
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.email.domains import has_registrable_domain
from billhook_adapters.email.headers import outgoing
from billhook_adapters.memory import in_memory_service
from billhook_adapters.system.phone_numbers import e164
from billhook_adapters.testing import a_document, an_account
from billhook_adapters.testing.builders import open_account

COUNT = int(os.environ.get("BILLHOOK_TEST_ADDRESSES", "300"))
SEED = 20260101
ACME = AccountId("acc_1")
LETTERS = "abcxyzABCXYZ0189üÜßẞçéÅñдЖя\u03c3Σςא例감ग\uff52\uff21_-.+'!#e\u0301\u00ad\u200d @,"
TOP = ("example", "EXAMPLE", "münchen", "xn--mnchen-3ya", "jp", "1", "例え")
COUNTRIES = ("IN", "US", "GB", "DE", "IT", "FR", "JP", "BR")
SIGNS = ("", " ", "-", ".", "(", ")", "/", "\u00a0", "\u2011")


def random_email(drawn: random.Random) -> str:
    """A text that may be an e-mail address."""
    words = ["".join(drawn.choices(LETTERS, k=drawn.randint(1, 6))) for _ in range(3)]
    return f"{words[0]}@{words[1]}.{drawn.choice(TOP)}"


def respelled(drawn: random.Random, address: str) -> str:
    """The same address, as another person types it."""
    local, _, domain = address.rpartition("@")
    kinds = ("NFC", "NFD", "NFKC")
    local = unicodedata.normalize(drawn.choice(kinds), drawn.choice((str.upper, str))(local))
    sent = outgoing_email(address).rpartition("@")[2]
    domain = drawn.choice((domain, sent, sent.upper(), unicode_domain(sent)))
    return f"{local}@{domain}"


def random_phone(drawn: random.Random) -> tuple[str, str]:
    """Digits as people write them, and the country that they are read in."""
    digits = "".join(drawn.choices("0123456789", k=drawn.randint(3, 13)))
    start = drawn.choice(("", "+", "00", "0", "+91", "+1", "+44 (0)"))
    return start + "".join(one + drawn.choice(SIGNS) for one in digits), drawn.choice(COUNTRIES)


def drafted(service: InvoiceService, name: str, customer: Customer) -> InvoiceId:
    """Draft an invoice for a customer."""
    document = a_document(customer=customer)
    draft = Draft(account=ACME, invoice=InvoiceId(name), document=document)
    return service.execute(draft).unwrap().id


def found(service: InvoiceService, text: str, wanted: InvoiceId) -> bool:
    """Whether a search finds the invoice."""
    search = Search(text=text, limit=1000)
    return wanted in {invoice.id for invoice in service.search(ACME, search)}


def test_every_spelling_of_an_address_is_one_mailbox_everywhere() -> None:
    drawn, accepted = random.Random(SEED), 0  # noqa: S311  # nothing is kept secret by it
    for place in range(COUNT):
        given = random_email(drawn)
        try:
            email_address(given)
        except ValueError:
            continue
        accepted += 1
        other = respelled(drawn, given)
        try:
            email_address(other)
        except ValueError:
            continue  # capitals of a letter may be several, and the part be too long
        if normal_email(other) != normal_email(given):
            assert "ß" in given.casefold() or "ß" in given or "ς" in given, (given, other)
            continue
        # What may be stored can be sent: the header takes it, and a second time the same.
        assert outgoing(given) == outgoing_email(outgoing_email(given)), given
        assert outgoing(given).rpartition("@")[2].isascii(), given
        assert has_registrable_domain(given) == has_registrable_domain(other), (given, other)
        if place % 50:
            continue  # the rest is a service for each
        service = in_memory_service()
        open_account(service, an_account())
        invoice = drafted(service, f"inv_{place}", Customer(email=given))
        assert found(service, given, invoice), given
        assert found(service, unicodedata.normalize("NFD", given), invoice), given
        service.execute(Issue(account=ACME, invoice=invoice)).unwrap()
        contact = Contact(ACME, Medium.EMAIL, other)
        opt_out = SuppressAddress(account=ACME, contact=contact, reason="opted_out")
        service.execute(opt_out).unwrap()
        result = service.execute(Notify(account=ACME, invoice=invoice, medium=Medium.EMAIL))
        assert result == Failure(AddressSuppressed(Medium.EMAIL, "opted_out")), (given, other)
    assert accepted > COUNT // 20


def test_every_way_to_write_a_number_is_one_number_everywhere() -> None:
    drawn, reached = random.Random(SEED), 0  # noqa: S311  # nothing is kept secret by it
    for place in range(COUNT):
        given, country = random_phone(drawn)
        number = e164(given, country)
        if number is None:
            continue
        reached += 1
        assert is_e164(number)
        assert e164(number) == number, given
        assert e164(f" {number[:3]} {number[3:]} ") == number, given
        if place % 50:
            continue
        service = in_memory_service()
        open_account(service, an_account())
        invoice = drafted(service, f"inv_{place}", Customer(contact=number))
        for typed in (number, number[1:], f"00{number[1:]}", f"+{number[1:4]} {number[4:]}"):
            assert found(service, typed, invoice), (given, typed)
    assert reached > COUNT // 20
