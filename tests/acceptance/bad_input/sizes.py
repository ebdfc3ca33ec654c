"""At each limit, and one over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from acceptance.bad_input.case import BASE, CONTACT, EMAIL, NAME, Case, case, create, text
from acceptance.bad_input.fields import ADDRESS, LINE

MEBIBYTE = 1024 * 1024
LARGEST = 2**53 - 1
LAST_SECOND = 253402300799


def _line(**fields: Any) -> list[dict[str, Any]]:
    return [{**LINE, **fields}]


def _customer(**fields: Any) -> dict[str, Any]:
    return {"name": NAME, **fields}


LIMITS: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
    "description": (2048, lambda n: {"description": "a" * n}),
    "description in emoji": (2048, lambda n: {"description": "🧾" * n}),
    "terms": (2048, lambda n: {"terms": "a" * n}),
    "comment": (2048, lambda n: {"comment": "a" * n}),
    "receipt": (40, lambda n: {"receipt": "a" * n}),
    "invoice_number": (40, lambda n: {"invoice_number": "é" * n}),
    "lines": (50, lambda n: {"line_items": [LINE] * n}),
    "lines by position": (50, lambda n: {"line_items": {str(i): LINE for i in range(n)}}),
    "name of a line": (256, lambda n: {"line_items": _line(name="a" * n)}),
    "description of a line": (2048, lambda n: {"line_items": _line(description="a" * n)}),
    "amount": (LARGEST, lambda n: {"line_items": _line(amount=n)}),
    "amount as text": (LARGEST, lambda n: {"line_items": _line(amount=str(n))}),
    "quantity": (10**9, lambda n: {"line_items": _line(quantity=n)}),
    "sum": (LARGEST - 100, lambda n: {"line_items": [LINE, *_line(amount=n)]}),
    "product": (LARGEST // 100, lambda n: {"line_items": _line(quantity=100, amount=n)}),
    "least part": (LARGEST, lambda n: {"first_payment_min_amount": n}),
    "notes": (15, lambda n: {"notes": {str(i): "x" for i in range(n)}}),
    "note": (256, lambda n: {"notes": {"a": "a" * n}}),
    "name of a note": (256, lambda n: {"notes": {"a" * n: "a"}}),
    "name of the customer": (50, lambda n: {"customer": _customer(name="a" * n)}),
    "email": (64, lambda n: {"customer": _customer(email=f"{'a' * (n - 10)}@b.example")}),
    "gstin": (64, lambda n: {"customer": _customer(gstin="a" * n)}),
    "contact": (15, lambda n: {"customer": _customer(contact="+" + "1" * (n - 1))}),
    "line1": (
        256,
        lambda n: {"customer": _customer(billing_address={**ADDRESS, "line1": "a" * n})},
    ),
    "expire_by": (LAST_SECOND, lambda n: {"expire_by": n}),
    "date": (LAST_SECOND, lambda n: {"date": n}),
}


def cases() -> Iterator[Case]:
    """Each limit from both of its sides."""
    for name, (limit, fields) in LIMITS.items():
        yield create(f"{name} at its limit", 200, **fields(limit))
        yield create(f"{name} over its limit", **fields(limit + 1))
    yield create("the customer's name under its limit", customer=_customer(name="ab"))
    yield create("an amount under its limit", line_items=_line(amount=99))
    yield create("a quantity under its limit", line_items=_line(quantity=0))
    for name, size, expected in (("at", MEBIBYTE, 200), ("over", MEBIBYTE + 1, 413)):
        yield case(
            f"a body {name} its limit", "POST", "/v1/invoices", text(BASE).ljust(size), expected
        )
    for path in ("@draft/issue", "@issued/cancel", "@issued/notify_by/sms"):
        big = b"x" * (MEBIBYTE + 1)
        yield case(f"a large body for {path}", "POST", f"/v1/invoices/{path}", big, 413)
    yield case("a large body for delete", "DELETE", "/v1/invoices/@draft", big, 413)
    yield case("a large body for update", "PATCH", "/v1/invoices/@draft", big, 413)
    for lines, expected, path in ((49, 200, "@fresh"), (50, 400, "@draft")):
        body = text({"line_items": [LINE] * lines})
        name = f"{lines} lines more than one"
        yield case(name, "PATCH", f"/v1/invoices/{path}", body, expected)
    for length, expected in ((255, 200), (256, 400), (100_000, 400)):
        yield case(
            f"an idempotency key of {length}",
            *("POST", "/v1/invoices", text(BASE), expected),
            more=[(b"Idempotency-Key", b"k" * length)],
        )
    for field, value in (("email", f"{EMAIL}@"), ("contact", f"{CONTACT}x"), ("name", NAME * 9)):
        wrong = {field: value}
        body = text({"customer": _customer(**wrong)})
        yield create(f"a wrong {field} that is somebody's", customer=_customer(**wrong))
        yield case(f"an update to a wrong {field}", "PATCH", "/v1/invoices/@draft", body)
        yield case(f"a customer of a wrong {field}", "POST", "/v1/customers", text(wrong))
    yield from _books()


def _books() -> Iterator[Case]:
    pen = {"name": "Pen", "amount": 100, "currency": "INR"}
    for what, good, longest in (("customers", {"name": NAME}, 50), ("items", pen, 256)):
        path = f"/v1/{what}"
        yield case(
            f"{what} at their limit", "POST", path, text({**good, "name": "a" * longest}), 200
        )
        yield case(f"{what} over it", "POST", path, text({**good, "name": "a" * (longest + 1)}))
        for name, body in (
            ("a list", b"[]"),
            ("a text", b'"x"'),
            ("NaN", b"NaN"),
            ("an unknown field", text({**good, "hush": 1})),
            ("a number for a name", text({**good, "name": 700})),
            ("NUL in its name", text({**good, "name": "a\0bc"})),
            ("a lone surrogate in its name", text({**good, "name": "a\ud800bc"})),
        ):
            yield case(f"{what} of {name}", "POST", path, body)
    yield case("an item of nothing", "POST", "/v1/items", b"{}")
    for name in ("1_000", "", "1e3", " 7 ", 1.5, True, None, [], {}):
        yield case(f"an item for {name!r}", "POST", "/v1/items", text({**pen, "amount": name}))
    yield case("an item at its limit", "POST", "/v1/items", text({**pen, "amount": LARGEST}), 200)
    for amount in (0, -1, LARGEST + 1, 10**400):
        body = text({**pen, "amount": amount})
        yield case(f"an item for {str(amount)[:20]}", "POST", "/v1/items", body)
