"""Compiles a `transitions` machine into the immutable look-up that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from transitions import Machine

State = TypeVar("State", bound=StrEnum)


def build(states: type[StrEnum], rows: Iterable[Mapping[str, Any]]) -> Machine:
    """The machine that is the law: no model, no automatic triggers, just these rows."""
    return Machine(
        model=None,
        states=[state.value for state in states],
        transitions=[dict(row) for row in rows],
        initial=None,
        auto_transitions=False,
    )


def compiled(machine: Machine, states: type[State]) -> Mapping[tuple[State, str], State]:
    """Where each trigger leads from each state that allows it; an internal row leads nowhere.

    Raises ValueError on what a look-up cannot hold: conditions, callbacks, or two rows for one
    pair of state and trigger.
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
