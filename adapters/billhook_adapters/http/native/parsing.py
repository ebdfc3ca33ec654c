"""Bodies: one JSON text in UTF-8, within limits, without any text that no store can keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from billhook.model.base import storable
from billhook_adapters.http.core.parsing import DEEPEST, MOST_VALUES, from_json, parsed
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.native.errors import FieldError, ProblemError, invalid


async def json_value(http: Request) -> Any:
    """The value of a request's body; an empty body is an empty object.

    Raises ProblemError where it is of another media type, or not JSON within the limits.
    """
    raw = await http.body()
    if raw:
        _check_media_type(http.header(b"content-type") or "")
    try:
        value = await parsed(from_json, raw or b"{}")
    except ValueError:
        detail = (
            f"The body must be one JSON text in UTF-8, of at most {DEEPEST} levels and "
            f"{MOST_VALUES} values, without numbers of thousands of digits."
        )
        raise ProblemError(400, "malformed", detail) from None
    for text in _texts(value):
        _check_text(text)
    return value


def _check_media_type(content_type: str) -> None:
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if media_type.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemError(
            415, "unsupported_media_type", "The body must be application/json in UTF-8."
        )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)


def _check_text(text: str) -> None:
    try:
        storable(text)
    except ValueError as wrong:
        raise invalid([FieldError(place="body", field="", detail=str(wrong))]) from None
