"""The types of the vendor's fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, Strict, StringConstraints, ValidationError

from billhook.model.base import MAX_NOTES, OneLine, Paragraphs
from billhook.model.money import EXPONENTS
from billhook_adapters.http.razorpay.schemas.sentences import sentence

MAX_LINES = 50
"""The vendor's own limit, below that of the domain."""


class InvalidRequestError(Exception):
    """The request is invalid; the message is the vendor's sentence.

    `field` names the parameter at fault, where it is one.
    """

    def __init__(self, description: str, field: str | None = None) -> None:
        super().__init__(description)
        self.field = field


def _flag(given: Any) -> Any:
    """Booleans came as 1 and 0, and as text, over the vendor's years."""
    flags = {"1": True, "0": False, "true": True, "false": False, 1: True, 0: False}
    return flags.get(given, given) if isinstance(given, int | str) else given


def _integer(given: Any) -> Any:
    """Form-encoded clients send numbers as text."""
    text = isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 16
    return int(given) if text else given


def _text(given: Any) -> Any:
    """Postal codes and phone numbers may arrive as numbers."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


def cleared(given: Any) -> Any:
    """An empty text is the same as none."""
    return None if given == "" else given


def _listed(given: Any) -> Any:
    """Forms and the Go SDK send a list as an object of its positions."""
    if not isinstance(given, Mapping):
        return given
    items = cast("Mapping[str, Any]", given)
    if not all(key.isascii() and key.isdigit() and len(key) < 10 for key in items):
        return items
    return [items[key] for key in sorted(items, key=int)]


def _notes(given: Any) -> Any:
    """No notes are an empty list in the vendor's own answers."""
    return {} if given == [] else given


Flag = Annotated[bool, Strict(), BeforeValidator(_flag)]
Integer = Annotated[int, Strict(), BeforeValidator(_integer)]
Seconds = Annotated[Integer, Field(ge=0, le=253402300799)]
NumberOrLine = Annotated[OneLine, BeforeValidator(_text)]
NoteName = Annotated[NumberOrLine, StringConstraints(max_length=256)]
Note = Annotated[Paragraphs, BeforeValidator(_text), StringConstraints(max_length=256)]
Notes = Annotated[dict[NoteName, Note], Field(max_length=MAX_NOTES), BeforeValidator(_notes)]
Paragraph = Annotated[Paragraphs, StringConstraints(max_length=2048)]
Receipt = Annotated[
    Annotated[OneLine, StringConstraints(max_length=40)] | None, BeforeValidator(cleared)
]
LISTED = BeforeValidator(_listed)


def instant(seconds: int | None) -> datetime | None:
    """The instant of so many seconds since 1970."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def invalid_request(invalid: ValidationError) -> InvalidRequestError:
    """The first thing wrong with a request, naming its field, in the vendor's manner."""
    errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    unknown = [".".join(map(str, e["loc"])) for e in errors if e["type"] == "extra_forbidden"]
    if unknown:
        return unwanted(unknown)
    error = errors[0]
    path = [str(part) for part in error["loc"] if part != "[key]"]
    return InvalidRequestError(sentence(path, error["type"], error["msg"]), ".".join(path) or None)


def unwanted(fields: list[str]) -> InvalidRequestError:
    """The error of fields that the vendor does not accept there."""
    named = ", ".join(field[:100] for field in fields[:20])
    return InvalidRequestError(f"{named} is/are not required and should not be sent")


def required_without_item(name: str) -> str:
    """The sentence for a field that a line must have unless it names an item."""
    return f"The {name} field is required when item id is not present."


def smallest_amount_text(currency: str) -> str:
    """What an amount must be: one whole unit of its currency at least."""
    return f"must be at least {currency} 1.00"


def least_amount(currency: str) -> int:
    """The smallest amount of a line: one whole unit of its currency."""
    return int(10 ** EXPONENTS.get(currency, 2))
