"""Writes the pages and pictures that are derived from the code. `make docs` runs it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

from import_graph import Edge, imports, mermaid, svg

from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import Event, InvoiceChanged
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE, NEXT, TRIGGERS, sources
from billhook.messaging.delivery import NEXT as DELIVERY
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField
from billhook_adapters.http.highlevel.field_mapping import BESIDE, FIELDS, SHOWN, WANTED

DOCS = Path(__file__).parent
NOTICE = "Derived from the code by `make docs`; do not edit."


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def target(operation: Operation, status: Status) -> str:
    """The statuses that an operation leads to from a status, as the cell of a table."""
    if status not in sources(operation):
        return "-"
    targets = [NEXT[status, trigger] for trigger in TRIGGERS[operation]]
    return "yes" if targets == [status] else " / ".join(targets)


def diagram(lookup: dict[tuple[str, str], str]) -> str:
    """A state diagram in Mermaid; transitions that change no status are left out."""
    moves = [
        (at, trigger, to)
        for (at, trigger), to in lookup.items()
        if at != to or trigger in ("pay_part", "claim")
    ]
    lines = [f"    {at} --> {to}: {trigger}" for at, trigger, to in moves]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def lifecycle() -> str:
    """The page of the invoice lifecycle and of a message's delivery statuses."""
    statuses = list(Status)
    operations = [[op.value, *(target(op, status) for status in statuses)] for op in Operation]
    editable = [
        [
            status.value,
            "all" if EDITABLE[status] == frozenset(DocumentField) else
            ", ".join(f"`{field}`" for field in DocumentField if field in EDITABLE[status]),
        ]
        for status in statuses
    ]  # fmt: skip
    return (
        f"# The invoice lifecycle\n\n{NOTICE}\n\n"
        + diagram({(at, trigger): to for (at, trigger), to in NEXT.items()})
        + "\nThe status that each operation leads to; `yes` where it is allowed and the status "
        "stays, `-` where it is refused with `operation_not_allowed`.\n\n"
        + table(["", *statuses], operations)
        + "\nThe fields that an update may change:\n\n"
        + table(["status", "fields"], editable)
        + "\nAn invoice whose `expire_by` has passed counts as expired at once, whether or not a "
        "sweep has recorded it.\n\n## Delivery statuses\n\nOf a message and of a webhook event:\n\n"
        + diagram({(at, trigger): to for (at, trigger), to in DELIVERY.items()})
    )


def _field(kind: type[object]) -> str:
    """The field that all errors of a kind name, where there is one."""
    field = getattr(kind, "field", None)
    return f": `{field}`" if isinstance(field, str) else ""


def errors() -> str:
    """The page of domain errors."""
    rows = [
        [
            f"`{code}`",
            f"`{kind.__name__}`",
            (kind.__doc__ or "").strip(),
            ", ".join(f"`{field.name}`" for field in fields(kind)) or "-",
            f"{kind.remedy}" + _field(kind),
        ]
        for code, kind in ERRORS.items()
    ]
    return (
        f"# Errors\n\n{NOTICE}\n\nAn expected failure is a value with details, a stable code and "
        "a remedy. It holds no sentence: each vendor API words it in a format of its own.\n\n"
        + table(["code", "type", "meaning", "details", "remedy"], rows)
    )


def events() -> str:
    """The page of events."""
    rows = [
        [
            f"`{kind.name}`",
            f"`{kind.__name__}`",
            str(kind.version),
            " ".join((kind.__doc__ or "").split()),
            ", ".join(f"`{field.name}`" for field in fields(kind)),
            "yes" if kind in get_args(InvoiceChanged) else "no",
        ]
        for kind in get_args(Event)
    ]
    return (
        f"# Events\n\n{NOTICE}\n\nStored as canonical JSON: sorted keys, integers for money, "
        "instants in UTC with microseconds. `format` is the version of that JSON.\n\n"
        + table(["name", "type", "format", "meaning", "fields", "new invoice version"], rows)
    )


def highlevel_fields() -> str:
    """The page of how HighLevel's statuses and fields map to those of the domain."""
    shown = [
        [f"`{status.value}`", f"`{of.status.value}`", of.loss or ""] for status, of in SHOWN.items()
    ]
    wanted = [
        [f"`{status.value}`", ", ".join(f"`{one.value}`" for one in Status if one in of) or "none"]
        for status, of in WANTED.items()
    ]
    fields_ = [
        [
            f"`{row.field}`",
            f"`{row.home}`" if "." in row.home or row.home in list(DocumentField) else row.home,
            "yes" if row.comes else "",
            "yes" if row.goes else "",
            row.loss or "",
        ]
        for row in FIELDS
    ]
    beside = [[f"`{field.value}`", what] for field, what in BESIDE.items()]
    return (
        f"# HighLevel's fields and the domain's\n\n{NOTICE}\n\n"
        "How a status is shown:\n\n"
        + table(["domain", "HighLevel", "what is lost"], shown)
        + "\nWhich statuses a filter finds:\n\n"
        + table(["HighLevel", "domain"], wanted)
        + "\nWhere each field is kept; `extras` is only echoed, and no rule reads it:\n\n"
        + table(["HighLevel", "domain", "in requests", "in responses", "differences"], fields_)
        + "\nFields of a document that HighLevel's API does not have:\n\n"
        + table(["domain", "HighLevel's API"], beside)
    )


def architecture(page: str, edges: set[Edge]) -> str:
    """The page of the architecture with the diagram of the domain's packages replaced."""
    before, begin, rest = page.partition("<!-- imports: begin -->\n")
    _, end, after = rest.partition("<!-- imports: end -->\n")
    return before + begin + mermaid(edges) + end + after


PAGES = {
    "lifecycle": lifecycle,
    "errors": errors,
    "events": events,
    "highlevel-fields": highlevel_fields,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / "reference" / f"{name}.md").write_text(page())
    imported = imports()
    (DOCS / "explanation" / "imports.svg").write_text(svg(imported))
    explained = DOCS / "explanation" / "architecture.md"
    explained.write_text(architecture(explained.read_text(), imported))
