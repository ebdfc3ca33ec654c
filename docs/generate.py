"""Writes the pages and pictures that are derived from the code. `make docs` runs it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TypeVar, get_args

import decision_pages
from api_pages import PAGES as API_PAGES
from api_reference import anchor, api_index, api_page, details
from import_graph import imports, mermaid, svg
from page_parts import NOTICE, table
from webhook_payloads import webhook_payloads

from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import Event, InvoiceChanged
from billhook.lifecycle.machine import Lifecycle
from billhook.lifecycle.transitions import EDITABLE, LIFECYCLE
from billhook.messaging.delivery import LIFECYCLE as DELIVERY
from billhook.model.invoice import Status
from billhook.model.patch import DocumentField
from billhook_adapters.diagrams.lifecycles import TITLES, Subject, svg_of
from billhook_adapters.http.highlevel.field_mapping import BESIDE, FIELDS, SHOWN, WANTED

DOCS = Path(__file__).parent

S = TypeVar("S", bound=StrEnum)
O = TypeVar("O", bound=StrEnum)  # noqa: E741  # the operation


def leads(lifecycle: Lifecycle[S, O]) -> str:
    """A table of where each operation leads from each state."""

    def target(operation: O, state: S) -> str:
        triggers = lifecycle.triggers[operation]
        targets = [lifecycle.next.get((state, trigger)) for trigger in triggers]
        return (
            "yes" if targets == [state] else " / ".join(to or "-" for to in dict.fromkeys(targets))
        )

    return table(
        ["", *lifecycle.states],
        [
            [operation.value, *(target(operation, state) for state in lifecycle.states)]
            for operation in lifecycle.operations
        ],
    )


def picture(subject: Subject) -> str:
    """The picture of a lifecycle, and the command that prints it."""
    return (
        f"![{TITLES[subject]}](lifecycle-{subject}.svg)\n\n"
        f"`billhook diagram {subject} --format svg` prints this picture; without `--format` it "
        "prints the diagram in Mermaid.\n"
    )


def lifecycle() -> str:
    """The page of the invoice lifecycle and of a message's delivery statuses."""
    statuses = list(Status)
    editable = [
        [
            status.value,
            "all" if EDITABLE[status] == frozenset(DocumentField) else
            ", ".join(f"`{field}`" for field in DocumentField if field in EDITABLE[status]),
        ]
        for status in statuses
    ]  # fmt: skip
    return (
        "# The invoice lifecycle\n\n"
        + picture(Subject.INVOICE)
        + "\nThe status that each operation leads to; `yes` where it is allowed and the status "
        "stays, `-` where it is refused with `operation_not_allowed`.\n\n"
        + leads(LIFECYCLE)
        + "\nThe fields that an update may change:\n\n"
        + table(["status", "fields"], editable)
        + "\nAn invoice whose `expire_by` has passed counts as expired at once, whether or not a "
        "sweep has recorded it.\n\n## Delivery statuses\n\nOf a message and of a webhook event:\n\n"
        + picture(Subject.MESSAGE)
        + "\nThe status that each step leads to:\n\n"
        + leads(DELIVERY)
    )


def _field(kind: type[object]) -> str:
    """The field that all errors of a kind name, where there is one."""
    field = getattr(kind, "field", None)
    return f": `{field}`" if isinstance(field, str) else ""


def _meaning(kind: type[object]) -> str:
    """The docstring in one line, without its example."""
    return " ".join((kind.__doc__ or "").partition(">>>")[0].split())


def errors() -> str:
    """The page of domain errors."""
    rows = [
        [
            f"{anchor(kind.__name__)}`{code}`<br>`{kind.__name__}`",
            _meaning(kind),
            details(kind) or "-",
            f"{kind.remedy}" + _field(kind),
        ]
        for code, kind in ERRORS.items()
    ]
    return (
        "# Errors\n\nAn expected failure is a value with details, a stable code and "
        "a remedy. It holds no sentence: each vendor API words it in a format of its own.\n\n"
        + table(["code and type", "meaning", "details", "remedy"], rows)
    )


def events() -> str:
    """The page of events."""
    rows = [
        [
            f"{anchor(kind.__name__)}`{kind.name}`<br>`{kind.__name__}`",
            str(kind.version),
            _meaning(kind),
            details(kind),
            "yes" if kind in get_args(InvoiceChanged) else "no",
        ]
        for kind in get_args(Event)
    ]
    return (
        "# Events\n\nStored as canonical JSON: sorted keys, integers for money, "
        "instants in UTC with microseconds. `format` is the version of that JSON.\n\n"
        + table(["name and type", "format", "meaning", "fields", "new invoice version"], rows)
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
        "# HighLevel's fields and the domain's\n\n"
        "How a status is shown:\n\n"
        + table(["domain", "HighLevel", "what is lost"], shown)
        + "\nWhich statuses a filter finds:\n\n"
        + table(["HighLevel", "domain"], wanted)
        + "\nWhere each field is kept; `extras` is only echoed, and no rule reads it:\n\n"
        + table(["HighLevel", "domain", "in requests", "in responses", "differences"], fields_)
        + "\nFields of a document that HighLevel's API does not have:\n\n"
        + table(["domain", "HighLevel's API"], beside)
    )


def with_part(page: str, name: str, text: str) -> str:
    """A page with the text between two marks replaced."""
    before, begin, rest = page.partition(f"<!-- {name}: begin -->\n")
    _, end, after = rest.partition(f"<!-- {name}: end -->\n")
    return f"{before}{begin}\n{text}\n{end}{after}"


PAGES = {
    "lifecycle": lifecycle,
    "errors": errors,
    "events": events,
    "highlevel-fields": highlevel_fields,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / "reference" / f"{name}.md").write_text(f"{NOTICE}\n\n{page()}")
    api = DOCS / "reference" / "api"
    (api / "index.md").write_text(f"{NOTICE}\n\n{api_index()}")
    for name in API_PAGES:
        (api / f"{name}.md").write_text(f"{NOTICE}\n\n{api_page(name)}")
    for subject in Subject:
        (DOCS / "reference" / f"lifecycle-{subject}.svg").write_text(svg_of(subject))
    decision_pages.write()
    imported = imports()
    (DOCS / "explanation" / "imports.svg").write_text(svg(imported))
    parts = {
        "explanation/architecture.md": {"imports": mermaid(imported)},
        "reference/webhook-payloads.md": webhook_payloads(),
    }
    for path, texts in parts.items():
        written = (DOCS / path).read_text()
        for name, text in texts.items():
            written = with_part(written, name, text)
        (DOCS / path).write_text(written)
