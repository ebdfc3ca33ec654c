"""Builds state machines with `transitions`, and compiles them into immutable lookups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from transitions import Machine

State = TypeVar("State", bound=StrEnum)


def build(states: type[StrEnum], rows: Iterable[Mapping[str, Any]]) -> Machine:
    """A machine with these states and rows only: no model, no automatic triggers."""
    return Machine(
        model=None,
        states=[state.value for state in states],
        transitions=[dict(row) for row in rows],
        initial=None,
        auto_transitions=False,
    )


def compiled(machine: Machine, states: type[State]) -> Mapping[tuple[State, str], State]:
    """The next state for each pair of state and trigger that the machine allows.

    A row without a destination keeps the state. Raises ValueError on what a lookup cannot
    express: conditions, callbacks, or two rows for one pair.
    """
    table: dict[tuple[State, str], State] = {}
    for trigger, event in machine.events.items():
        for source, transitions in event.transitions.items():
            if len(transitions) != 1:
                raise ValueError(f"{trigger} has {len(transitions)} rows from {source}")
            (row,) = transitions
            if row.conditions or row.prepare or row.before or row.after:
                raise ValueError(f"{trigger} from {source} has conditions or callbacks")
            state = states(source)
            table[state, trigger] = state if row.dest is None else states(row.dest)
    return MappingProxyType(table)
