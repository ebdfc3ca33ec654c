"""The vendor's sentences for invalid fields, by what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_NUMBER = re.compile(r"-?\d+")

_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "string_too_short": "The {words} must be at least {limit} characters.",
        "string_too_long": "The {words} may not be greater than {limit} characters.",
        "too_short": "The {name} must have at least {limit} items.",
        "too_long": "The {name} may not have more than {limit} items.",
        "greater_than": "The {words} must be greater than {limit}.",
        "greater_than_equal": "The {words} must be at least {limit}.",
        "less_than": "The {words} must be less than {limit}.",
        "less_than_equal": "The {words} may not be greater than {limit}.",
    }
)
"""The sentence of a limit by its kind; the limit is the first number of the validator's message."""

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "bool": "The {words} field must be true or false.",
        "int": "The {words} must be an integer.",
        "string": "The {words} must be a string.",
        "tuple": "The {words} must be an array.",
        "list": "The {words} must be an array.",
        "dict": "The {words} must be an object.",
        "model": "The {words} must be an object.",
        "literal": "The selected {words} is invalid.",
        "enum": "The selected {words} is invalid.",
    }
)
"""The sentence of a wrong type by how its kind begins."""

_OWN: Mapping[str, str] = MappingProxyType(
    {
        "currency": "Currency is not supported.",
        "draft": "The selected draft is invalid.",
        "email": "The email must be a valid email address.",
        "contact": (
            "Contact number contains invalid characters, only digits and + symbol are allowed."
        ),
        "country": "The country field is invalid.",
        "gstin": "The gstin field is invalid.",
        "hsn_code": "The hsn code must be 4 to 8 digits.",
        "sac_code": "The sac code must be 4 to 8 digits.",
    }
)
"""The vendor's sentence for whatever else is wrong with a field."""


def sentence(path: list[str], kind: str, message: str) -> str:
    """The sentence for one invalid field: its path, the kind of the error, a validator's message.

    >>> sentence(["customer", "name"], "string_too_short", "at least 3 characters")
    'The name must be at least 3 characters.'
    """
    named = [part for part in path if not part.isdigit()]
    last = "notes" if "notes" in path else named[-1] if named else "request body"
    words = last.replace("_", " ")
    if kind == "missing":
        return f"The {words} field is required."
    found = _NUMBER.search(message)
    limit = found.group() if found else ""
    if kind in ("too_short", "too_long") and message.startswith("Value "):
        kind = f"string_{kind}"  # a text that is checked in two steps
    if last == "notes" and kind == "too_long":
        return f"The notes may not have more than {limit} keys."
    if last in ("amount", "unit_amount"):
        return "The amount must be an integer."
    if last == "contact" and kind == "string_too_long":
        return f"Contact number should not be greater than {limit} digits, including country code."
    if last == "contact" and kind == "value_error" and limit:
        return f"Contact number should be at least {limit} digits, including country code"
    if kind in _LIMITS:
        return _LIMITS[kind].format(name=last, words=words, limit=limit)
    if last in _OWN:
        return _OWN[last]
    for begins, text in _TYPES.items():
        if kind.startswith(begins):
            return text.format(words=words)
    reason = message.removeprefix("Value error, ") if kind == "value_error" else ""
    return f"The {words} field is invalid{': ' if reason else ''}{reason}."
