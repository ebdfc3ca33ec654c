"""The decision table as JSON and as a page, and the record of its versions.

A version of the table is recorded with the SHA-256 of its rows. Rows that changed need a new
version: the record of a version is never replaced.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import NamedTuple

from page_parts import NOTICE, table

from billhook import DECISIONS_VERSION, Decision, Operation, as_json, canonical, decision_table

REFERENCE = Path(__file__).parent / "reference"
TABLE, PAGE = REFERENCE / "decision-table.json", REFERENCE / "decision-table.md"
VERSIONS = REFERENCE / "decision-table-versions.json"

DIMENSIONS = ("status", "payment", "medium", "contact", "expiry", "guard")
GROWN = tuple(reversed(DIMENSIONS))
"""The order in which the rows of the page are made to cover more cases."""


def digest(rows: Sequence[Decision]) -> str:
    """The SHA-256 of the rows as canonical JSON."""
    return sha256(canonical(rows)).hexdigest()


def recorded(versions: Mapping[str, str], version: int, rows: Sequence[Decision]) -> dict[str, str]:
    """The record of versions, with this one.

    Raises ValueError if the version was recorded with other rows, or is not the newest.
    """
    key, found = str(version), digest(rows)
    if versions.get(key, found) != found:
        raise ValueError(
            f"the decision table is not that of version {version}: if the change is meant, "
            "raise DECISIONS_VERSION in domain/billhook/decisions.py and run `make docs`"
        )
    if versions and version < max(map(int, versions)):
        raise ValueError(
            f"DECISIONS_VERSION is {version}, and {max(map(int, versions))} is recorded already; "
            "raise it above that"
        )
    return {**versions, key: found}


def as_lines(version: int, rows: Sequence[Decision]) -> str:
    """The table as JSON, with one line for each row."""
    lines = ",\n".join(json.dumps(as_json(row)) for row in rows)
    return f'{{"version": {version}, "rows": [\n{lines}\n]}}\n'


class Box(NamedTuple):
    """Cases with one outcome: the values of each dimension that they have."""

    values: Mapping[str, frozenset[str]]
    row: Decision


def boxes(rows: Sequence[Decision]) -> list[Box]:
    """The rows of one operation, put together where a dimension makes no difference."""
    left = {_place(row): row for row in rows}
    every = {name: _every(rows, name) for name in DIMENSIONS}
    found: list[Box] = []
    while left:
        place, row = next(iter(left.items()))
        values = {name: frozenset({value}) for name, value in zip(DIMENSIONS, place, strict=True)}
        for name in GROWN:
            for value in every[name]:
                if value not in values[name] and _fits(row, {**values, name: {value}}, rows, left):
                    values[name] |= {value}
        for one in product(*values.values()):
            left.pop(one, None)
        found.append(Box(values, row))
    return found


def _fits(
    row: Decision,
    values: Mapping[str, Collection[str]],
    rows: Sequence[Decision],
    left: Mapping[tuple[str, ...], Decision],
) -> bool:
    """Whether there are rows with these values, all left, and all with the outcome of this one."""
    inside = [one for one in rows if all(_value(one, name) in values[name] for name in DIMENSIONS)]
    return bool(inside) and all(
        _place(one) in left and (one.code, _moved(one)) == (row.code, _moved(row)) for one in inside
    )


def _place(row: Decision) -> tuple[str, ...]:
    return tuple(_value(row, name) for name in DIMENSIONS)


def _moved(row: Decision) -> str:
    """The status afterwards, where it is another one."""
    return "" if row.after is row.status else row.after.value


def page(version: int, rows: Sequence[Decision]) -> str:
    """The page: one table for each operation."""
    sections = (
        f"\n## {operation.value}\n\n{_section([one for one in rows if one.operation is operation])}"
        for operation in Operation
    )
    return (
        f"{NOTICE}\n\n# The decision table\n\n"
        f"Version {version}, {len(rows)} rows, each found by running the operation on a sample "
        "invoice. The rows, with all errors that `explain` lists, are in "
        "[decision-table.json](decision-table.json); `decision_table()` returns them. The version "
        "is raised with every change of a row.\n\n"
        "Here rows with the same outcome are put together. The outcome is the error with "
        "which the operation is refused, or that it is allowed. An empty status afterwards is the "
        "same as before. `expiry` is where the invoice's `expire_by` is: an invoice "
        "that has passed it is seen as expired, whether or not that is recorded. `guard` is "
        "whether a rule of your own refuses the operation. A deleted draft allows nothing.\n"
        + "".join(sections)
    )


def _section(rows: Sequence[Decision]) -> str:
    every = {name: _every(rows, name) for name in DIMENSIONS}
    shown = [name for name in DIMENSIONS if len(every[name]) > 1]
    return table(
        [*shown, "outcome", "status afterwards"],
        [
            [
                *(_cell(box.values[name], every[name]) for name in shown),
                f"`{box.row.code}`" if box.row.code else "allowed",
                _moved(box.row),
            ]
            for box in boxes(rows)
        ],
    )


def _every(rows: Sequence[Decision], name: str) -> list[str]:
    """The values of a dimension, in their order."""
    return [*dict.fromkeys(_value(row, name) for row in rows)]


def _value(row: Decision, name: str) -> str:
    return str(getattr(row, name) or "")


def _cell(values: frozenset[str], every: Sequence[str]) -> str:
    """The values of a dimension; those that are missing, where they are few."""
    missing = [one for one in every if one not in values]
    if not missing:
        return "any"
    if len(missing) <= len(values) // 2:
        return f"any but {', '.join(missing)}"
    return ", ".join(one for one in every if one in values)


def write() -> None:
    """Write the table, its page and the record of versions."""
    rows = decision_table()
    versions = json.loads(VERSIONS.read_text()) if VERSIONS.exists() else {}
    record = recorded(versions, DECISIONS_VERSION, rows)
    VERSIONS.write_text(json.dumps(record, indent=2) + "\n")
    TABLE.write_text(as_lines(DECISIONS_VERSION, rows))
    PAGE.write_text(page(DECISIONS_VERSION, rows))
