"""Writes the pages of docs/reference that are derived from the code. `make docs` runs it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import Event, InvoiceChanged
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE, NEXT, TRIGGERS, sources
from billhook.messaging.delivery import NEXT as DELIVERY
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField
from billhook_adapters.http.highlevel.field_mapping import BESIDE, FIELDS, SHOWN, WANTED

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "Derived from the code by `make docs`; do not edit."


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def leads(operation: Operation, status: Status) -> str:
    """What an operation makes of a status, in a word."""
    if status not in sources(operation):
        return "-"
    targets = [NEXT[status, trigger] for trigger in TRIGGERS[operation]]
    return "yes" if targets == [status] else " / ".join(targets)


def diagram(lookup: dict[tuple[str, str], str]) -> str:
    """A state diagram in Mermaid; rows that move nothing are left out."""
    moves = [
        (at, trigger, to)
        for (at, trigger), to in lookup.items()
        if at != to or trigger in ("pay_part", "claim")
    ]
    lines = [f"    {at} --> {to}: {trigger}" for at, trigger, to in moves]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def lifecycle() -> str:
    """The lifecycle page."""
    statuses = list(Status)
    what = [[op.value, *(leads(op, status) for status in statuses)] for op in Operation]
    patch = [
        [
            status.value,
            "all" if EDITABLE[status] == frozenset(DocumentField) else
            ", ".join(f"`{field}`" for field in DocumentField if field in EDITABLE[status]),
        ]
        for status in statuses
    ]  # fmt: skip
    return (
        f"# The lifecycle\n\n{NOTICE}\n\n"
        + diagram({(at, trigger): to for (at, trigger), to in NEXT.items()})
        + "\nWhat each operation leads to from each status; `yes` where it is allowed and moves "
        "nothing, `-` where it is refused.\n\n"
        + table(["", *statuses], what)
        + "\nWhat an update may change:\n\n"
        + table(["status", "fields"], patch)
        + "\nAn invoice whose `expire_by` has passed counts as expired at once, whether or not a "
        "sweep has recorded it.\n\n## A message\n\n"
        + diagram({(at, trigger): to for (at, trigger), to in DELIVERY.items()})
    )


def refusals() -> str:
    """The page of refusals."""
    rows = [
        [
            f"`{code}`",
            f"`{kind.__name__}`",
            (kind.__doc__ or "").strip(),
            ", ".join(f"`{field.name}`" for field in fields(kind)) or "-",
            f"{kind.remedy}" + (f": `{kind.field}`" if hasattr(kind, "field") else ""),
        ]
        for code, kind in ERRORS.items()
    ]
    return (
        f"# Every refusal\n\n{NOTICE}\n\nA refusal is a value with facts, a stable code and a "
        "remedy; each face words it in its own way.\n\n"
        + table(["code", "type", "meaning", "facts", "remedy"], rows)
    )


def events() -> str:
    """The page of facts."""
    rows = [
        [
            f"`{kind.name}`",
            str(kind.version),
            " ".join((kind.__doc__ or "").split()),
            ", ".join(f"`{field.name}`" for field in fields(kind)),
            "yes" if kind in get_args(InvoiceChanged) else "no",
        ]
        for kind in get_args(Event)
    ]
    return (
        f"# Every fact\n\n{NOTICE}\n\nStored as canonical JSON: sorted keys, integers for money, "
        "instants in UTC with microseconds.\n\n"
        + table(["name", "version", "meaning", "fields", "makes a version"], rows)
    )


def projection() -> str:
    """The page of how HighLevel's words and the domain's stand to each other."""
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
        f"# HighLevel and the domain, word by word\n\n{NOTICE}\n\n"
        "How a status is shown:\n\n"
        + table(["domain", "HighLevel", "what is lost"], shown)
        + "\nWhat a status finds as a filter:\n\n"
        + table(["HighLevel", "domain"], wanted)
        + "\nWhere each field lives; `extras` is only shown again, and no rule reads it:\n\n"
        + table(["HighLevel", "domain", "comes in", "goes out", "what is lost, or said"], fields_)
        + "\nFields of a document that HighLevel does not speak of:\n\n"
        + table(["domain", "here"], beside)
    )


PAGES = {
    "lifecycle": lifecycle,
    "refusals": refusals,
    "facts": events,
    "highlevel-fields": projection,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(page())
