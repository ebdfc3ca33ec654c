"""Mutated requests to all three APIs: `make mutated REQUESTS=100000 SEED=1`.

Requests that are accepted are changed in their values, bytes, paths, queries and headers, and sent
to the service in this process, several at a time. Whatever they hold, none gets a 5xx.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from attacks.in_process import BASIC, BEARER, FORM, JSON, LOCATION, InProcess

AT_ONCE = 16
FRESH_AFTER = 200
"""Requests after which the invoices that they are about are made anew."""

TENANCY = {"altId": LOCATION, "altType": "location"}
CUSTOMER = {"name": "Ravi", "email": "ravi@example.com", "contact": "+919876543210"}
ADDRESS = {"line1": "1 Road", "city": "Pune", "state": "MH", "postal_code": "1", "country": "IN"}
NATIVE: Mapping[str, Any] = {
    "currency": "INR",
    "customer": {**CUSTOMER, "time_zone": "Asia/Kolkata", "billing_address": ADDRESS},
    "lines": [
        {
            "name": "Book",
            "unit_amount": 49900,
            "quantity": "1.5",
            "taxes": [{"name": "GST", "rate": "18"}],
        }
    ],
    "discount": {"percentage": "10"},
    "due_by": "2026-01-01T00:00:00+05:30",
    "notes": {"order": "7"},
    "partial_payment": True,
}
RAZORPAY: Mapping[str, Any] = {
    "type": "invoice",
    "customer": CUSTOMER,
    "line_items": [{"name": "Book", "amount": 399, "currency": "INR", "quantity": 1}],
    "expire_by": 4102444800,
    "notes": {"order": "7"},
    "partial_payment": True,
    "draft": "1",
}
HIGHLEVEL: Mapping[str, Any] = {
    **TENANCY,
    "name": "New",
    "businessDetails": {"name": "Acme", "address": {"city": "Houston"}},
    "currency": "USD",
    "items": [{"name": "Laptop", "currency": "USD", "amount": 999.5, "qty": 1}],
    "discount": {"type": "percentage", "value": 5},
    "contactDetails": {
        "id": "c1",
        "name": "Alex",
        "phoneNo": "+1-214-559-6993",
        "email": "a@b.example",
    },
    "issueDate": "2026-01-01",
    "sentTo": {"email": ["a@b.example"]},
    "liveMode": True,
}
HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 1e308, 1e-99, 10**18, 10**30, 2**63, float("nan")),
    *("", " ", "0", "1", "-1", "1e9", "x" * 300, "x" * 20_000, "\0", "\ud800", "\u202e", "é" * 99),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-02-30", "9999-12-31", "24:00"),
    *("{{7*7}}", "' OR 1=1--", "a@b", "a@\u2024example", "+00000000000000000000", "JPY", "XXX"),
    *([], {}, [None], [[]], {"": ""}, {"id": None}, {"percentage": "100"}, {"amount": 10**17}),
    [{}] * 60,
)
SEGMENTS = ("%00", "%ff", "..", "%2e%2e%2f", "inv_" + "A" * 300, "é", "%", "%%", "*", " ", "", ";")
NAMES = (
    *(b"idempotency-key", b"if-match", b"authorization", b"content-type", b"version", b"host"),
    *(b"x-forwarded-for", b"accept", b"upgrade", b"x-request-id", b"traceparent", b"range"),
)
HEADERS = (
    b"",
    b"\xff",
    b"\0",
    b"0",
    b'"1"',
    b"*",
    b"x" * 5000,
    b"Basic Og==",
    b"Bearer ",
    b"text/plain",
)


class Sent(NamedTuple):
    """A request before and after it is mutated; `query` and `value` are None where it has none."""

    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    query: dict[str, Any] | None = None
    value: Any = None


def _neighbours(invoice: str) -> list[Sent]:
    """Requests that HighLevel's clients send around an invoice."""
    located = {"locationId": LOCATION}
    email = {"field": "email", "operator": "eq", "value": "r@example.com"}
    search = {
        **located,
        "page": 1,
        "pageLimit": 5,
        "filters": [email, {"group": "OR", "filters": [email]}],
        "sort": [{"field": "dateAdded", "direction": "asc"}],
        "searchAfter": [1, "contact_1"],
    }
    person = {
        **located,
        "name": "Ravi",
        "email": "r@example.com",
        "phone": "+12145596993",
        "tags": ["a"],
        "customFields": [{"id": "f", "field_value": "v"}],
        "dndSettings": {"SMS": {"status": "active"}},
    }
    price = {**located, "name": "p", "type": "one_time", "currency": "USD", "amount": 4.5}
    token = {"client_id": LOCATION, "client_secret": "x", "grant_type": "refresh_token"}
    paid = {**TENANCY, "entityId": invoice, "limit": 5, "offset": 0, "startAt": "2026-01-01"}
    order = invoice.replace("inv_", "order_")
    return [
        *_each("POST", BEARER, {"/contacts/": person, "/contacts/upsert": person}),
        *_each("POST", BEARER, {"/contacts/search": search}),
        *_each("POST", BEARER, {"/contacts/contact_1/tags": {"tags": ["a"]}}),
        *_each("PUT", BEARER, {"/contacts/contact_1": {"name": "Asha"}}),
        *_each("POST", BEARER, {"/products/": {**located, "name": "T", "productType": "SERVICE"}}),
        *_each("POST", BEARER, {"/products/product_1/price": price}),
        *_each("POST", [], {"/oauth/token": token}),
        *_each("POST", BEARER, {"/oauth/locationToken": {**located, "companyId": "acc_1"}}),
        *(
            Sent("GET", path, BEARER, query)
            for path, query in (
                ("/contacts/", {**located, "limit": 5, "query": "r", "startAfterId": "contact_1"}),
                (
                    "/contacts/search/duplicate",
                    {**located, "email": "r@example.com", "number": "1"},
                ),
                ("/contacts/contact_1", {}),
                ("/payments/transactions", paid),
                ("/payments/transactions/pay_1", dict(TENANCY)),
                ("/payments/orders", {**TENANCY, "status": "pending", "sourceId": invoice}),
                (f"/payments/orders/{order}", dict(TENANCY)),
                ("/products/", {**located, "limit": 5, "search": "t"}),
                ("/products/product_1/price", located),
                ("/users/", located),
                ("/users/search", {"companyId": "acc_1", "query": "a"}),
            )
        ),
    ]


def _accepted(ids: Mapping[str, str]) -> list[Sent]:
    """Requests that are accepted, or would be in another status."""
    native, vendor, other = ids["native"], ids["razorpay"], ids["highlevel"]
    api, v1 = f"/api/invoices/{native}", f"/v1/invoices/{vendor}"
    invoice = f"/invoices/{other}"
    return [
        *_each("POST", BASIC, {"/api/invoices": NATIVE, "/v1/invoices": RAZORPAY}),
        *_each(
            "PATCH", BASIC, {api: {"comment": "x", "lines": NATIVE["lines"]}, v1: {"notes": {}}}
        ),
        *_each("POST", BASIC, {f"{api}/payments": {"amount": 5, "currency": "INR"}}),
        *_each("POST", BASIC, {f"{api}/notify": {"medium": "email"}, f"{api}/send": {}}),
        *_each("POST", BASIC, {f"{api}/{one}": {} for one in ("issue", "cancel")}),
        *_each("POST", BASIC, {f"{v1}/{one}": {} for one in ("issue", "cancel", "notify_by/sms")}),
        *_each("POST", BASIC, {"/v1/customers": {**CUSTOMER, "fail_existing": "0"}}),
        *_each("POST", BASIC, {"/v1/items": {"name": "B", "amount": 9, "currency": "INR"}}),
        *_each(
            "PUT", BASIC, {"/api/contacts": {"medium": "sms", "address": "+1", "suppressed": None}}
        ),
        *_each("DELETE", BASIC, {api: None, v1: None}),
        *_each("GET", BASIC, {f"{api}/{one}": None for one in ("events", "messages", "explain")}),
        Sent(
            "GET",
            "/api/invoices",
            BASIC,
            {
                "status": "paid",
                "limit": 2,
                "created_from": "2026-01-01T00:00:00Z",
                "cursor": "e30=",
            },
        ),
        Sent(
            "GET",
            "/v1/invoices",
            BASIC,
            {"count": 2, "skip": 1, "from": 1, "to": 9, "type": "invoice"},
        ),
        Sent("GET", "/api/contacts", BASIC, {"medium": "sms", "address": "+1"}),
        *_each(
            "POST",
            BEARER,
            {"/invoices/": HIGHLEVEL, "/invoices/text2pay": {**HIGHLEVEL, "action": "draft"}},
        ),
        *_each(
            "PUT",
            BEARER,
            {invoice: {**HIGHLEVEL, "invoiceItems": HIGHLEVEL["items"], "dueDate": "2026-02-01"}},
        ),
        *_each(
            "POST",
            BEARER,
            {f"{invoice}/send": {**TENANCY, "userId": "u", "action": "email", "liveMode": True}},
        ),
        *_each(
            "POST",
            BEARER,
            {
                f"{invoice}/record-payment": {
                    **TENANCY,
                    "mode": "cash",
                    "amount": 1,
                    "card": {},
                    "cheque": {},
                }
            },
        ),
        *_each("POST", BEARER, {f"{invoice}/void": TENANCY}),
        *_each(
            "PATCH",
            BEARER,
            {
                f"{invoice}/late-fees-configuration": {
                    **TENANCY,
                    "lateFeesConfiguration": {
                        "enable": True,
                        "value": 1,
                        "type": "fixed",
                        "frequency": {"interval": "day", "intervalCount": 1},
                    },
                }
            },
        ),
        *_neighbours(other),
        *_each("PATCH", BEARER, {"/invoices/stats/last-visited-at": {"invoiceId": other}}),
        Sent(
            "GET",
            "/invoices/",
            BEARER,
            {
                **TENANCY,
                "limit": 10,
                "offset": 0,
                "search": "New",
                "startAt": "2026-01-01",
                "sortField": "issueDate",
                "sortOrder": "descend",
            },
        ),
        *(
            Sent("GET", path, BEARER, dict(TENANCY))
            for path in (invoice, "/invoices/settings", "/invoices/generate-invoice-number")
        ),
        Sent("DELETE", invoice, BEARER, dict(TENANCY)),
    ]


def _each(
    method: str, headers: list[tuple[bytes, bytes]], bodies: Mapping[str, Any]
) -> Iterator[Sent]:
    for path, body in bodies.items():
        yield Sent(method, path, headers, value=body)


class Mutator:
    """Changes requests at random."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # which mutation, not a secret

    def mutated(self, request: Sent) -> tuple[str, str, list[tuple[bytes, bytes]], bytes]:
        """The method, target, headers and body of a request that was changed."""
        chance = self._chance
        request = deepcopy(request)
        for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 3])):
            if request.value is not None:
                request = request._replace(value=self._value(request.value))
            if request.query is not None:
                request = request._replace(query=self._value(request.query))
        body, headers = self._body(request)
        if chance.random() < 0.1:
            headers = self._headers(headers)
        if chance.random() < 0.1:
            request = request._replace(path=self._path(request.path))
        if chance.random() < 0.05:
            request = request._replace(
                method=chance.choice(["GET", "PUT", "POST", "PATCH", "HEAD", "X"])
            )
        return request.method, request.path + self._query(request.query), headers, body

    def _value(self, value: Any) -> Any:
        """The value with one place changed."""
        chance = self._chance
        if not isinstance(value, (dict, list)) or not value or chance.random() < 0.05:
            return chance.choice(HOSTILE)
        if isinstance(value, list):
            place: Any = chance.randrange(len(value))
            changed: Any = [*value]
        else:
            place, changed = chance.choice([*value]), {**value}
        match chance.randrange(12):
            case 0:
                del changed[place]
            case 1 if isinstance(changed, dict):
                changed[chance.choice(["id", "", "x" * 300, "\0", "amount", "status"])] = (
                    chance.choice(HOSTILE)
                )
            case 1:
                changed = changed * chance.choice([2, 60])
            case 2:
                changed[place] = [changed[place]]
            case 3:
                changed[place] = str(changed[place])
            case _:
                changed[place] = self._value(changed[place])
        return changed

    def _body(self, request: Sent) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        if request.value is None:
            return b"", [*request.headers]
        if self._chance.random() < 0.1 and isinstance(request.value, dict):
            pairs = [
                (f"{name}[{self._chance.randrange(2)}]", str(one))
                for name, one in request.value.items()
            ]
            return urlencode(pairs, errors="replace").encode(), [*request.headers, FORM]
        body = json.dumps(request.value).encode()
        if self._chance.random() < 0.15:
            cut = self._chance.randrange(len(body) + 1)
            put = self._chance.choice([b"", b"\xff", b"\0", b'"', b"[" * 40, b"1e999", b"\\ud800"])
            body = body[:cut] + put + body[cut + self._chance.choice([0, 1, 5, 9999]) :]
        return body, [*request.headers, JSON]

    def _headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        name = self._chance.choice(NAMES)
        kept = [one for one in headers if one[0] != name or self._chance.random() < 0.3]
        return [*kept, (name, self._chance.choice(HEADERS))]

    def _path(self, path: str) -> str:
        parts = path.split("/")
        parts[self._chance.randrange(1, len(parts))] = self._chance.choice(SEGMENTS)
        return quote("/".join(parts), safe="/%*;")

    def _query(self, query: Any) -> str:
        if query is None:
            return "" if self._chance.random() < 0.95 else "?a=%ff&&=&a[]=1"
        if not isinstance(query, dict):
            return f"?{quote(str(query)[:2000], errors='replace')}"
        return "?" + urlencode(query, doseq=self._chance.random() < 0.5, errors="replace")


class Outcome(NamedTuple):
    """The statuses of the answers, and the requests that got a 5xx."""

    statuses: Counter[int]
    failed: list[str]


async def sent(service: InProcess, requests: int, seed: int) -> Outcome:
    """Send so many requests; the outcome."""
    outcome, chance = Outcome(Counter(), []), random.Random(seed)  # noqa: S311  # which request
    mutator, accepted = Mutator(f"{seed}"), []
    for number in range(0, requests, AT_ONCE):
        if number % FRESH_AFTER < AT_ONCE:
            accepted = _accepted(await _fresh(service))
        chosen = [
            mutator.mutated(chance.choice(accepted)) for _ in range(min(AT_ONCE, requests - number))
        ]
        answers = [service.answered(*one[:3], [one[3]], declared=len(one[3])) for one in chosen]
        for request, answer in zip(chosen, await asyncio.gather(*answers), strict=True):
            outcome.statuses[answer.status] += 1
            if answer.status >= 500:
                outcome.failed.append(f"{answer.status} {answer.body!r:.200} <- {request!r:.3000}")
    return outcome


async def _fresh(service: InProcess) -> dict[str, str]:
    """The ids of a new invoice of each API."""
    made: dict[str, str] = {}
    for name, path, headers, body in (
        ("native", "/api/invoices", BASIC, NATIVE),
        ("razorpay", "/v1/invoices", BASIC, RAZORPAY),
        ("highlevel", "/invoices/", BEARER, HIGHLEVEL),
    ):
        raw = json.dumps(body).encode()
        answer = await service.answered("POST", path, [*headers, JSON], [raw], declared=len(raw))
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path} refuses an invoice: {answer.body!r}")
        created = json.loads(answer.body)
        made[name] = created.get("_id") or created.get("id") or created["invoice"]["id"]
    return made


def main() -> int:
    """The exit status: 0 where no request got a 5xx."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = InProcess(Path(folder))
        outcome = asyncio.run(sent(service, options.requests, options.seed))
        service.close()
    print(f"seed {options.seed}: {options.requests:,} requests, {len(outcome.failed)} answered 5xx")
    print(", ".join(f"{status}: {count:,}" for status, count in sorted(outcome.statuses.items())))
    print("\n".join(outcome.failed[:20]))
    return bool(outcome.failed)


if __name__ == "__main__":
    sys.exit(main())
