"""Invoices in every status, made as the vendor's callers make them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.sandbox import Sandbox

AMOUNT, PART = 99800, 20000
LEAD = 15 * 60  # seconds: an invoice expires this much ahead at least

STATUSES = ("draft", "issued", "partially_paid", "paid", "expired", "cancelled")

_numbers = itertools.count(1)


def a_payer(**fields: Any) -> dict[str, Any]:
    """A customer whose addresses no other invoice of this run has."""
    number = next(_numbers)
    return {
        "name": "Ravi Kumar",
        "email": f"ravi{number}@example.com",
        "contact": f"+9198{number:08}",
        **fields,
    }


def a_request(**fields: Any) -> dict[str, Any]:
    """An invoice over `AMOUNT` that sends no message, unless the fields say otherwise."""
    return {
        "type": "invoice",
        "customer": a_payer(),
        "line_items": [{"name": "Book", "amount": 49900, "quantity": 2}],
        "partial_payment": True,
        "sms_notify": False,
        "email_notify": False,
        **fields,
    }


def _expired(sandbox: Sandbox, client: Any, request: dict[str, Any]) -> str:
    made = client.invoice.create({**request, "expire_by": sandbox.now + LEAD + 60})
    sandbox.advance(LEAD + 120)
    return str(made["id"])


def _cancelled(sandbox: Sandbox, client: Any, request: dict[str, Any]) -> str:
    return str(client.invoice.cancel(client.invoice.create(request)["id"])["id"])


def _paid(*amounts: int) -> Callable[[Sandbox, Any, dict[str, Any]], str]:
    def made(sandbox: Sandbox, client: Any, request: dict[str, Any]) -> str:
        name = str(client.invoice.create(request)["id"])
        for amount in amounts:
            sandbox.pay(name, amount)
        return name

    return made


_WAYS: Mapping[str, Callable[[Sandbox, Any, dict[str, Any]], str]] = {
    "draft": lambda _, client, request: client.invoice.create({**request, "draft": "1"})["id"],
    "issued": _paid(),
    "partially_paid": _paid(PART),
    "paid": _paid(AMOUNT),
    "expired": _expired,
    "cancelled": _cancelled,
}


def in_status(sandbox: Sandbox, client: Any, status: str, **fields: Any) -> dict[str, Any]:
    """A fresh invoice in this status, as it is fetched."""
    name = _WAYS[status](sandbox, client, a_request(**fields))
    fetched: dict[str, Any] = client.invoice.fetch(name)
    assert fetched["status"] == status
    return fetched


@contextmanager
def refused(words: str) -> Iterator[None]:
    """The SDK raises its error for a bad request, with exactly these words."""
    with pytest.raises(BadRequestError) as raised:
        yield
    assert str(raised.value) == words


class Like(str):
    """Equal to every text that this pattern matches from end to end."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(str(self), other) is not None

    __hash__ = str.__hash__


def id_like(prefix: str) -> Like:
    """An id in the vendor's form."""
    return Like(rf"{prefix}_[A-Za-z0-9]{{14}}")


class Between:
    """Equal to every whole number from one to another."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and self.first <= other <= self.last

    __hash__ = None  # type: ignore[assignment]  # nothing uses it

    def __repr__(self) -> str:
        return f"{self.first}..{self.last}"
