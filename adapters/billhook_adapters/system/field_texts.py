"""The sentence for each invalid field of a request, in no words of the library that found it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from billhook.model.base import ID_PATTERN

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "extra_forbidden": "is not known; leave it out",
        "missing": "is required",
        **dict.fromkeys(
            ("model_type", "model_attributes_type", "dict_type", "mapping_type"),
            "must be an object",
        ),
        **dict.fromkeys(("list_type", "tuple_type"), "must be a list"),
        **dict.fromkeys(("string_type", "string_unicode", "string_sub_type"), "must be a text"),
        **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
        **dict.fromkeys(
            ("int_type", "int_from_float", "int_parsing", "int_parsing_size"),
            "must be a whole number",
        ),
    }
)
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        rf"\A{ID_PATTERN}\z": "must be 1 to 64 ASCII letters, digits, `_`, `.`, `:` or `-`",
        r"\A[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\z": "must be 1 to 40 of a-z, 0-9 and `-`",
        r"\A[A-Z]{1,16}\z": "must be a method in capitals, such as POST",
        r"\A/": "must begin with `/`",
        r"\A[A-Z]{2}\z": "must be an ISO 3166-1 country code in capitals, such as IN",
        r"\A[a-z]{2,3}(-[A-Z]{2})?\z": "must be a language tag, such as hi or en-IN",
    }
)
_BOUNDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "greater_than": ("gt", "must be more than"),
        "greater_than_equal": ("ge", "must be at least"),
        "less_than": ("lt", "must be less than"),
        "less_than_equal": ("le", "must be at most"),
    }
)
_COLLECTIONS = frozenset({"List", "Tuple", "Dictionary", "Set", "Frozenset"})


def field_text(error: Mapping[str, Any]) -> str:
    """The sentence for an error of pydantic.

    >>> field_text({"type": "too_long", "msg": "", "ctx": {"field_type": "List", "max_length": 50}})
    'must have at most 50 items'
    """
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]}"
    if kind in ("literal_error", "enum"):
        return f"must be {str(context['expected']).replace(chr(39), '')}"
    if kind.endswith(("too_long", "too_short")):
        return _size(context)
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return _FORMATS.get(str(context.get("pattern")), "does not have the documented format")


def _size(context: Mapping[str, Any]) -> str:
    number = context.get("max_length", context.get("min_length"))
    parts = "item" if context.get("field_type") in _COLLECTIONS else "character"
    bound = "at most" if "max_length" in context else "at least"
    return f"must have {bound} {number} {parts}{'' if number == 1 else 's'}"
