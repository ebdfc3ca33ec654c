"""Every wrong transition table is noticed: refused at import, or by the table in the tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from pydantic import ValidationError

from billhook.lifecycle import transitions as lifecycle
from billhook.lifecycle.machine import Lifecycle, Transition
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import LIFECYCLE, NEXT, TRANSITIONS, StatusCheck, sources
from billhook.model.invoice import Status
from unit.lifecycle_table import CELLS, assert_the_table_holds

Row = Transition[Status, Operation]
Rows = tuple[Row, ...]
Table = Mapping[tuple[Status, str], Status]


def _row(row: Row, source: tuple[Status, ...], to: Status | None) -> Row:
    return Transition(row.operation, source, to, outcome=row.outcome)


def _of_one_row(row: Row) -> Iterator[tuple[str, Rows]]:
    yield f"{row.trigger}: dropped", ()
    for other in {*Status, None} - {row.to}:
        yield f"{row.trigger}: to {other}", (_row(row, row.source, other),)
    for status in Status:
        if status in row.source:
            rest = tuple(source for source in row.source if source is not status)
            yield f"{row.trigger}: not from {status}", (_row(row, rest, row.to),)
        else:
            more = (*row.source, status)
            yield f"{row.trigger}: also from {status}", (_row(row, more, row.to),)


def _mutants() -> Iterator[tuple[str, Rows]]:
    for place, row in enumerate(TRANSITIONS):
        for name, instead in _of_one_row(row):
            yield name, (*TRANSITIONS[:place], *instead, *TRANSITIONS[place + 1 :])
    for row, status, to in product(TRANSITIONS, Status, (*Status, None)):
        added = _row(row, (status,), to)
        yield f"added: {row.trigger} from {status} to {to}", (*TRANSITIONS, added)


MUTANTS = dict(_mutants())


def _compiled(rows: Rows) -> Lifecycle[Status, Operation] | None:
    try:
        return Lifecycle(Status, Operation, rows)
    except ValueError:
        return None


def _table(rows: Rows) -> Table | None:
    made = _compiled(rows)
    return None if made is None else made.next


def _install(made: Lifecycle[Status, Operation], patch: pytest.MonkeyPatch) -> None:
    """Put another transition table where every module of the domain reads it."""
    modules = [module for name, module in sys.modules.items() if name.startswith("billhook.")]
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is NEXT:
                patch.setattr(module, name, made.next)
            if value is LIFECYCLE:
                patch.setattr(module, name, made)
    patch.setattr(lifecycle, "_EXPIRING", frozenset(sources(Operation.EXPIRE)))
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, StatusCheck):
                patch.setattr(module, name, StatusCheck(value._deleted.failure().operation))


def _survives(rows: Rows) -> bool:
    made = _compiled(rows)
    if made is None:
        return False
    with pytest.MonkeyPatch.context() as patch:
        _install(made, patch)
        try:
            assert_the_table_holds()
        except (AssertionError, KeyError, ValidationError):
            return False
    return True


def test_the_unchanged_table_passes() -> None:
    assert _survives(TRANSITIONS)
    assert_the_table_holds()


def test_only_one_mutant_says_the_same_in_other_words() -> None:
    same = {name for name, rows in MUTANTS.items() if _table(rows) == NEXT}
    assert same == {"delete: to draft"}


@pytest.mark.parametrize("name", sorted(MUTANTS.keys() - {"delete: to draft"}))
def test_a_mutant_of_the_table_is_detected(name: str) -> None:
    assert not _survives(MUTANTS[name])


def test_what_is_added_to_an_allowed_pair_is_refused_at_import() -> None:
    allowed = {(trigger, status) for status, trigger in NEXT}
    refused = {name for name, rows in MUTANTS.items() if _table(rows) is None}
    assert refused == {
        name
        for name in MUTANTS
        if any(name.startswith(f"added: {trigger} from {status} ") for trigger, status in allowed)
    }
    assert len(CELLS) == 42
