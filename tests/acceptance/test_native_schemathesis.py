"""The native API against its own document: schemathesis, in every phase, with every check it has.

`BILLHOOK_SCHEMATHESIS_EXAMPLES` sets how many requests are made up for each operation beside
those that cover the document: 25 unless set, 200 or more by hand.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count, cycle
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from adapters.einvoice.samples import a_seller, hosted
from adapters.native.api_client import ACME, native_api
from billhook import (
    AccountId,
    Cancel,
    Draft,
    Issue,
    Medium,
    Notify,
    Pay,
    Payment,
    or_raise,
)
from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.testing import a_customer, an_invoice
from billhook_adapters.testing.builders import a_recorded_payment
from billhook_adapters.testing.running import RunningService

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("BILLHOOK_SCHEMATHESIS_EXAMPLES", "25"))

# A document cannot say these: currencies and statuses that must agree, money that is due.
EXPECTED = ["2xx", 404, 409, 422, 429]

# The shapes whose schema is wider than what is taken, each refused in words of its own: 5.0 is an
# integer to a schema, and no money to us.
WIDER = {
    "email",
    "contact",
    "address",
    "quantity",
    "unit_amount",
    "time_zone",
    "due_by",
    "expire_by",
    "date",
    "created_from",
    "created_to",
    "cursor",
    "emails",
    "contacts",
    "cc",
    "bcc",
    "rate",
    "percentage",
    "website",
    "payment_link",
    "phone",
    "value",
    "tax_ids",
    "upi",
    "iban",
    "bic",
    "data",
}
WORDS = {
    "instalments must have ids that differ",
    "must be a whole number",
    "must not hold the NUL character; remove it",
    "must be one line without control characters; remove them",
    "must hold no control characters but line breaks and tabs; remove them",
}


def made(running: RunningService, number: int, status: Status) -> InvoiceId:
    """A new invoice in a status, of a payer whom no other request names."""
    name = InvoiceId(f"inv_seed{number}")
    customer = a_customer(email=f"payer{number}@example.com", contact=None)
    document: dict[str, Any] = {"customer": customer, "media": ["email"], "partial_payment": True}
    if status is Status.EXPIRED:  # the clock stands still
        expired = an_invoice(status, id=name, **document)
        with running.store.transaction() as transaction:
            transaction.save(PendingWrites(invoices={expired.key: (None, expired)}))
        return name
    invoice = running.drafted(name, **document)
    on: dict[str, Any] = {"account": AccountId(ACME), "invoice": name}
    if status is not Status.DRAFT:
        or_raise(running.service.execute(Issue(**on)))
    if status in (Status.PARTIALLY_PAID, Status.PAID):
        amount = 1 if status is Status.PARTIALLY_PAID else invoice.amount
        payment = Payment(reference=f"seed {number}", amount=amount, currency="INR")
        or_raise(running.service.execute(Pay(**on, payment=payment)))
    if status is Status.CANCELLED:
        or_raise(running.service.execute(Cancel(**on)))
    return name


class FreshIds:
    """The ids of new invoices and messages: each request meets one that no other changed."""

    def __init__(self, running: RunningService) -> None:
        self._running, self._numbers, self._statuses = running, count(), cycle(Status)

    def of(self, path: str) -> str:
        """The id for a path: a message, an issued invoice, or one in the next of all statuses."""
        number = next(self._numbers)
        if path.startswith("/messages/"):
            invoice = made(self._running, number, Status.ISSUED)
            notify = Notify(account=AccountId(ACME), invoice=invoice, medium=Medium.EMAIL)
            return or_raise(self._running.service.execute(notify)).id
        if path.endswith("/e-invoice"):
            return self._with_all_data(number)
        status = Status.ISSUED if path.endswith("/notify") else next(self._statuses)
        return made(self._running, number, status)

    def _with_all_data(self, number: int) -> str:
        """An issued invoice of which an e-invoice can be made."""
        document = hosted(receipt=f"R-{number}").invoice.document
        draft = Draft(
            account=AccountId(ACME),
            invoice=InvoiceId(f"inv_seed{number}"),
            document=document.model_copy(update={"seller": a_seller()}),
        )
        drafted = or_raise(self._running.service.execute(draft))
        issue = Issue(account=drafted.account, invoice=drafted.id)
        return or_raise(self._running.service.execute(issue)).id


def fresh_unapplied_payments(store: Store) -> Iterator[Mapping[str, str]]:
    """For each request a payment that is unapplied, and an issued invoice of its customer."""
    for number in count():
        invoice = an_invoice(id=f"inv_unapplied{number}")
        payment = a_recorded_payment(f"UTR-{number}", 99801, invoice=invoice.id, applied=False)
        with store.transaction() as transaction:
            transaction.save(
                PendingWrites(invoices={invoice.key: (None, invoice)}, payments=[payment])
            )
        yield {"payment": payment.payment.reference, "invoice": invoice.id}


def positive(case: Any) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def results(running: RunningService) -> tuple[Counter[tuple[str, int]], list[str], set[str]]:
    """Statuses by operation, what failed, and the checks that ran."""
    settings = {
        "auth": {"basic": {"username": ACME, "password": "s3cret"}},
        "generation": {"max-examples": EXAMPLES},
        "seed": 1,
        "workers": 1,
        "checks": {"enabled": True, "positive_data_acceptance": {"expected-statuses": EXPECTED}},
    }
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json",
        native_api(running.service),
        config=schemathesis.Config.from_dict(settings),
    )

    fresh, unapplied = FreshIds(running), fresh_unapplied_payments(running.store)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        if not positive(case) or case.meta.phase.name.value == "stateful":
            return
        if "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = fresh.of(case.path)
        if isinstance(case.body, dict):
            case.body.pop("id", None)  # taken by the request before
            if "/unapplied-payments/" in case.path:
                known = next(unapplied)
                case.body |= {name: known[name] for name in case.body.keys() & known.keys()}
        case.headers.pop("Idempotency-Key", None)  # likewise

    seen: Counter[tuple[str, int]] = Counter()
    failed: list[str] = []
    ran: set[str] = set()
    for event in schemathesis.engine.from_schema(schema).execute():
        if isinstance(event, (FatalError, NonFatalError)):
            failed.append(str(event))
        if isinstance(event, ScenarioFinished):
            recorder = event.recorder
            for case_id, interaction in recorder.interactions.items():
                case = recorder.cases[case_id].value
                if interaction.response is not None:
                    status = interaction.response.status_code
                    seen[case.operation.label, status] += 1
                    failed += unfounded(case, status, interaction.response.content)
            for case_id, checks in recorder.checks.items():
                ran |= {check.name for check in checks}
                failed += [
                    f"{recorder.cases[case_id].value.operation.label}: {check.failure_info.failure}"
                    for check in checks
                    if check.failure_info is not None
                ]
    return seen, failed, ran


def unfounded(case: Any, status: int, content: bytes) -> list[str]:
    """Fields that the document allows and the API refused, where the document could know better."""
    if not positive(case) or status != 422 or not content:
        return []
    if (case.headers or {}).get("If-Match") == "0":
        return []  # the tool's own stand-in for a header, which the document's pattern refuses
    errors = json.loads(content).get("errors", ())
    return [
        f"{case.operation.label}: {error}"
        for error in errors
        if _named(error["field"]) not in WIDER and error["detail"] not in WORDS
    ]


def _named(field: str) -> str:
    """The last name in a field's path: places in lists have none."""
    return [part for part in field.split(".") if not part.isdigit()][-1]


def test_no_check_fails_and_every_operation_succeeds_too() -> None:
    load_all_checks()
    seen, failed, ran = results(RunningService())
    for (operation, status), times in sorted(seen.items()):
        print(times, status, operation)
    assert failed == []
    assert set(CHECKS.get_all_names()) - ran == set()
    operations = {operation for operation, _ in seen}
    succeeded = {operation for operation, status in seen if status < 300}
    assert (operations - succeeded, len(operations)) == (set(), 30)
    assert not [which for which in seen if which[1] >= 500]
