"""Marks: how an API knows whether what it keeps beside a value still belongs to it."""

from __future__ import annotations

from hashlib import sha256

from billhook.model.base import Value
from billhook.model.canonical_json import canonical
from billhook.model.customer import Customer

LENGTH = 16
"""Hexadecimal digits of a mark: enough for the lines of one invoice."""


def customer_mark(customer: Customer) -> str:
    """The mark of a customer, whatever the phone number, which is brought into another form.

    >>> ravi = Customer(name="Ravi", contact="9876543210")
    >>> customer_mark(ravi) == customer_mark(Customer(name="Ravi", contact="+919876543210"))
    True
    >>> customer_mark(ravi) == customer_mark(Customer(id="cust_2", name="Ravi"))
    False
    """
    return mark(customer.model_copy(update={"contact": None}))


def mark(value: Value) -> str:
    """The mark of a value: equal values have equal marks, and a changed one has another.

    >>> mark(Customer(name="Ravi")) == mark(Customer(name="Ravi", email=None))
    True
    >>> mark(Customer(name="Ravi")) == mark(Customer(name="Asha"))
    False
    """
    return sha256(canonical(value)).hexdigest()[:LENGTH]
