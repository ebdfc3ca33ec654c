"""The native API against its own document: schemathesis, in every phase, with every check it has.

`BILLHOOK_SCHEMATHESIS_EXAMPLES` sets how many requests are made up for each operation beside
those that cover the document.
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

from adapters.native.api_client import ACME, native_api
from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.testing import an_invoice
from billhook_adapters.testing.builders import a_recorded_payment
from billhook_adapters.testing.running import RunningService

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("BILLHOOK_SCHEMATHESIS_EXAMPLES", "60"))

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
}
WORDS = {
    "instalments must have ids that differ",
    "must be a whole number",
    "must not hold the NUL character; remove it",
    "must be one line without control characters; remove them",
    "must hold no control characters but line breaks and tabs; remove them",
}


def fresh_invoices(store: Store) -> Iterator[InvoiceId]:
    """A new stored invoice for each request, each time in another status."""
    for number, status in enumerate(cycle(Status)):
        invoice = an_invoice(status, id=f"inv_seed{number}")
        with store.transaction() as transaction:
            transaction.save(PendingWrites(invoices={invoice.key: (None, invoice)}))
        yield invoice.id


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

    fresh = fresh_invoices(running.store)
    unapplied = fresh_unapplied_payments(running.store)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        if not positive(case) or case.meta.phase.name.value == "stateful":
            return
        if "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = next(fresh)
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
    assert (operations - succeeded, len(operations)) == (set(), 23)
    assert not [which for which in seen if which[1] >= 500]
