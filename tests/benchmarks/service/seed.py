"""What every server of this benchmark is seeded with, and the ids in its requests."""

from __future__ import annotations

ACCOUNT = "acc_bench"
KEY_ID = "key_bench"
SECRET = "5f1c0d7a9be24e6f8a3b6d2c4e8f1a07"
"""128 random bits, which open nothing but this benchmark; every server keeps only their SHA-256."""

LOCATION = "bench"
TOKEN = "9d2e6b1c7f4a43508e1d0c5b7a92f638"
"""The account's one location in HighLevel's API, and the token that opens it."""

BASE_URL = "https://bill.example/i/"
"""What short URLs begin with."""

INVOICES = 10_000
"""How many invoices every server has, unless another number is said."""

ANSWER = b'{"success":true}'


def invoice(number: int) -> str:
    """The id of an invoice; like real ids, ids that follow each other in time do not in order."""
    return f"inv_{number * 0x9E3779B97F4A7C15 % 2**56:014x}"


def of_many(invoices: int) -> str:
    """How a figure's name ends that was measured among another number of invoices than usual."""
    return "" if invoices == INVOICES else f", {invoices:,} invoices"


def page(number: int) -> str:
    """The last part of the short URL of an invoice."""
    return f"token-{number}"


def payer(number: int) -> tuple[str, str]:
    """E-mail address and phone number of this invoice's payer; no two share one."""
    return f"payer{number:08}@example.com", f"+9198{number:08}"
