"""The transition table: what may happen to an invoice in each status, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from returns.result import Failure
from transitions import MachineError

from billhook.lifecycle import transitions as lifecycle
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.machine import Lifecycle
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import (
    EDITABLE,
    LIFECYCLE,
    NEXT,
    TRANSITIONS,
    StatusCheck,
    sources,
    status_at,
)
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField, Patch
from billhook_adapters.testing.builders import NOON, TOMORROW, an_invoice
from unit.lifecycle_table import CELLS, INVOICES, allowed_in, by_the_lookup, found, results_of

PAIRS = [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}") for pair in CELLS]
DOMAIN = Path(lifecycle.__file__).parent


def test_the_table_names_every_pair_of_operation_and_status() -> None:
    assert list(CELLS) == [(operation, status) for operation in Operation for status in Status]


@pytest.mark.parametrize(("operation", "status"), PAIRS)
def test_every_operation_does_what_the_table_says(operation: Operation, status: Status) -> None:
    assert found(operation, status) == CELLS[operation, status]


@pytest.mark.parametrize(("operation", "status"), PAIRS)
def test_the_lookup_leads_where_the_table_says(operation: Operation, status: Status) -> None:
    assert by_the_lookup(operation, status) == CELLS[operation, status]


@pytest.mark.parametrize(
    ("operation", "status"), [pair for pair, cell in CELLS.items() if cell == "-"]
)
def test_a_refusal_names_the_operation_the_status_and_where_it_is_allowed(
    operation: Operation, status: Status
) -> None:
    refused = Failure(OperationNotAllowed(operation, status, allowed_in(operation)))
    assert set(results_of(operation, INVOICES[status])) == {refused}
    assert StatusCheck(operation).in_status(status) == refused


@pytest.mark.parametrize("operation", Operation)
def test_the_sources_of_an_operation_are_the_tables(operation: Operation) -> None:
    assert sources(operation) == allowed_in(operation)


def test_both_triggers_of_pay_have_the_same_sources() -> None:
    part, rest = LIFECYCLE.triggers[Operation.PAY]
    assert {status for status, trigger in NEXT if trigger == part} == {
        status for status, trigger in NEXT if trigger == rest
    }


def test_every_other_operation_is_its_own_trigger() -> None:
    others = {operation: (operation.value,) for operation in Operation}
    assert dict(LIFECYCLE.triggers) == {**others, Operation.PAY: ("pay_part", "pay_rest")}


def _driven(status: Status, trigger: str) -> Status | None:
    machine = Lifecycle(Status, Operation, TRANSITIONS).machine
    invoice = SimpleNamespace()
    machine.add_model(invoice, initial=status.value)
    try:
        machine.events[trigger].trigger(invoice)
    except MachineError:
        return None
    return Status(invoice.state)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("trigger", [row.trigger for row in TRANSITIONS])
def test_the_machine_itself_goes_where_the_lookup_says(status: Status, trigger: str) -> None:
    assert _driven(status, trigger) == NEXT.get((status, trigger))


def test_no_trigger_is_made_behind_the_tables_back() -> None:
    assert set(LIFECYCLE.machine.events) == {row.trigger for row in TRANSITIONS}
    assert LIFECYCLE.machine.models == []


def test_what_may_be_edited_is_the_designs_table() -> None:
    issued = {"partial_payment", "receipt", "comment", "terms", "notes", "due_by", "expire_by"}
    assert dict(EDITABLE) == {
        Status.DRAFT: set(Patch.model_fields),
        Status.ISSUED: issued,
        Status.PARTIALLY_PAID: {"notes"},
        Status.PAID: {"notes"},
        Status.EXPIRED: {"notes"},
        Status.CANCELLED: {"notes"},
    }


def test_every_field_of_an_update_has_its_word() -> None:
    assert set(DocumentField) == set(Patch.model_fields)


@pytest.mark.parametrize("status", [Status.ISSUED, Status.PARTIALLY_PAID])
def test_an_open_invoice_is_expired_from_its_instant_on(status: Status) -> None:
    invoice = INVOICES[status]
    assert status_at(invoice, TOMORROW - timedelta(microseconds=1)) is status
    assert status_at(invoice, TOMORROW) is Status.EXPIRED


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED])
def test_time_does_nothing_to_an_invoice_that_is_not_open(status: Status) -> None:
    assert status_at(INVOICES[status], TOMORROW + timedelta(days=9)) is status


def test_an_invoice_without_expiry_never_expires() -> None:
    assert status_at(an_invoice(Status.ISSUED), NOON + timedelta(days=36500)) is Status.ISSUED


@pytest.mark.parametrize("operation", Operation)
def test_nothing_can_be_done_to_a_tombstone(operation: Operation) -> None:
    tombstone = delete(INVOICES[Status.DRAFT], now=NOON).unwrap().invoice
    gone = Failure(OperationNotAllowed(operation, Status.DRAFT, ()))
    assert StatusCheck(operation).error(tombstone, NOON) == gone


def test_the_transition_table_is_read_only() -> None:
    for table in (NEXT, EDITABLE, LIFECYCLE.triggers):
        with pytest.raises(TypeError):
            table[Status.PAID] = Status.DRAFT  # type: ignore[index]
