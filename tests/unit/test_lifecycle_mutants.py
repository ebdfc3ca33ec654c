"""Every wrong transition table is noticed: refused at import, or by the table in the tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from billhook.lifecycle import transitions as lifecycle
from billhook.lifecycle.machine import build, compiled
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import NEXT, TRANSITIONS, StatusCheck, sources
from billhook.model.invoice import Status
from unit.lifecycle_table import CELLS, assert_the_table_holds

Rows = tuple[Mapping[str, Any], ...]
Table = Mapping[tuple[Status, str], Status]

STATUSES = [status.value for status in Status]
TRIGGERS = [row["trigger"] for row in TRANSITIONS]


def _sources(row: Mapping[str, Any]) -> list[str]:
    source = row["source"]
    if source == "*":
        return STATUSES
    return [source] if isinstance(source, str) else list(source)


def _of_one_row(row: Mapping[str, Any]) -> Iterator[tuple[str, Rows]]:
    trigger, dest, of = row["trigger"], row["dest"], _sources(row)
    yield f"{trigger}: dropped", ()
    for other in {*STATUSES, None} - {dest}:
        yield f"{trigger}: to {other}", ({**row, "dest": other},)
    for status in STATUSES:
        if status in of:
            rest = [source for source in of if source != status]
            yield f"{trigger}: not from {status}", ({**row, "source": rest},)
        else:
            yield f"{trigger}: also from {status}", ({**row, "source": [*of, status]},)


def _mutants() -> Iterator[tuple[str, Rows]]:
    for place, row in enumerate(TRANSITIONS):
        for name, instead in _of_one_row(row):
            yield name, (*TRANSITIONS[:place], *instead, *TRANSITIONS[place + 1 :])
    for trigger, status, dest in product(TRIGGERS, Status, (*STATUSES, None)):
        row = {"trigger": trigger, "source": status.value, "dest": dest}
        yield f"added: {trigger} from {status} to {dest}", (*TRANSITIONS, row)


MUTANTS = dict(_mutants())


def _table(rows: Rows) -> Table | None:
    try:
        return compiled(build(Status, rows), Status)
    except ValueError:
        return None


def _install(table: Table, patch: pytest.MonkeyPatch) -> None:
    """Put another transition table where every module of the domain reads it."""
    modules = [module for name, module in sys.modules.items() if name.startswith("billhook.")]
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is NEXT:
                patch.setattr(module, name, table)
    patch.setattr(lifecycle, "_EXPIRING", frozenset(sources(Operation.EXPIRE)))
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, StatusCheck):
                patch.setattr(module, name, StatusCheck(value._deleted.failure().operation))


def _survives(rows: Rows) -> bool:
    table = _table(rows)
    if table is None:
        return False
    with pytest.MonkeyPatch.context() as patch:
        _install(table, patch)
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
