"""Lifecycles: which operations each state of a thing allows, and where they lead.

A `Lifecycle` is a transition table over a `transitions` machine, compiled into an immutable lookup.
That of invoices is in `transitions`, that of messages in `billhook.messaging.delivery`. One of your
own takes a few rows, and guards: functions that return why an operation is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from returns.result import Failure, Result, Success
from transitions import Machine

from billhook.model.arguments import functions
from billhook.model.frozen import frozen

S = TypeVar("S", bound=StrEnum)
O = TypeVar("O", bound=StrEnum)  # noqa: E741  # the operation
S_co = TypeVar("S_co", bound=StrEnum, covariant=True)
O_co = TypeVar("O_co", bound=StrEnum, covariant=True)
T = TypeVar("T")
E = TypeVar("E")

StateGuard = Callable[[T, O, datetime], E | None]
"""A pure function of a thing, an operation and a time: why it is refused, or None if it is not."""


class Transition(Generic[S_co, O_co]):
    """One row of a table: an operation is allowed in the states of `source`, and leads to `to`.

    Without `to` the state stays. An operation that can lead to several states has a row for each,
    distinguished by their `outcome`.
    """

    __slots__ = ("operation", "outcome", "source", "to")

    def __init__(
        self,
        operation: O_co,
        source: S_co | Iterable[S_co],
        to: S_co | None = None,
        *,
        outcome: str = "",
    ) -> None:
        self.operation = operation
        self.source: tuple[S_co, ...] = (source,) if isinstance(source, StrEnum) else tuple(source)
        self.to, self.outcome = to, outcome

    @property
    def trigger(self) -> str:
        """The name of the trigger in the machine: the operation, with its outcome if it has one."""
        return _trigger(self.operation, self.outcome)


def _trigger(operation: StrEnum, outcome: str) -> str:
    return f"{operation}_{outcome}" if outcome else operation.value


@frozen
class NotDeclared(Generic[S, O]):
    """The table has no row for this operation in this state; it has in those of `allowed_in`."""

    code: ClassVar = "not_declared"
    operation: O
    state: S
    allowed_in: tuple[S, ...]


@frozen
class Refused(Generic[O, E]):
    """The table allows the operation, and guards refuse it; `reasons` are those of all guards."""

    code: ClassVar = "refused"
    operation: O
    reasons: tuple[E, ...]


class Lifecycle(Generic[S, O]):
    """A transition table, compiled: which operations each state allows, and where they lead.

    >>> class Light(StrEnum):
    ...     RED = "red"
    ...     GREEN = "green"
    >>> class Change(StrEnum):
    ...     GO = "go"
    ...     STOP = "stop"
    >>> lights = Lifecycle(Light, Change, [
    ...     Transition(Change.GO, Light.RED, Light.GREEN),
    ...     Transition(Change.STOP, Light.GREEN, Light.RED),
    ... ])
    >>> lights.sources(Change.GO)
    (<Light.RED: 'red'>,)
    """

    def __init__(
        self, states: type[S], operations: type[O], transitions: Iterable[Transition[S, O]]
    ) -> None:
        """Raises ValueError if an operation has two rows of one outcome for a state."""
        self.states, self.operations = tuple(states), tuple(operations)
        self.transitions = tuple(transitions)
        self.machine = _machine(states, self.transitions)
        self.next: Mapping[tuple[S, str], S] = _compiled(self.machine, states)
        """The next state for every allowed pair of state and trigger."""
        self.triggers: Mapping[O, tuple[str, ...]] = MappingProxyType(
            {
                operation: tuple(
                    row.trigger for row in self.transitions if row.operation is operation
                )
                for operation in self.operations
            }
        )
        """The triggers of each operation: one for each of its outcomes."""

    def sources(self, operation: O) -> tuple[S, ...]:
        """The states that allow an operation, in their order."""
        triggers = self.triggers[operation]
        return tuple(
            state
            for state in self.states
            if any((state, trigger) in self.next for trigger in triggers)
        )

    def decide(
        self,
        subject: T,
        state: S,
        operation: O,
        *,
        now: datetime,
        guards: Sequence[StateGuard[T, O, E]] = (),
        outcome: str = "",
    ) -> Result[S, NotDeclared[S, O] | Refused[O, E]]:
        """The next state of a thing: the table decides first, and then all of the guards.

        `outcome` distinguishes the rows of an operation that has several.
        """
        to = self.next.get((state, _trigger(operation, outcome)))
        if to is None:
            return Failure(NotDeclared(operation, state, self.sources(operation)))
        reasons = tuple(refusals(guards, subject, operation, now))
        return Failure(Refused(operation, reasons)) if reasons else Success(to)

    def explain(
        self,
        subject: T,
        state: S,
        *,
        now: datetime,
        guards: Sequence[StateGuard[T, O, E]] = (),
    ) -> Mapping[O, tuple[NotDeclared[S, O] | E, ...]]:
        """For each operation every reason why it is not allowed; none if it is."""

        def reasons(operation: O) -> Iterator[NotDeclared[S, O] | E]:
            allowed_in = self.sources(operation)
            if state not in allowed_in:
                yield NotDeclared(operation, state, allowed_in)
            yield from refusals(guards, subject, operation, now)

        return {operation: tuple(reasons(operation)) for operation in self.operations}

    def mermaid(self) -> str:
        """The table as a state diagram in Mermaid; rows that keep the state are left out."""
        names = {
            state: state.value if re.fullmatch(_PLAIN_NAME, state.value) else f"state_{place}"
            for place, state in enumerate(self.states)
        }
        described = (
            f'    state "{state.value.replace(chr(34), chr(39))}" as {name}'
            for state, name in names.items()
            if name != state.value
        )
        moves = (
            f"    {names[state]} --> {names[row.to]}: {row.trigger}"
            for row in self.transitions
            if row.to is not None
            for state in row.source
        )
        return "\n".join(("stateDiagram-v2", *described, *moves))


_PLAIN_NAME = r"(?!(?:end|note|state|direction)$)[A-Za-z][A-Za-z0-9_]*"
"""A name that Mermaid takes as it is: no keyword of it, and without spaces."""


def refusals(
    guards: Sequence[StateGuard[T, O, E]], subject: T, operation: O, now: datetime
) -> Iterator[E]:
    """What the guards that refuse an operation return, in their order.

    Raises TypeError if a guard returns a bool: True could mean that it allows, or that it refuses.
    """
    for guard in functions("guards", guards):
        reason = guard(subject, operation, now)
        if isinstance(reason, bool):
            raise TypeError(
                f"the guard {_name(guard)} returned {reason}; "
                "return the error if it refuses, and None if it allows"
            )
        if reason is not None:
            yield reason


def _name(guard: object) -> str:
    return getattr(guard, "__name__", type(guard).__name__)


def _machine(states: type[S], rows: Iterable[Transition[S, Any]]) -> Machine:
    """A machine with these states and rows only: no model, no automatic triggers."""
    return Machine(
        model=None,
        states=[state.value for state in states],
        transitions=[
            {
                "trigger": row.trigger,
                "source": [state.value for state in row.source],
                "dest": None if row.to is None else row.to.value,
            }
            for row in rows
        ],
        initial=None,
        auto_transitions=False,
    )


def _compiled(machine: Machine, states: type[S]) -> Mapping[tuple[S, str], S]:
    """The next state for each pair of state and trigger that the machine allows."""
    table: dict[tuple[S, str], S] = {}
    for trigger, event in machine.events.items():
        for source, transitions in event.transitions.items():
            if len(transitions) != 1:
                raise ValueError(f"{trigger} has {len(transitions)} rows from {source}")
            (row,) = transitions
            state = states(source)
            table[state, trigger] = state if row.dest is None else states(row.dest)
    return MappingProxyType(table)
