"""What every server of this benchmark is seeded with, and the ids in its requests."""

from __future__ import annotations

ACCOUNT = "acc_bench"
KEY_ID = "key_bench"
SECRET = "5f1c0d7a9be24e6f8a3b6d2c4e8f1a07"
"""128 random bits, which open nothing but this benchmark; every server keeps only their SHA-256."""

INVOICES = tuple(f"inv_{number:014}" for number in range(2000))
ANSWER = b'{"success":true}'


def payer(number: int) -> tuple[str, str]:
    """E-mail address and phone number of this invoice's payer; no two share one."""
    return f"payer{number}@example.com", f"+9198765{number:05}"
