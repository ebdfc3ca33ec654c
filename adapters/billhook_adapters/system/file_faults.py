"""What is wrong with a file of JSON that a person wrote: each field with its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from billhook_adapters.system.field_texts import field_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError


class FileFault(NamedTuple):
    """What is wrong with a file: where, as `invoices.0.currency`, and the remedy."""

    path: str
    detail: str

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}" if self.path else self.detail


def faults_in(invalid: ValidationError) -> list[FileFault]:
    """All that a validation found, in the order of the fields; no value is repeated."""
    found = invalid.errors(include_url=False, include_input=False)
    return [FileFault(".".join(map(str, one["loc"])), _detail(one)) for one in found]


def _detail(error: Mapping[str, Any]) -> str:
    if str(error["type"]).startswith(("datetime", "timezone")):
        return "must be a time with its zone, such as 2026-01-31T12:00:00Z"
    return field_text(error)
