"""Marks: how an API knows whether what it keeps beside a value still belongs to it."""

from __future__ import annotations

from hashlib import sha256

from billhook.model.base import Value
from billhook.model.canonical_json import canonical

LENGTH = 16
"""Hexadecimal digits of a mark: enough for the lines of one invoice."""


def mark(value: Value) -> str:
    """The mark of a value: equal values have equal marks, and a changed one has another.

    >>> from billhook.model.customer import Customer
    >>> mark(Customer(name="Ravi")) == mark(Customer(name="Ravi", email=None))
    True
    >>> mark(Customer(name="Ravi")) == mark(Customer(name="Asha"))
    False
    """
    return sha256(canonical(value)).hexdigest()[:LENGTH]
