"""The lifecycles as pictures: of an invoice, of a message, or one of your own."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from billhook.lifecycle.machine import Lifecycle
from billhook.lifecycle.transitions import LIFECYCLE as INVOICE
from billhook.messaging.delivery import LIFECYCLE as MESSAGE
from billhook_adapters.diagrams.layout import Edge
from billhook_adapters.diagrams.svg import Diagram, svg

S = TypeVar("S", bound=StrEnum)
O = TypeVar("O", bound=StrEnum)  # noqa: E741  # the operation, as in `Lifecycle`


class Subject(StrEnum):
    """What has a lifecycle."""

    INVOICE = "invoice"
    MESSAGE = "message"


TITLES = {
    Subject.INVOICE: "The lifecycle of an invoice",
    Subject.MESSAGE: "The lifecycle of a message",
}


def mermaid_of(subject: Subject) -> str:
    """The lifecycle as a state diagram in Mermaid."""
    return INVOICE.mermaid() if subject is Subject.INVOICE else MESSAGE.mermaid()


def svg_of(subject: Subject) -> str:
    """The lifecycle as the text of an SVG file."""
    name, title = f"lifecycle-of-{subject}", TITLES[subject]
    if subject is Subject.INVOICE:
        return state_diagram(INVOICE, name, title)
    return state_diagram(MESSAGE, name, title)


def state_diagram(lifecycle: Lifecycle[S, O], id: str, title: str) -> str:
    """A lifecycle as SVG; it begins in its first state. Rows that keep the state are left out.

    `id` is unique among the pictures of a page.
    """
    triggers: dict[tuple[str, str], list[str]] = {}
    for row in lifecycle.transitions:
        for state in row.source if row.to is not None else ():
            triggers.setdefault((state.value, str(row.to)), []).append(row.trigger)
    states = [state.value for state in lifecycle.states]
    leaving = {source for source, target in triggers if source != target}
    return svg(
        Diagram(
            id=id,
            title=title,
            description=" ".join(
                f"From {source} to {target} by {' or '.join(names)}."
                for (source, target), names in triggers.items()
            ),
            boxes=states,
            edges=[Edge(*states, tuple(names)) for states, names in triggers.items()],
            start=states[0],
            final={state for state in states if state not in leaving},
        )
    )
